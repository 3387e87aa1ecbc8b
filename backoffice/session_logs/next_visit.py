"""次回予約: the same weekday and time next week, else three free times, booked by the trainer on the card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.bookings.actions import book
from backoffice.bookings.availability import free_slots, nearest_free
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, BookingState, Participant
from backoffice.bookings.refusals import NotPossible, Slot
from backoffice.core.audit import Actor
from backoffice.core.clock import local, local_date
from backoffice.core.db import db
from backoffice.people.queries import held_person
from backoffice.session_logs.queries import Visit
from backoffice.studio.models import Service, ServiceKind, Studio
from backoffice.studio.queries import services

WEEK = timedelta(days=7)
OFFERED = 3


@dataclass(frozen=True)
class Offer:
    """A visit that is booked already, or free times; `is_same` when that is the same time next week."""

    booked_at: datetime | None = None
    slots: Sequence[Slot] = ()
    is_same: bool = False


def offer(studio: Studio, visit: Visit, *, now: datetime) -> Offer:
    """What comes next for the guest of a visit, with the same trainer where possible."""
    ahead = next_booked(visit.person_id, now=now)
    if ahead is not None:
        return Offer(booked_at=ahead)
    service = next_service(studio, visit)
    if service is None:
        return Offer()
    wanted = _a_week_later(studio, visit)
    day = local_date(wanted, studio.zone)
    people = (visit.person_id,)
    free = free_slots(studio, service, day, day, now=now, trainer_id=visit.trainer_id, person_ids=people)
    same = [slot for slot in free if slot.starts_at == wanted]
    if same:
        return Offer(slots=same[:1], is_same=True)
    near = nearest_free(
        studio, service, wanted, now=now, trainer_id=visit.trainer_id, person_ids=people, count=OFFERED
    )
    return Offer(slots=near)


def book_next(
    studio: Studio, visit: Visit, starts_at: datetime, trainer_id: int, *, by: Actor, now: datetime
) -> Booking:
    """Book the next visit of this guest. Refuses (NotPossible) when one is booked already; raises as `book` does."""
    person = held_person(visit.person_id)
    service = next_service(studio, visit)
    if service is None or next_booked(visit.person_id, now=now) is not None:
        raise NotPossible
    return book(
        studio=studio, service=service, trainer_id=trainer_id, starts_at=starts_at, participants=[Guest(person)],
        channel=BookingChannel.DESK, is_named=trainer_id == visit.trainer_id, by=by, now=now,
    )  # fmt: skip


def next_booked(person_id: int, *, now: datetime) -> datetime | None:
    """When somebody comes next; None when nothing is booked."""
    query = (
        select(Booking.starts_at)
        .join(Participant, Participant.booking_id == Booking.id)
        .where(
            Participant.person_id == person_id,
            Booking.starts_at > now,
            Booking.state.in_([BookingState.BOOKED, BookingState.HELD]),
        )
        .order_by(Booking.starts_at)
        .limit(1)
    )
    return db.session.scalar(query)


def next_service(studio: Studio, visit: Visit) -> Service | None:
    """The same service; after a trial an ordinary session."""
    kind = ServiceKind.SESSION if visit.kind == ServiceKind.TRIAL else None
    return next(
        (one for one in services(studio.id) if (one.kind == kind if kind else one.id == visit.service_id)),
        None,
    )


def _a_week_later(studio: Studio, visit: Visit) -> datetime:
    """The same wall clock seven days on, also over a change of clocks."""
    at = local(visit.starts_at, studio.zone)
    return (at.replace(tzinfo=None) + WEEK).replace(tzinfo=at.tzinfo).astimezone(visit.starts_at.tzinfo)
