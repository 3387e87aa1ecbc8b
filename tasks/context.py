"""What every periodic task does around its one call: an application context, one `now`, one heartbeat."""

import logging
from collections.abc import Callable
from datetime import datetime

from flask import Flask

from backoffice.core import clock
from backoffice.core.db import transaction
from backoffice.core.heartbeat import beat

log = logging.getLogger(__name__)


def run_sweep(app: Flask, name: str, sweep: Callable[[datetime], object]) -> None:
    """Call `sweep(now)` and record that it finished well. The sweep commits its own items."""
    with app.app_context():
        now = clock.utc_now()
        result = sweep(now)
        with transaction():
            beat(name, now=now, detail="" if result is None else str(result))
        log.info("sweep finished", extra={"sweep": name, "result": result})
