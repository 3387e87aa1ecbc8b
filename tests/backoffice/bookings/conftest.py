"""A desk for the tests of bookings: people, services and trainers by name, and one line to book."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import pytest
from sqlalchemy import func, select

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, Claim
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.clock import at_local
from backoffice.core.db import db
from backoffice.messaging.models import Message, MessageState
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Trainer
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Room, Service, Studio
from backoffice.studio.queries import rooms, service_by_slug

WEDNESDAY = date(2026, 11, 25)


@dataclass
class Desk:
    """Books as the desk does; every name in it is somebody of the test gym."""

    studio: Studio
    by: Actor
    now: datetime
    met: list[Person] = field(default_factory=list)

    def service(self, slug: str) -> Service:
        return service_by_slug(self.studio.id, slug)

    def trainer(self, slug: str = "mori") -> Trainer:
        return next(one for one in trainers(self.studio.id) if one.slug == slug)

    def rooms(self) -> list[Room]:
        return rooms(self.studio.id)

    def meet(self, name: str = "", mail: str | None = None, phone: str = "") -> Person:
        number = len(self.met) + 1
        person = create_person(
            name=name or f"客{number}",
            phones=[phone or f"0901234{number:04d}"],
            mails=[f"guest{number}@test.example"] if mail is None else [mail] if mail else [],
            by=self.by,
            now=self.now,
        )
        self.met.append(person)
        return person

    def at(self, hour: int, minute: int = 0, day: date = WEDNESDAY) -> datetime:
        return at_local(day, time(hour, minute), self.studio.zone)

    def book(self, starts_at: datetime, *guests: Person, service: str = "session", **wish: Any) -> Booking:
        values: dict[str, Any] = {
            "studio": self.studio,
            "service": self.service(service),
            "trainer_id": self.trainer(wish.pop("trainer", "mori")).id,
            "starts_at": starts_at,
            "participants": [Guest(one) for one in guests or [self.meet()]],
            "channel": BookingChannel.PHONE,
            "by": self.by,
            "now": self.now,
        }
        return book(**{**values, **wish})


@pytest.fixture
def desk_book(gym: Studio, by: Actor, now: datetime) -> Desk:
    """The desk at noon of Tuesday 24 November 2026."""
    return Desk(gym, by, now)


@pytest.fixture
def claims_of() -> Callable[[int], int]:
    """How many resources a booking holds."""

    def count(booking_id: int) -> int:
        return db.session.scalar(select(func.count()).where(Claim.booking_id == booking_id)) or 0

    return count


@pytest.fixture
def planned() -> Callable[[int], list[tuple[str, datetime]]]:
    """Kind and time of the messages about a booking that are still to go out, by time."""

    def read(booking_id: int) -> list[tuple[str, datetime]]:
        query = select(Message.kind, Message.send_at).where(
            Message.booking_id == booking_id, Message.state == MessageState.PLANNED
        )
        return [
            (kind, send_at)
            for kind, send_at in db.session.execute(query.order_by(Message.send_at, Message.id))
        ]

    return read


@pytest.fixture
def audited() -> Callable[[str], list[AuditLine]]:
    """The audit lines of an action."""

    def read(action: str) -> list[AuditLine]:
        return list(
            db.session.scalars(select(AuditLine).where(AuditLine.action == action).order_by(AuditLine.id))
        )

    return read
