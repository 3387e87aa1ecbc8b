"""What became of bookings: held, missed, cancelled late; by how long ahead they were made, reminder, weekday, service.

One row per guest of a booking whose time has come. The rates are taken of those who were still expected when the time
to cancel had run out: held + no-show + late cancel. Who cancelled in time, or was cancelled by the gym, is in none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    extract,
    func,
    literal,
    select,
    true,
    tuple_,
)

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core.db import db, stream
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.models import Person
from backoffice.reports.intervals import wilson
from backoffice.reports.periods import Period
from backoffice.studio.models import Service

SMALL_NUMBER = 10
"""Below this many expected guests a rate says more than is known, so only counts are shown."""

AHEAD = (0, 1, 2, 4, 8, 15)
"""Days between booking and visit: the same day, 1, 2 to 3, 4 to 7, 8 to 14, 15 and more."""

REMINDERS = (Kind.REMINDER_DAY_BEFORE, Kind.REMINDER_TWO_HOURS)


class VisitGrouping(StrEnum):
    """What a row of the table stands for."""

    AHEAD = "ahead"
    REMINDER = "reminder"
    WEEKDAY = "weekday"
    SERVICE = "service"
    MONTH = "month"
    TRAINER = "trainer"


class Became(StrEnum):
    """What became of one guest of a booking; ALL and EXPECTED put several together. UNSAID: nobody has said yet."""

    ALL = "all"
    EXPECTED = "expected"
    HELD = "held"
    NO_SHOW = "no_show"
    LATE = "late"
    EARLY = "early"
    BY_GYM = "by_gym"
    UNSAID = "unsaid"


EXPECTED = (Became.HELD, Became.NO_SHOW, Became.LATE)
OUTCOMES = (*EXPECTED, Became.EARLY, Became.BY_GYM, Became.UNSAID)
"""Everybody is in exactly one of these."""


@dataclass(frozen=True)
class VisitFilters:
    """Which bookings are asked about.

    `ahead` is the first day of a step of `AHEAD`, `weekday` 0 for Monday, `reminded` whether a reminder was accepted.
    """

    studio_id: int
    zone: str
    period: Period
    service: str | None = None
    trainer_id: int | None = None
    weekday: int | None = None
    ahead: int | None = None
    reminded: bool | None = None

    def only(self, **changes: object) -> "VisitFilters":
        """The same question about fewer bookings."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Visits:
    """One row of the table, counted in guests; `key` says which."""

    key: str
    all: int
    held: int
    no_show: int
    late: int
    early: int
    by_gym: int
    unsaid: int

    @property
    def expected(self) -> int:
        """Those who had not cancelled in time."""
        return self.held + self.no_show + self.late

    def share(self, count: int) -> float | None:
        """A count ÷ those expected; None when fewer than 10 were."""
        return count / self.expected if self.expected >= SMALL_NUMBER else None

    def interval(self, count: int) -> tuple[float, float] | None:
        """Wilson 95 % interval of `share`; None when the share is not shown."""
        return wilson(count, self.expected) if self.expected >= SMALL_NUMBER else None


@dataclass(frozen=True)
class VisitBehind:
    """One guest of one booking whom a number counts."""

    participant_id: int
    booking_id: int
    person_id: int
    name: str
    starts_at: datetime
    booked_at: datetime
    service: str
    trainer_id: int
    reminded: bool
    outcome: str


def visits_by(filters: VisitFilters, grouping: VisitGrouping, *, now: datetime) -> list[Visits]:
    """The rows of the table, in the order of their keys."""
    rows = _guests(filters, now).subquery("visits")
    key = rows.c["trainer_id" if grouping == VisitGrouping.TRAINER else grouping.value]
    query = select(cast(key, Text).label("key"), *_counts(rows)).group_by(key).order_by(key)
    return [_visits(row) for row in db.session.execute(query)]


def visits_in_all(filters: VisitFilters, *, now: datetime) -> Visits:
    """All of them in one row."""
    rows = _guests(filters, now).subquery("visits")
    return _visits(db.session.execute(select(literal("").label("key"), *_counts(rows))).one())


def visits_behind(
    filters: VisitFilters,
    bucket: Became,
    *,
    now: datetime,
    after: tuple[datetime, int] | None = None,
    limit: int,
) -> list[VisitBehind]:
    """Exactly the guests a number counts, in order of time; `after` continues behind a (time, participant)."""
    rows = _guests(filters, now).subquery("visits")
    query = _behind(rows, bucket).limit(limit)
    if after is not None:
        query = query.where(tuple_(rows.c.starts_at, rows.c.participant_id) > after)
    return [_visit_behind(row) for row in db.session.execute(query)]


def all_visits_behind(filters: VisitFilters, bucket: Became, *, now: datetime) -> Iterator[VisitBehind]:
    """All that `visits_behind` would show page by page. Inside `transaction()`."""
    return map(_visit_behind, stream(_behind(_guests(filters, now).subquery("visits"), bucket)))


def days_ahead(first: int) -> int | None:
    """The last day of a step of `AHEAD` that begins with `first`; None: no end. Pure."""
    later = [day for day in AHEAD if day > first]
    return later[0] - 1 if later else None


def _guests(filters: VisitFilters, now: datetime) -> Select[Any]:
    since, until = filters.period.span(filters.zone)
    visit_day = cast(func.timezone(filters.zone, Booking.starts_at), Date)
    booked_on = cast(func.timezone(filters.zone, Booking.created_at), Date)
    days = visit_day - booked_on
    weekday = extract("isodow", visit_day) - 1
    reminded = exists().where(
        Message.booking_id == Booking.id,
        Message.person_id == Participant.person_id,
        Message.kind.in_(REMINDERS),
        Message.state == MessageState.SENT,
    )
    query = (
        select(
            Participant.id.label("participant_id"),
            Booking.id.label("booking_id"),
            Participant.person_id,
            Booking.starts_at,
            Booking.created_at.label("booked_at"),
            Service.slug.label("service"),
            Booking.trainer_id,
            cast(func.date_trunc("month", visit_day), Date).label("month"),
            case(*[(days >= first, first) for first in reversed(AHEAD)], else_=0).label("ahead"),
            weekday.label("weekday"),
            reminded.label("reminder"),
            _outcome().label("outcome"),
        )
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Booking.studio_id == filters.studio_id,
            Booking.starts_at >= since,
            Booking.starts_at < min(until, now),
            Booking.state != BookingState.HELD,
        )
    )
    if filters.service is not None:
        query = query.where(Service.slug == filters.service)
    if filters.trainer_id is not None:
        query = query.where(Booking.trainer_id == filters.trainer_id)
    if filters.weekday is not None:
        query = query.where(weekday == filters.weekday)
    if filters.ahead is not None:
        query = query.where(_is_ahead(days, filters.ahead))
    if filters.reminded is not None:
        query = query.where(reminded if filters.reminded else ~reminded)
    return query


def _is_ahead(days: ColumnElement[Any], first: int) -> ColumnElement[bool]:
    last = days_ahead(first)
    not_before = true() if first == AHEAD[0] else days >= first
    return not_before if last is None else and_(not_before, days <= last)


def _outcome() -> ColumnElement[str]:
    return case(
        (Booking.state == BookingState.LATE_CANCELLED, Became.LATE.value),
        (Booking.state == BookingState.CANCELLED, Became.EARLY.value),
        (Booking.state == BookingState.CANCELLED_BY_GYM, Became.BY_GYM.value),
        (Participant.attendance == Attendance.NO_SHOW, Became.NO_SHOW.value),
        (Participant.attendance.in_((Attendance.ATTENDED, Attendance.ARRIVED)), Became.HELD.value),
        else_=Became.UNSAID.value,
    )


def _counts(rows: Subquery) -> list[ColumnElement[Any]]:
    each = [func.count().filter(rows.c.outcome == one.value).label(one.value) for one in OUTCOMES]
    return [func.count().label("all"), *each]


def _visits(row: Any) -> Visits:
    return Visits(
        row.key, row.all, row.held, row.no_show, row.late, row.early, row.by_gym, row.unsaid
    )  # fmt: skip


def _behind(rows: Subquery, bucket: Became) -> Select[Any]:
    return (
        select(rows, Person.name, Person.kana)
        .join(Person, Person.id == rows.c.person_id)
        .where(_in_bucket(rows, bucket))
        .order_by(rows.c.starts_at, rows.c.participant_id)
    )


def _in_bucket(rows: Subquery, bucket: Became) -> ColumnElement[bool]:
    if bucket == Became.ALL:
        return true()
    if bucket == Became.EXPECTED:
        return rows.c.outcome.in_(EXPECTED)
    return rows.c.outcome == bucket.value


def _visit_behind(row: Any) -> VisitBehind:
    return VisitBehind(
        participant_id=row.participant_id, booking_id=row.booking_id, person_id=row.person_id,
        name=row.name or row.kana, starts_at=row.starts_at, booked_at=row.booked_at, service=row.service,
        trainer_id=row.trainer_id, reminded=row.reminder, outcome=row.outcome,
    )  # fmt: skip
