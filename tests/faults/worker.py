"""The product's own worker and beat, with the far ends of the tests, quick rings, and a hand that kills.

celery -A tests.faults.worker worker|beat. Everything comes from the environment.
"""

import os
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from backoffice.core import clock
from backoffice.messaging import breaker, retries
from backoffice.messaging.channels import Ending
from backoffice.messaging.line import LineChannel
from backoffice.messaging.models import Channel
from backoffice.messaging.retries import Pace
from backoffice.messaging.smtp import SmtpChannel
from tasks.messages import set_up_delivery
from tasks.worker import app, celery, flask_app

__all__ = ["app", "celery"]

LEASE = timedelta(seconds=3)
RING = 0.5

_lock = threading.Lock()


def set_up() -> None:
    """Point the channels at the far ends and make every wait short."""
    settings = flask_app.extensions["settings"]
    mail = SmtpChannel(settings.smtp_url, settings.mail_from, timedelta(seconds=2), timedelta(seconds=2.5))
    token = settings.line_channel_access_token
    line = LineChannel(settings.line_api_url, token, timedelta(seconds=2), timedelta(seconds=2.5))
    set_up_delivery(flask_app, {Channel.MAIL: mail, Channel.LINE: line})
    flask_app.extensions["delivery"] = replace(flask_app.extensions["delivery"], lease=LEASE)
    quick = Pace(timedelta(seconds=0.3), timedelta(seconds=1))
    retries.PACES.update({Ending.RETRY_SOON: quick, Ending.RETRY_SLOWLY: quick})
    retries.MOST_TRIES = 1000
    breaker.REST = timedelta(seconds=1)
    clock.utc_now = drill_time
    for entry in celery.conf.beat_schedule.values():
        entry["schedule"] = RING
        entry["options"] = {"expires": 5}


def drill_time() -> datetime:
    """The time this worker believes in: it may be wrong by itself, and jumps for everybody when the drill says so."""
    seconds = float(os.environ.get("FAULTS_SKEW", "0"))
    if jumps := os.environ.get("FAULTS_CLOCK"):
        seconds += float(Path(jumps).read_text() or 0)
    return datetime.now(UTC) + timedelta(seconds=seconds)


def kill_at_boundaries(kills: Path, most: int, chance: float) -> None:
    """Die by SIGKILL before some statements, before some commits and after some commits, `most` times in all."""

    def maybe_die(*_words: Any, **_named: Any) -> None:
        if random.random() < chance and len(kills.read_text().splitlines()) < most:
            with _lock, kills.open("a") as file:
                file.write(f"{os.getpid()}\n")
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)

    at_each_boundary(maybe_die)


def at_each_boundary(call: Callable[..., None]) -> None:
    """Call before each statement, before each commit, and when a connection is given back after one."""
    event.listen(Engine, "before_cursor_execute", call)
    event.listen(Engine, "commit", call)
    event.listen(Pool, "checkin", call)


set_up()
if most := int(os.environ.get("FAULTS_BOUNDARY_KILLS", "0")):
    kill_at_boundaries(Path(os.environ["FAULTS_KILLS"]), most, float(os.environ["FAULTS_CHANCE"]))
