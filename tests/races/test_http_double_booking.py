"""Fifty visitors press "book" at the same instant, over HTTP, against gunicorn and a real database.

Each round is one trainer at overlapping times (0, 15 or 30 minutes apart): one visitor gets it, forty-nine read a page
that says so and keeps what they typed. The control takes the constraint away and must double-book. Four rounds, ten
with `RACES=all`.
"""

import http.client
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from backoffice.bookings.models import Booking, Claim
from backoffice.core.clock import at_local, local_date
from backoffice.core.config import Settings
from backoffice.core.db import db, transaction

pytestmark = pytest.mark.races

ROOT = Path(__file__).resolve().parents[2]
VISITORS = 50
ROUNDS = 10 if os.environ.get("RACES") == "all" else 4
MOST_CONTROLS = 10
OFFSETS = (0, 15, 30)
WORKERS, THREADS = 2, 8
TIMEOUT = 60


@dataclass
class Answer:
    """Status, where it leads, and the page."""

    status: int
    location: str
    page: str


class Visitor:
    """A browser of one visitor: a cookie, a form, and the wish to send it."""

    def __init__(self, port: int, number: int) -> None:
        self.port, self.number = port, number
        self.cookie = ""
        page = self.ask("GET", form_address(first_start())).page
        self.hidden = {
            name: unescape(value)
            for name, value in re.findall(r'name="(csrf_token|form_token|shown)"[^>]*value="([^"]*)"', page)
        }

    def ask(self, method: str, path: str, body: str = "") -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        headers = {"Cookie": self.cookie, "Accept-Language": "ja"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        page = response.read().decode()
        if cookie := response.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        connection.close()
        return Answer(response.status, response.getheader("Location") or "", page)

    def book(self, starts_at: datetime, *, token: str = "") -> Answer:
        """Send the form for a time; a fresh form unless `token` says which."""
        typed = {
            **self.hidden,
            "form_token": token or secrets.token_urlsafe(18),
            "name": f"競争 {self.number}",
            "phone": f"090-1234-{self.number:04d}",
            "mail": "",
            "wear": "own",
            "wear_size": "",
            "shoe_cm": "",
            "enquiry": "この文は残ります",
            "consent": "y",
        }
        return self.ask("POST", form_address(starts_at), urlencode(typed))


def first_start() -> datetime:
    """11:45 in Kyoto, three days from now."""
    day = local_date(datetime.now(UTC), "Asia/Tokyo") + timedelta(days=3)
    return at_local(day, wall_time(11, 45), "Asia/Tokyo")


def form_address(starts_at: datetime) -> str:
    """The form for a time with the trainer everybody wants."""
    return f"/book/trial/details?at={starts_at:%Y-%m-%dT%H:%MZ}&trainer=mori"


@contextmanager
def gunicorn(app: Flask, settings: Settings, folder: Path) -> Iterator[int]:
    """Two workers with eight threads each on a free port; ended by process id."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        port = listening.getsockname()[1]
        environment = {
            **os.environ,
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
            "REDIS_URL": settings.redis_url,
            "DATA_DIR": str(folder),
            "PUBLIC_URL": "http://127.0.0.1",
            "LOG_LEVEL": "WARNING",
        }
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "tests.races.web:app",
            f"--bind=fd://{listening.fileno()}",
        ]
        command += [
            f"--workers={WORKERS}",
            f"--threads={THREADS}",
            "--worker-class=gthread",
            "--log-level=warning",
        ]
        log = (folder / "gunicorn.log").open("wb")
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, pass_fds=[listening.fileno()], stdout=log, stderr=log
        )
        try:
            _wait_until_up(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(30)
            log.close()


def _wait_until_up(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with closing(connection), suppress(OSError):
            connection.request("GET", "/healthz")
            with connection.getresponse() as answer:
                if answer.status == 200:
                    return
        time.sleep(0.2)
    pytest.fail("gunicorn did not come up")


def at_once(visitors: list[Visitor], send: Callable[[Visitor], Answer]) -> list[Answer]:
    """All of them at the same instant."""
    gate = threading.Barrier(len(visitors))

    def go(visitor: Visitor) -> Answer:
        gate.wait(TIMEOUT)
        return send(visitor)

    with ThreadPoolExecutor(len(visitors)) as pool:
        return list(pool.map(go, visitors))


def people_at(port: int) -> list[Visitor]:
    """Fifty visitors who have looked at the form long enough."""
    with ThreadPoolExecutor(WORKERS * THREADS) as pool:
        visitors = list(pool.map(lambda number: Visitor(port, number), range(VISITORS)))
    time.sleep(3.2)
    return visitors


def bookings_on(app: Flask, starts_at: datetime) -> int:
    """How many bookings there are that morning."""
    with app.app_context():
        near = Booking.starts_at.between(starts_at, starts_at + timedelta(hours=1))
        return db.session.scalar(select(func.count()).select_from(Booking).where(near)) or 0


def test_one_of_fifty_gets_the_time_and_the_others_a_kind_page(
    arena: Flask, settings: Settings, tmp_path: Path
) -> None:
    with gunicorn(arena, settings, tmp_path) as port:
        visitors = people_at(port)
        for number in range(ROUNDS):
            start = first_start() + timedelta(days=number)
            answers = at_once(
                visitors,
                lambda one, start=start: one.book(start + timedelta(minutes=OFFSETS[one.number % 3])),
            )
            counted = Counter(answer.status for answer in answers)
            assert counted[303] == 1, counted
            assert set(counted) <= {303, 409, 422}, counted
            for refused in (answer for answer in answers if answer.status != 303):
                assert "data-error-summary" in refused.page
                assert "この文は残ります" in refused.page
            assert bookings_on(arena, start) == 1
        twins = at_once(
            visitors, lambda one: one.book(first_start() + timedelta(days=ROUNDS), token="t" * 24)
        )
        assert {answer.status for answer in twins} == {303}
        assert len({answer.location for answer in twins}) == 1
        assert bookings_on(arena, first_start() + timedelta(days=ROUNDS)) == 1
    with arena.app_context():
        live = select(func.count()).select_from(Claim).where(Claim.booking_id.is_not(None))
        assert db.session.scalar(live) == 3 * (ROUNDS + 1)  # trainer, room, guest of each
    assert b"Traceback" not in (tmp_path / "gunicorn.log").read_bytes()


def test_without_the_constraint_the_same_race_double_books(
    arena: Flask, settings: Settings, tmp_path: Path
) -> None:
    with arena.app_context(), transaction():
        db.session.execute(text("alter table claims drop constraint claims_never_overlap"))
    with gunicorn(arena, settings, tmp_path) as port:
        visitors = people_at(port)
        most = 0
        for number in range(MOST_CONTROLS):
            start = first_start() + timedelta(days=number)
            at_once(
                visitors,
                lambda one, start=start: one.book(start + timedelta(minutes=OFFSETS[one.number % 3])),
            )
            most = max(most, bookings_on(arena, start))
            if most > 1:
                break
    assert most > 1, "the race is no race: nobody met"
