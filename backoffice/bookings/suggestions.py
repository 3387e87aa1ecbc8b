"""What somebody who calls will most likely book: which service, with whom, and the first free times that suit them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from backoffice.bookings.availability import free_slots
from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.bookings.refusals import Slot
from backoffice.core.clock import local
from backoffice.core.db import db
from backoffice.studio.models import Service, ServiceKind, Studio

REMEMBERED = 12
"""So many visits, the latest, say what is usual for somebody."""
USUAL_TIMES = 2
LEAST = 2
"""A time is usual from the second visit at it on."""
REACH = timedelta(days=13)
MOST_USUAL = 3
MOST = 9
NOON, EVENING = time(12), time(17)

NEXT = {ServiceKind.COUNSELLING: ServiceKind.TRIAL, ServiceKind.TRIAL: ServiceKind.SESSION}
"""What follows the first visits; whoever trains already books the same again."""


@dataclass(frozen=True)
class Habits:
    """What a person's latest visits show. `times` are weekday (0 = Monday) and wall clock, the most usual first."""

    kind: ServiceKind | None = None
    service_id: int | None = None
    trainer_id: int | None = None
    times: tuple[tuple[int, time], ...] = ()


@dataclass(frozen=True)
class Fitting:
    """Free times to read out: `usual` ones at the person's own hours, then `others` spread over days and day parts."""

    usual: list[Slot] = field(default_factory=list)
    others: list[Slot] = field(default_factory=list)


def habits_of(person_id: int, studio: Studio) -> Habits:
    """What somebody usually books here, from their latest visits; cancelled ones do not count. One statement."""
    rows = db.session.execute(
        select(Booking.service_id, Service.kind, Booking.trainer_id, Booking.starts_at)
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id == person_id,
            Booking.studio_id == studio.id,
            Booking.state.in_([BookingState.BOOKED, BookingState.ATTENDED]),
        )
        .order_by(Booking.starts_at.desc())
        .limit(REMEMBERED)
    ).all()
    if not rows:
        return Habits()
    kind = ServiceKind(rows[0].kind)
    clocks = [local(row.starts_at, studio.zone) for row in rows]
    times = Counter((at.weekday(), at.time()) for at in clocks).most_common(USUAL_TIMES)
    trainer_id = Counter(row.trainer_id for row in rows).most_common(1)[0][0]
    service_id = None if kind in NEXT else rows[0].service_id
    usual = tuple(when for when, number in times if number >= LEAST)
    return Habits(NEXT.get(kind, kind), service_id, trainer_id, usual)


def likely_service(services: Sequence[Service], habits: Habits, interest: str = "") -> Service:
    """The service to begin with: the usual one, else what a first enquiry asked for, else the first of the list."""
    by_id = next((one for one in services if one.id == habits.service_id), None)
    by_kind = next((one for one in services if one.kind == habits.kind), None)
    by_interest = next((one for one in services if one.slug == interest), None)
    return by_id or by_kind or by_interest or services[0]


def fitting_times(
    studio: Studio,
    service: Service,
    habits: Habits,
    first_day: date,
    *,
    now: datetime,
    trainer_id: int | None = None,
    person_ids: Sequence[int] = (),
) -> Fitting:
    """Free times in the two weeks from `first_day`, few enough to read out over the phone."""
    slots = free_slots(
        studio, service, first_day, first_day + REACH, now=now, trainer_id=trainer_id, person_ids=person_ids
    )
    return chosen(slots, habits, studio.zone)


def chosen(slots: Iterable[Slot], habits: Habits, zone: str) -> Fitting:
    """The usual times first; of the others one for each morning, afternoon and evening, the earliest. Pure.

    Each start is offered once, with the usual trainer where they are free.
    """
    by_start: dict[datetime, Slot] = {}
    for slot in sorted(slots, key=lambda one: (one.starts_at, one.trainer_id != habits.trainer_id)):
        by_start.setdefault(slot.starts_at, slot)
    usual, parts = list[Slot](), dict[tuple[date, int], Slot]()
    for slot in by_start.values():
        at = local(slot.starts_at, zone)
        if (at.weekday(), at.time()) in habits.times and len(usual) < MOST_USUAL:
            usual.append(slot)
        else:
            parts.setdefault((at.date(), _part(at.time())), slot)
    return Fitting(usual, list(parts.values())[: MOST - len(usual)])


def _part(clock: time) -> int:
    return (clock >= NOON) + (clock >= EVENING)
