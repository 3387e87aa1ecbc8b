"""次回予約: the same weekday and time next week, else three free times: the own trainer's first, then others'."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.bookings.actions import book, cancel
from backoffice.bookings.availability import FAR_DAYS, NEAR_DAYS, free_slots, nearest
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, BookingState, Participant
from backoffice.bookings.queries import booking as find_booking
from backoffice.bookings.queries import guests_of
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
TAKEN_BACK_WITHIN = timedelta(minutes=10)
"""So long the toast may take back what its tap has booked; later the desk cancels it."""
TAKEN_BACK = "登録直後の取り消し"


@dataclass(frozen=True)
class Offer:
    """A visit that is booked already, or free times; `is_same` when that is the same time next week."""

    booked_at: datetime | None = None
    slots: Sequence[Slot] = ()
    is_same: bool = False


def offer(studio: Studio, visit: Visit, *, now: datetime) -> Offer:
    """What comes next for the guest of a visit, with the same trainer where possible."""
    ahead = next_booked(visit, now=now)
    if ahead is not None:
        return Offer(booked_at=ahead)
    service = next_service(studio, visit)
    if service is None:
        return Offer()
    wanted = _a_week_later(studio, visit)
    free = _free_around(studio, service, wanted, visit, days=NEAR_DAYS, now=now)
    if not free:
        free = _free_around(studio, service, wanted, visit, days=FAR_DAYS, now=now)
    own = [slot for slot in free if slot.trainer_id == visit.trainer_id]
    same = [slot for slot in own if slot.starts_at == wanted]
    if same:
        return Offer(slots=same, is_same=True)
    others = [slot for slot in free if slot.trainer_id != visit.trainer_id]
    first = nearest(own, wanted, visit.trainer_id, OFFERED)
    more = OFFERED - len(first)
    return Offer(slots=[*first, *(nearest(others, wanted, None, more) if more else ())])


def book_next(
    studio: Studio,
    visit: Visit,
    starts_at: datetime,
    trainer_id: int,
    *,
    is_named: bool = False,
    by: Actor,
    now: datetime,
) -> Booking:
    """Book the next visit of this guest; named (指名) only if the guest asks for the trainer.

    Refuses (NotPossible) when one is booked already; raises as `book` does.
    """
    person = held_person(visit.person_id)
    service = next_service(studio, visit)
    if service is None or next_booked(visit, now=now) is not None:
        raise NotPossible
    return book(
        studio=studio, service=service, trainer_id=trainer_id, starts_at=starts_at, participants=[Guest(person)],
        channel=BookingChannel.DESK, is_named=is_named, by=by, now=now,
    )  # fmt: skip


def take_back_next(studio: Studio, visit: Visit, booking_id: int, *, by: Actor, now: datetime) -> None:
    """Call off what was booked a moment ago by a slip of the finger; the guest is told, no ticket is used.

    Refuses (NotPossible) what somebody else booked, what is older than ten minutes, and bookings of other guests.
    """
    booking = find_booking(studio.id, booking_id)
    is_own = booking.created_by == by.label and now - booking.created_at <= TAKEN_BACK_WITHIN
    if not is_own or {guest.person_id for guest in guests_of(booking.id)} != {visit.person_id}:
        raise NotPossible
    cancel(booking, by_gym=True, reason=TAKEN_BACK, by=by, now=now)


def next_booked(visit: Visit, *, now: datetime) -> datetime | None:
    """When the guest of a visit comes again after it; None when nothing is booked."""
    query = (
        select(Booking.starts_at)
        .join(Participant, Participant.booking_id == Booking.id)
        .where(
            Participant.person_id == visit.person_id,
            Booking.id != visit.booking_id,
            Booking.starts_at > max(now, visit.starts_at),
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


def _free_around(
    studio: Studio, service: Service, wanted: datetime, visit: Visit, *, days: int, now: datetime
) -> list[Slot]:
    """Every free start so many days around a time, of all trainers."""
    day, reach = local_date(wanted, studio.zone), timedelta(days=days)
    return free_slots(studio, service, day - reach, day + reach, now=now, person_ids=(visit.person_id,))


def _a_week_later(studio: Studio, visit: Visit) -> datetime:
    """The same wall clock seven days on, also over a change of clocks."""
    at = local(visit.starts_at, studio.zone)
    return (at.replace(tzinfo=None) + WEEK).replace(tzinfo=at.tzinfo).astimezone(visit.starts_at.tzinfo)
