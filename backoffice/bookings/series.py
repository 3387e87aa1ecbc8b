"""A series (定期予約): the same weekday and hour for some weeks. Every date is a booking of its own.

First a plan to look at: each date free, taken, closed or a holiday, with other times of that day. What was skipped can
be added later; a series is moved or cut from a date on. The guest gets one message with all dates, not one for each.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select

from backoffice.bookings import actions, claims
from backoffice.bookings.availability import LONGEST_RANGE, free_slots, nearest
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, BookingState, Resource, Series, resource_key
from backoffice.bookings.refusals import NotFree, Slot
from backoffice.core.audit import Actor, record
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid
from backoffice.core.language import N_
from backoffice.messaging.models import Kind
from backoffice.messaging.outbox import queue_message
from backoffice.people.models import Person
from backoffice.people.queries import is_reachable
from backoffice.studio.calendar_days import open_times, public_holidays
from backoffice.studio.models import Service, Studio
from backoffice.studio.scope import of_studio

MOST_DATES = 52
OFFERED = 4
LIVE = (BookingState.HELD, BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW)


class Verdict(StrEnum):
    """What can be said of a date before it is booked."""

    FREE = "FREE"
    TAKEN = "TAKEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True)
class PlannedDate:
    """A date of a series: whether it can be had, who is in the way, and other free times of the same day."""

    day: date
    starts_at: datetime
    verdict: Verdict
    slot: Slot | None = None
    holiday: str = ""
    in_the_way: str = ""
    others: tuple[Slot, ...] = ()


@dataclass
class Outcome:
    """What became of the dates that were asked for."""

    done: list[date] = field(default_factory=list)
    refused: dict[date, DomainError] = field(default_factory=dict)


class SeriesDate(NamedTuple):
    """A date of a series that exists; without a booking it was skipped or called off."""

    day: date
    booking: Booking | None


def dates_of(first_day: date, every_weeks: int, count: int) -> list[date]:
    """The dates of a series. Refuses (Invalid) less than two, more than a year of weeks, and odd steps. Pure."""
    if count not in range(2, MOST_DATES + 1):
        raise Invalid(N_("A series has 2 to 52 dates."), field="count")
    if every_weeks not in (1, 2, 3, 4):
        raise Invalid(N_("Please choose every one to four weeks."), field="every_weeks")
    return [first_day + timedelta(weeks=every_weeks * number) for number in range(count)]


def plan(
    studio: Studio,
    service: Service,
    days: Sequence[date],
    clock: time,
    *,
    trainer_id: int,
    person_ids: Sequence[int] = (),
    language: str = "ja",
    now: datetime,
) -> list[PlannedDate]:
    """Look at every date at once; the number of statements does not grow with the dates but with years."""
    free = _free_by_day(studio, service, days, person_ids, now=now)
    opened = open_times(studio.id, min(days), max(days))
    holidays = public_holidays(min(days), max(days), language)
    wanted = {day: at_local(day, clock, studio.zone) for day in days}
    blockers = _blockers(service, wanted, trainer_id, person_ids)
    planned = []
    for day, starts_at in wanted.items():
        slots = free.get(day, [])
        slot = next(
            (one for one in slots if (one.starts_at, one.trainer_id) == (starts_at, trainer_id)), None
        )
        verdict = Verdict.FREE if slot else Verdict.TAKEN if day in opened else Verdict.CLOSED
        others = () if slot else tuple(nearest(slots, starts_at, trainer_id, OFFERED))
        planned.append(
            PlannedDate(day, starts_at, verdict, slot, holidays.get(day, ""), blockers.get(day, ""), others)
        )
    return planned


def book_series(
    studio: Studio,
    service: Service,
    chosen: Mapping[date, Slot],
    *,
    persons: Sequence[Person],
    days: Sequence[date],
    every_weeks: int,
    channel: str,
    by: Actor,
    now: datetime,
) -> tuple[Series, Outcome]:
    """Book the chosen dates of a series; the others of `days` are skipped. One date that has gone stops no other."""
    if not chosen:
        raise Invalid(N_("Please choose at least one date."), field="days")
    series = Series(
        studio_id=studio.id, service_id=service.id, person_id=persons[0].id,
        second_person_id=persons[1].id if len(persons) > 1 else None, first_day=days[0], dates=len(days),
        every_weeks=every_weeks, channel=channel, created_at=now, created_by=by.label,
    )  # fmt: skip
    db.session.add(series)
    db.session.flush()
    record("series.booked", "series", series.id, by=by, now=now, after={"dates": len(chosen)})
    outcome = _each(
        chosen, lambda day: _book(series, studio, service, persons, day, chosen[day], by=by, now=now)
    )
    _tell(series, now=now)
    return series, outcome


def add_date(series: Series, day: date, slot: Slot, *, studio: Studio, by: Actor, now: datetime) -> Booking:
    """Book a date that was skipped, at any free time. Raises `SlotTaken`, `Invalid` for a date that is booked."""
    _lock(series)
    if day not in {one.day for one in dates(series) if one.booking is None}:
        raise Invalid(N_("This date of the series is booked already."))
    service = db.session.get_one(Service, series.service_id)
    booking = _book(series, studio, service, persons_of(series), day, slot, by=by, now=now)
    _tell(series, now=now)
    return booking


def move_from(
    series: Series,
    day: date,
    *,
    weekday: int,
    clock: time,
    trainer_id: int,
    studio: Studio,
    by: Actor,
    now: datetime,
) -> Outcome:
    """Give all dates from `day` on another weekday (0 = Monday) and hour, in their weeks; what cannot go stays."""
    _lock(series)
    ahead = {
        one.day: one.booking for one in dates(series) if one.day >= day and _may_change(one.booking, now)
    }

    def move(date_: date) -> None:
        booking = ahead[date_]
        assert booking is not None  # noqa: S101 - _may_change
        target = date_ - timedelta(days=date_.weekday()) + timedelta(days=weekday)
        starts_at = at_local(target, clock, studio.zone)
        actions.move(booking, starts_at=starts_at, trainer_id=trainer_id, tell=False, by=by, now=now)

    outcome = _each(ahead, move)
    record(
        "series.moved", "series", series.id, by=by, now=now, after={"from": day, "dates": len(outcome.done)}
    )
    _tell(series, now=now)
    return outcome


def cut_from(series: Series, day: date, *, by: Actor, now: datetime) -> Outcome:
    """Call off all dates from `day` on; the guest gets what is left, in one message."""
    _lock(series)
    ahead = {
        one.day: one.booking for one in dates(series) if one.day >= day and _may_change(one.booking, now)
    }

    def cancel(date_: date) -> None:
        booking = ahead[date_]
        assert booking is not None  # noqa: S101 - _may_change
        actions.cancel(booking, by_gym=False, tell=False, by=by, now=now)

    outcome = _each(ahead, cancel)
    record("series.cut", "series", series.id, by=by, now=now, after={"from": day, "dates": len(outcome.done)})
    _tell(series, now=now)
    return outcome


def find_series(studio_id: int, series_id: int) -> Series:
    """A series of this studio. Raises `NotFound`."""
    return of_studio(Series, studio_id, series_id)


def persons_of(series: Series) -> list[Person]:
    """Whom the series is for."""
    ids = [one for one in (series.person_id, series.second_person_id) if one is not None]
    return [db.session.get_one(Person, one) for one in ids]


def dates(series: Series) -> list[SeriesDate]:
    """Every date of the series, in order, with its live booking. One statement."""
    rows = db.session.scalars(
        select(Booking)
        .where(Booking.series_id == series.id, Booking.state.in_(LIVE))
        .execution_options(populate_existing=True)
    )
    by_day = {booking.series_day: booking for booking in rows}
    return [
        SeriesDate(day, by_day.get(day))
        for day in dates_of(series.first_day, series.every_weeks, series.dates)
    ]


def _free_by_day(
    studio: Studio, service: Service, days: Sequence[date], person_ids: Sequence[int], *, now: datetime
) -> dict[date, list[Slot]]:
    found: dict[date, list[Slot]] = {}
    first, asked = min(days), set(days)
    while first <= max(days):
        last = min(first + timedelta(days=LONGEST_RANGE), max(days))
        for slot in free_slots(studio, service, first, last, now=now, person_ids=person_ids):
            day = local_date(slot.starts_at, studio.zone)
            if day in asked:
                found.setdefault(day, []).append(slot)
        first = last + timedelta(days=1)
    return found


def _blockers(
    service: Service, wanted: Mapping[date, datetime], trainer_id: int, person_ids: Iterable[int]
) -> dict[date, str]:
    """Who holds the trainer or the guest at the wanted times, by day. One statement."""
    length, prep = timedelta(minutes=service.minutes), timedelta(minutes=service.prep_minutes)
    keys = [
        resource_key(Resource.TRAINER, trainer_id),
        *(resource_key(Resource.PERSON, one) for one in person_ids),
    ]
    spans = {day: (at - prep, at + length) for day, at in wanted.items()}
    asked = [claims.Wanted(key, *span) for span in spans.values() for key in keys]
    found: dict[date, str] = {}
    for one in claims.who_is_in_the_way(asked):
        for day, (start, end) in spans.items():
            if one.starts_at < end and start < one.ends_at:
                found.setdefault(day, one.guests or one.reason)
    return found


def _book(
    series: Series, studio: Studio, service: Service, persons: Sequence[Person], day: date, slot: Slot, *,
    by: Actor, now: datetime,
) -> Booking:  # fmt: skip
    return actions.book(
        studio=studio, service=service, trainer_id=slot.trainer_id, starts_at=slot.starts_at,
        participants=[Guest(person) for person in persons], channel=BookingChannel(series.channel),
        series_day=(series.id, day), by=by, now=now,
    )  # fmt: skip


def _each(days: Iterable[date], act: Callable[[date], object]) -> Outcome:
    """Do it for each date in order; what is refused is written down and leaves the others alone."""
    outcome = Outcome()
    for day in sorted(days):
        try:
            with db.session.begin_nested():
                act(day)
            outcome.done.append(day)
        except (NotFree, Invalid) as error:
            outcome.refused[day] = error
    return outcome


def _may_change(booking: Booking | None, now: datetime) -> bool:
    return (
        booking is not None
        and booking.starts_at > now
        and booking.state in (BookingState.HELD, BookingState.BOOKED)
    )


def _lock(series: Series) -> None:
    db.session.flush()
    db.session.refresh(series, with_for_update=True)


def _tell(series: Series, *, now: datetime) -> None:
    """One message with the dates that hold now; an earlier one that is still planned says less than this."""
    series.version += 1
    last = max((one.booking.ends_at for one in dates(series) if one.booking), default=now + timedelta(days=1))
    for person in persons_of(series):
        if is_reachable(person.id):
            queue_message(
                Kind.SERIES_DATES, studio_id=series.studio_id, now=now, person_id=person.id, language=person.language,
                dedupe_key=f"series:{series.id}:{person.id}:{series.version}", send_at=now, expires_at=max(last, now),
                values={"series_id": series.id, "version": series.version},
            )  # fmt: skip
