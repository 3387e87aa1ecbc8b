"""What every periodic task does around its one call: an application context, one `now`, one heartbeat."""

import logging
from collections.abc import Callable
from datetime import datetime

from flask import Flask

from backoffice.core import clock
from backoffice.core.db import transaction
from backoffice.core.heartbeat import beat

log = logging.getLogger(__name__)
_apps: list[Flask] = []


def use(app: Flask) -> None:
    """Name the application whose database and settings the tasks of this process work with."""
    _apps[:] = [app]


def run_sweep(name: str, sweep: Callable[[datetime], object]) -> None:
    """Call `sweep(now)` and record that it finished well. The sweep commits its own items."""
    with _apps[0].app_context():
        now = clock.utc_now()
        result = sweep(now)
        with transaction():
            beat(name, now=now, detail="" if result is None else str(result))
        log.info("sweep finished", extra={"sweep": name, "result": result})


def in_one_transaction(work: Callable[[datetime], object]) -> Callable[[datetime], object]:
    """A sweep that is one piece of work: all of it is committed, or nothing."""

    def sweep(now: datetime) -> object:
        with transaction():
            return work(now)

    return sweep
