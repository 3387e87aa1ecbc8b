"""Claim, call and finish, with a death at every third boundary of them; `make faults` takes each."""

from pathlib import Path

import pytest

from backoffice.core.local import LocalServers
from backoffice.messaging.models import Channel
from tests.faults.boundaries import die_at_each
from tests.faults.world import own_database

pytestmark = pytest.mark.faults


def test_a_death_at_any_boundary_costs_and_doubles_nothing(servers: LocalServers, tmp_path: Path) -> None:
    with own_database(servers.database_url) as database_url:
        found = die_at_each(database_url, servers.redis_url, tmp_path, step=3)
    assert found.verdict.faults == []
    assert all(found.passed[channel] > 15 for channel in Channel)
    # Of mails that were dying between their final dot and the commit of the answer. LINE tells by its key.
    assert 0 < found.verdict.states["UNKNOWN"] <= 4
    assert found.verdict.states["SENT"] + found.verdict.states["UNKNOWN"] == found.verdict.messages
