"""What is measured, and what is expected of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import select

from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.people.models import Person
from bench.client import get, post
from bench.gym import Visitor, booking_bodies
from bench.training import the_client, the_visit

ZONE = "Asia/Tokyo"


@dataclass(frozen=True)
class Case:
    """A page: how it is asked for, its least share of the reference's requests per second, its most statements."""

    name: str
    path: str
    cookie: str
    request: Callable[[], bytes]
    ratio: float | None = None
    statements: int | None = None
    ms: float | None = None
    status: int = 200
    body: Callable[[], str] | None = None

    @property
    def target(self) -> str:
        """The expectation in words."""
        parts = []
        if self.ratio is not None:
            parts.append(f"ratio >= {self.ratio}")
        if self.statements is not None:
            parts.append(f"SQL <= {self.statements}")
        if self.ms is not None:
            parts.append(f"p95 <= {self.ms} ms")
        return ", ".join(parts)


def cases(manager: Visitor, trainer: Visitor, *, now: datetime) -> list[Case]:
    """Every measured page of a gym of 20,000 people and 100,000 bookings."""
    return [*_of_the_desk(manager, now=now), *_of_a_trainer(trainer)]


def page_of(name: str, path: str, visitor: Visitor, **expected: float) -> Case:
    """A page that a visitor asks for."""
    request = get(path, visitor.cookie)
    return Case(name, path, visitor.cookie, lambda: request, **expected)  # type: ignore[arg-type]


def _of_a_trainer(trainer: Visitor) -> list[Case]:
    """Pages about a client of three years with 300 visits, and the queue of a trainer with 2,000 guests."""
    client = the_client()

    def page(name: str, path: str, **expected: float) -> Case:
        return page_of(name, path, trainer, **expected)

    return [
        page("client sheet, three years", f"/people/{client}/record", ratio=0.25, statements=18),
        page("progress, three years", f"/people/{client}/progress", ratio=0.25, statements=12),
        page("CARE of one, three years", f"/people/{client}/care", ratio=0.25, statements=12),
        page("session card, 300 sessions", f"/participants/{the_visit()}/card", ratio=0.25, statements=12),
        page("CARE queue, 2,000 guests", "/care", ms=300, statements=4),
    ]


def _of_the_desk(manager: Visitor, *, now: datetime) -> list[Case]:
    cookie, csrf = manager
    today = local_date(now, ZONE)
    person = db.session.scalars(select(Person.id).order_by(Person.id).offset(1_234).limit(1)).one()
    events = f"/calendar/events?from={today - timedelta(days=3)}&to={today - timedelta(days=2)}"
    week = f"/calendar/events?from={today - timedelta(days=10)}&to={today}"
    bodies = booking_bodies(csrf, now=now)

    def page(name: str, path: str, **expected: float) -> Case:
        return page_of(name, path, manager, **expected)

    def form(name: str, path: str, body: Callable[[], str], **expected: float) -> Case:
        return Case(name, path, cookie, lambda: post(path, cookie, body()), body=body, **expected)  # type: ignore[arg-type]

    def search(name: str, typed: str) -> Case:
        body = urlencode({"csrf_token": csrf, "q": typed})
        return form(name, "/people/suggest", lambda: body, ratio=0.35)

    return [
        page("lead list", "/leads", ratio=0.40, statements=6),
        page("person page, first view", f"/people/{person}", ratio=0.40, statements=12),
        page("calendar data of a day", events, ratio=0.40, statements=6),
        search("search by kana", "たかはし"),
        search("search by phone tail", "1234"),
        form("booking by the desk (POST)", "/bookings/new", bodies, status=303, ratio=0.25),
        page("calendar data, 1,000 bookings", week),
        page("board of open leads", "/leads/board"),
        form("palette", "/palette", lambda: urlencode({"csrf_token": csrf, "q": "たかはし"}), ms=100),
        page("today", "/today"),
        page("funnel, twelve months", "/reports/funnel", ms=2_000),
    ]
