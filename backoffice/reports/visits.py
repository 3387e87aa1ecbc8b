"""What became of bookings: held, missed, cancelled late; by how long ahead they were made, reminder, weekday, service.

One row per guest of a booking whose time has come. The rates are taken of those who were still expected when the time
to cancel had run out: held + no-show + late cancel. Who cancelled in time, or was cancelled by the gym, is in none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    Text,
    case,
    cast,
    extract,
    func,
    literal,
    select,
    true,
    tuple_,
)

from backoffice.bookings.models import Attendance, BookingState
from backoffice.core.db import db, stream
from backoffice.people.models import Person
from backoffice.reports import kept
from backoffice.reports.intervals import wilson
from backoffice.reports.periods import Period
from backoffice.studio.models import Service

SMALL_NUMBER = 10
"""Below this many expected guests a rate says more than is known, so only counts are shown."""

AHEAD = (0, 1, 2, 4, 8, 15)
"""Days between booking and visit: the same day, 1, 2 to 3, 4 to 7, 8 to 14, 15 and more."""
_STEPS = literal([*AHEAD], ARRAY(Integer))


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

    `ahead` is the first day of a step of `AHEAD`, `weekday` 0 for Monday, `reminded` whether a reminder was accepted,
    `is_kept` whether visits are counted as they were kept (`reports/kept.py`).
    """

    studio_id: int
    zone: str
    period: Period
    service: str | None = None
    trainer_id: int | None = None
    weekday: int | None = None
    ahead: int | None = None
    reminded: bool | None = None
    is_kept: bool = False

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
    query = select(cast(key, Text), rows.c.outcome, func.count()).group_by(key, rows.c.outcome).order_by(key)
    found: dict[str, dict[str, int]] = {}
    for one, outcome, count in db.session.execute(query):
        found.setdefault(one, {})[outcome] = count
    return [_visits(one, counts) for one, counts in found.items()]


def in_all(rows: Iterable[Visits]) -> Visits:
    """All rows in one. Pure."""
    of_rows = list(rows)
    return _visits("", {one.value: sum(getattr(row, one.value) for row in of_rows) for one in OUTCOMES})


def visits_in_all(filters: VisitFilters, *, now: datetime) -> Visits:
    """All of them in one row, where no table is shown."""
    return in_all(visits_by(filters, VisitGrouping.SERVICE, now=now))


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
    visits = kept.visits(is_kept=filters.is_kept).c
    visit_day = cast(func.timezone(filters.zone, visits.starts_at), Date)
    booked_on = cast(func.timezone(filters.zone, visits.booked_at), Date)
    days = func.greatest(visit_day - booked_on, 0)
    weekday = extract("isodow", visit_day) - 1
    query = (
        select(
            visits.participant_id,
            visits.booking_id,
            visits.person_id,
            visits.starts_at,
            visits.booked_at,
            Service.slug.label("service"),
            visits.trainer_id,
            cast(func.date_trunc("month", visit_day), Date).label("month"),
            _step(days).label("ahead"),
            weekday.label("weekday"),
            visits.is_reminded.label("reminder"),
            _outcome(visits).label("outcome"),
        )
        .join(Service, Service.id == visits.service_id)
        .where(
            visits.studio_id == filters.studio_id,
            visits.starts_at >= since,
            visits.starts_at < min(until, now),
            visits.state != BookingState.HELD,
        )
    )
    if filters.service is not None:
        query = query.where(Service.slug == filters.service)
    if filters.trainer_id is not None:
        query = query.where(visits.trainer_id == filters.trainer_id)
    if filters.weekday is not None:
        query = query.where(weekday == filters.weekday)
    if filters.ahead is not None:
        query = query.where(_is_ahead(days, filters.ahead))
    if filters.reminded is not None:
        query = query.where(visits.is_reminded if filters.reminded else ~visits.is_reminded)
    return query


def _step(days: ColumnElement[Any]) -> ColumnElement[int]:
    """The first day of the step of `AHEAD` that some days lie in; they are worked out once for each row."""
    return case(dict(enumerate(AHEAD, 1)), value=func.width_bucket(days, _STEPS))


def _is_ahead(days: ColumnElement[Any], first: int) -> ColumnElement[bool]:
    last = days_ahead(first)
    return days >= first if last is None else days.between(first, last)


def _outcome(visits: Any) -> ColumnElement[str]:
    return case(
        (visits.state == BookingState.LATE_CANCELLED, Became.LATE.value),
        (visits.state == BookingState.CANCELLED, Became.EARLY.value),
        (visits.state == BookingState.CANCELLED_BY_GYM, Became.BY_GYM.value),
        (visits.attendance == Attendance.NO_SHOW, Became.NO_SHOW.value),
        (visits.attendance.in_((Attendance.ATTENDED, Attendance.ARRIVED)), Became.HELD.value),
        else_=Became.UNSAID.value,
    )


def _visits(key: str, counts: Mapping[str, int]) -> Visits:
    return Visits(key, sum(counts.values()), **{one.value: counts.get(one.value, 0) for one in OUTCOMES})


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
