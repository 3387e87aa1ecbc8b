"""A worker is killed once at each boundary of claim, call and finish: nothing is sent twice, and nothing is lost.

A boundary lies before each statement, before each commit, and after it. At each of them one worker dies with a fresh
message; when all have died, one that lives finishes what they left behind.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from backoffice.core.app import create_base_app
from backoffice.core.config import load_settings
from backoffice.core.db import db, transaction
from backoffice.core.migrate import upgrade
from backoffice.messaging.models import Channel, Kind
from backoffice.studio.queries import the_studio
from tests.far_ends.processes import ROOT, line_server, mail_server
from tests.faults.accidents import ask
from tests.faults.verdict import Verdict, judge
from tests.faults.world import choose_line, make_guests, product_environment, queue
from tests.gym import make_gym

LATER = """
    update messages set next_try_at = next_try_at + interval '1 hour',
        lease_until = lease_until + interval '1 hour' where state in ('PLANNED', 'CLAIMED')
"""
NOW = """
    update messages set next_try_at = send_at, lease_until = clock_timestamp() - interval '1 second'
    where state in ('PLANNED', 'CLAIMED')
"""
LEFT = "select count(*) from messages where state in ('PLANNED', 'CLAIMED')"
KINDS = {Channel.MAIL: Kind.BOOKING_CONFIRMED, Channel.LINE: Kind.REMINDER_DAY_BEFORE}
MOST = 60
SWEEPS = 20


@dataclass
class Boundaries:
    """What came of it: how many boundaries each channel has, how many died, and the verdict over all messages."""

    passed: dict[Channel, int] = field(default_factory=dict)
    deaths: int = 0
    verdict: Verdict = field(default_factory=Verdict)


def die_at_each(database_url: str, redis_url: str, folder: Path, *, step: int = 1) -> Boundaries:
    """Let workers die one after the other, at each boundary or at every `step`-th, and judge."""
    found, planned = Boundaries(), 0
    with ExitStack() as stack:
        mail, line = stack.enter_context(mail_server(folder)), stack.enter_context(line_server(folder))
        environment = product_environment(database_url, redis_url, folder, mail, line)
        app = create_base_app(load_settings(environment), import_name="tests")
        guests = iter(_guests(app))
        stack.callback(_let_go, app)
        nursery = Nursery(stack.enter_context(_process(environment, folder)))
        for channel, kind in KINDS.items():
            _queue(app, kind, *next(guests))
            found.passed[channel] = boundaries = int(nursery.sweep(0))
            fatal = range(boundaries, 0, -step)
            for number in fatal:
                _queue(app, kind, *next(guests))
                assert nursery.sweep(number) == "killed", (
                    f"{channel}: nobody died at {number} of {boundaries}"
                )
                found.deaths += 1
                ask(database_url, LATER)
            planned += len(fatal) + 1
        for _sweep in range(SWEEPS):
            ask(database_url, NOW)
            nursery.sweep(0)
            if not ask(database_url, LEFT):
                break
        found.verdict = judge(database_url, mail, line, planned=planned)
    return found


@dataclass(frozen=True)
class Nursery:
    """The process whose forks deliver."""

    process: subprocess.Popen[str]

    def sweep(self, fatal: int) -> str:
        """One sweep that dies at a boundary, or at none: "killed", or how many boundaries it passed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{fatal}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def _guests(app: Flask) -> list[tuple[int, int]]:
    now = datetime.now(UTC)
    with app.app_context():
        upgrade(db.engine)
        make_gym(now=now)
        choose_line(KINDS[Channel.LINE])
        return make_guests(2 * MOST, now=now)


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _queue(app: Flask, kind: Kind, person_id: int, booking_id: int) -> None:
    with app.app_context(), transaction():
        queue(the_studio().id, kind, person_id, booking_id, now=datetime.now(UTC))


@contextmanager
def _process(environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.faults.nursery"]
    with (folder / "nursery.log").open("w") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
        )  # fmt: skip
    try:
        yield process
    finally:
        process.communicate(timeout=30)
