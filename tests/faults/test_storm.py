"""The short storm: 40 messages, at least 6 kills; `make faults` runs the long one."""

from pathlib import Path

import pytest

from backoffice.core.local import LocalServers
from tests.faults.storm import Plan, run_storm
from tests.faults.world import own_database

pytestmark = pytest.mark.faults


def test_no_message_twice_and_none_lost(servers: LocalServers, tmp_path: Path) -> None:
    plan = Plan(
        messages=40, kills=4, boundary_kills=4, cancels=3, workers=1, chance=0.03, patience=90, skews=(0, 20)
    )
    with own_database(servers.database_url) as database_url:
        broker = servers.redis_url.replace("db=0", "db=5")
        report = run_storm(database_url, broker, tmp_path, plan)
    assert report.verdict.faults == []
    assert report.verdict.duplicates == report.verdict.lost == 0
    assert report.kills >= 6
    assert report.ended_backends > 0
    assert report.jumps == 3
    assert report.verdict.states["SENT"] > 20
    assert report.verdict.by_line > 10
