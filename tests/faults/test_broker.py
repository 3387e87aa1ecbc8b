"""After a restart of the broker the sweeps go on: the worker is not only alive, but consuming.

A worker that holds an unfinished ring when the broker goes may end (kombu 5.7 fails while it closes the connection);
the supervisor starts it again, so this test does too.
"""

import time
from pathlib import Path

import psycopg
import pytest

from backoffice.core.local import LocalServers
from backoffice.core.local.programs import choose_runner
from backoffice.core.local.valkey import ValkeyServer
from tests.faults.storm import Plan, Storm, quiet_product
from tests.faults.world import own_database

pytestmark = pytest.mark.faults

PATIENCE = 40
LAST_BEAT = "select extract(epoch from finished_at) from heartbeats where name = 'deliver_messages'"


def beats_on(database_url: str, since: float, storm: Storm) -> float:
    """Wait for a sweep that finished after `since` and return when it did."""
    address = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(address, autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute(LAST_BEAT).fetchone()
            if row is not None and float(row[0]) > since:
                return float(row[0])
            time.sleep(0.2)
            storm.keep_up()
    raise AssertionError(f"no sweep within {PATIENCE} s")


def test_sweeps_go_on_after_the_broker_came_back(servers: LocalServers, tmp_path: Path) -> None:
    valkey = ValkeyServer(choose_runner(tmp_path))
    valkey.start()
    try:
        with (
            own_database(servers.database_url) as database_url,
            quiet_product(
                database_url, valkey.url, tmp_path, Plan(messages=2, kills=0, boundary_kills=0, workers=1)
            ) as storm,
        ):
            beats_on(database_url, 0, storm)
            valkey.stop()
            time.sleep(2)
            valkey.start()
            back = time.time()
            beats_on(database_url, back + 1, storm)
            assert all(process.poll() is None for process in [*storm.workers, *storm.others])
    finally:
        valkey.stop()
