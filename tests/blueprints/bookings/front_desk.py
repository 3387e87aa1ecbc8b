"""Bookings for the tests of desk pages, made through the same actions; and counting the statements of a page."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role, Staff, Trainer
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.pages import PageClient

TODAY = date(2026, 11, 24)
TOMORROW = date(2026, 11, 25)


def guest(name: str = "山田 花子", phone: str = "090-1234-5678", *, now: datetime, mail: str = "") -> Person:
    """Somebody the gym knows."""
    with transaction():
        return create_person(
            name=name, phones=[phone] if phone else [], mails=[mail] if mail else [], by=SYSTEM, now=now
        )


def trainer(gym: Studio, slug: str = "mori") -> Trainer:
    """A trainer of the test gym."""
    return next(one for one in trainers(gym.id) if one.slug == slug)


def visit(
    gym: Studio, who: Person, clock: str, *, now: datetime, day: date = TODAY, slug: str = "trial", with_: str = "mori",
    and_: Person | None = None, needs_wear: bool = False,
) -> Booking:  # fmt: skip
    """A booking of the day."""
    guests = [
        Guest(
            who,
            needs_wear=needs_wear,
            wear_size="M" if needs_wear else "",
            shoe_cm="24" if needs_wear else "",
        )
    ]
    if and_ is not None:
        guests.append(Guest(and_))
    with transaction():
        return book(
            studio=gym,
            service=service_by_slug(gym.id, slug),
            trainer_id=trainer(gym, with_).id,
            starts_at=at_local(day, time.fromisoformat(clock), gym.zone),
            participants=guests,
            channel=BookingChannel.DESK,
            by=SYSTEM,
            now=now,
        )


def signed_in_trainer(gym: Studio, sign_in: Any) -> PageClient:
    """The browser of mori, who works with an account of their own."""
    client: PageClient = sign_in(Role.TRAINER)
    with transaction():
        account = db.session.scalars(select(Staff).where(Staff.roles.contains([Role.TRAINER.value]))).one()
        trainer(gym).staff_id = account.id
    client.get("/today")
    return client
