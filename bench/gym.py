"""The gym that is measured: 20,000 people, 100,000 bookings, a manager and a trainer who are signed in."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from typing import NamedTuple, Protocol
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import Engine, event, func, select, text

from backoffice.bookings.models import Booking
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.demo import load_bulk
from backoffice.founding import found_gym
from backoffice.people.models import Person
from backoffice.staff.actions import add_with_password
from backoffice.staff.models import Role, Staff, Trainer
from backoffice.staff.sessions import open_session
from backoffice.studio.queries import has_studio, service_by_slug, the_studio
from bench import training
from blueprints.support import session_cookie

PEOPLE = 20_000
MAIL = "bench@example.com"
STARTS = tuple(f"{9 + minute // 60:02d}:{minute % 60:02d}" for minute in range(0, 9 * 60, 75))


class Measured(Protocol):
    """What this module needs to know of a case."""

    name: str
    path: str
    cookie: str
    status: int
    body: Callable[[], str] | None


class Visitor(NamedTuple):
    """A signed-in browser: its cookie as it stands after its first page, and the CSRF token that goes with it."""

    cookie: str
    csrf: str


def load(people: int, *, now: datetime) -> None:
    """Fill an empty database; a second run finds it filled, but for what was added to the benchmark since."""
    is_empty = not has_studio()
    if is_empty:
        with transaction():
            _everybody(people, now=now)
    with transaction():
        is_new = training.load(the_studio(), now=now)
    if is_empty or is_new:
        tidy()


def _everybody(people: int, *, now: datetime) -> None:
    studio = found_gym("整 SEI", "SEI", by=SYSTEM, now=now)
    password = secrets.token_urlsafe(20)
    add_with_password(MAIL, "計測 花", [Role.MANAGER], password, studio_id=studio.id, by=SYSTEM, now=now)
    load_bulk(studio, people, now=now, progress=_say)


def tidy() -> None:
    """What the database does by itself within minutes of a load this large; it shall not do it while we measure."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _say(what: str, done: int, whole: int) -> None:
    print(f"\r  loading {what}: {done:,} of {whole:,}   ", end="", flush=True)


def signed_in(app: Flask, mail: str, first_page: str, *, now: datetime) -> Visitor:
    """The browser of the account with this mail address."""
    with app.app_context(), transaction():
        staff = db.session.scalars(select(Staff).where(Staff.mail == mail)).one()
        token = open_session(staff, is_shared=False, now=now)
    browser = app.test_client()
    with browser.session_transaction() as session:
        session[session_cookie.KEY] = token
    page = browser.get(first_page).get_data(as_text=True)
    csrf = page.split('name="csrf-token" content="')[1].split('"')[0]
    name = app.config["SESSION_COOKIE_NAME"]
    return Visitor(f"{name}={browser.get_cookie(name).value}", csrf)  # type: ignore[union-attr]


def booking_bodies(csrf: str, *, now: datetime) -> Callable[[], str]:
    """Forms of the desk that each book a place nobody has: a trainer, a start, a day far ahead, a person."""
    service = service_by_slug(the_studio().id, "session")
    trainers = list(db.session.scalars(select(Trainer.id).order_by(Trainer.id)))
    people = list(db.session.scalars(select(Person.id).order_by(Person.id).limit(5_000)))
    newest = db.session.scalars(select(func.max(Booking.starts_at))).one()
    first = local_date(max(now + timedelta(days=40), newest), "Asia/Tokyo") + timedelta(days=1)
    places = (
        (first + timedelta(days=day), start, trainer)
        for day in count()
        for start in STARTS
        for trainer in trainers
    )
    numbers = count()

    def body() -> str:
        day, start, trainer = next(places)
        person = people[next(numbers) % len(people)]
        return urlencode(_form(csrf, service.id, trainer, day, start, person))

    return body


def _form(
    csrf: str, service_id: int, trainer_id: int, day: date, start: str, person_id: int
) -> dict[str, object]:
    return {
        "csrf_token": csrf, "form_token": secrets.token_urlsafe(18), "service_id": service_id, "trainer_id": trainer_id,
        "day": day.isoformat(), "clock": start, "channel": "PHONE", "first_person_id": person_id,
    }  # fmt: skip


@contextmanager
def counted_statements(engine: Engine) -> Iterator[list[str]]:
    """Every statement sent to the database inside the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def statements(app: Flask, engine: Engine, case: Measured) -> int:
    """How many statements one request of a case sends, in this process."""
    client = app.test_client()
    name, _equals, value = case.cookie.partition("=")
    client.set_cookie(name, value)
    for _ in range(2):  # the first one warms caches of the process
        with counted_statements(engine) as seen:
            data = None if case.body is None else case.body()
            answer = client.open(
                case.path,
                method="POST" if data else "GET",
                data=data,
                content_type="application/x-www-form-urlencoded",
            )
        if answer.status_code != case.status:
            raise SystemExit(f"{case.name}: {answer.status} {answer.get_data(as_text=True)[:2000]}")
    return len(seen)
