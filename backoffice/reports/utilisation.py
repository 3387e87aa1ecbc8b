"""How much of the time that could be sold was sold: by trainer, weekday and hour of the studio's clock.

Sellable: what a trainer worked by the shift table, minus time off and blocked time, inside opening hours (closing days
have none). Sold: the busy time of bookings that were held, missed or are still booked, preparation and clean-up
included, for a trainer cannot be sold in it. What was booked outside of shifts counts as sold all the same, so a share
may be above 100 %.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    cast,
    extract,
    func,
    literal_column,
    select,
    tuple_,
)

from backoffice.bookings.models import Block, BookingState
from backoffice.bookings.spans import Span, both, instant, joined, minus, minute_after, minute_of
from backoffice.bookings.working_time import hours_of
from backoffice.core.clock import local
from backoffice.core.db import db, stream
from backoffice.people.models import Person
from backoffice.reports import kept
from backoffice.reports.periods import Period
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service, Studio

SOLD = (BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW)
HOUR, DAY, WEEK = 60, 24 * 60, 7 * 24 * 60
REACH = timedelta(hours=12)
"""No booking reaches further into a period from outside, preparation and clean-up included."""
_HOUR: ColumnElement[Any] = literal_column("interval '1 hour'")
_MINUTE: ColumnElement[Any] = literal_column("interval '1 minute'")

Cell = tuple[int, int, int]
"""A trainer, a weekday (0 is Monday) and an hour of the studio's clock."""
Alike = tuple[int, int, int]
"""A trainer, a minute of the studio's week and a length in minutes."""


@dataclass(frozen=True)
class HourFilters:
    """Which time is asked about; `is_kept`: of visits as they were kept (`reports/kept.py`)."""

    studio_id: int
    zone: str
    period: Period
    trainer_id: int | None = None
    weekday: int | None = None
    hour: int | None = None
    is_kept: bool = False

    def only(self, **changes: object) -> "HourFilters":
        """The same question about less time."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Time:
    """Minutes that could be sold, and that were."""

    sellable: int = 0
    sold: int = 0

    @property
    def share(self) -> float | None:
        """Sold ÷ sellable; None where nobody worked."""
        return self.sold / self.sellable if self.sellable else None


class BookingBehind(NamedTuple):
    """One booking that takes time of a number: `minutes` of it lie in the hours that were asked about."""

    booking_id: int
    person_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    trainer_id: int
    service: str
    state: str
    minutes: int


@dataclass(frozen=True)
class Used:
    """The time of every trainer, weekday and hour that was asked about, in this order."""

    cells: Mapping[Cell, Time]

    @property
    def in_all(self) -> Time:
        """All of it together."""
        return self._by(lambda _cell: None).get(None, Time())

    def by_trainer(self) -> dict[int, Time]:
        """The same by trainer, in the order of their ids."""
        return self._by(lambda cell: cell[0])

    def by_hour(self) -> dict[tuple[int, int], Time]:
        """The same by weekday and hour."""
        return self._by(lambda cell: cell[1:])

    def by_trainer_and_hour(self) -> dict[tuple[int, int], Time]:
        """The same by trainer and hour of the day."""
        return self._by(lambda cell: (cell[0], cell[2]))

    def _by(self, key: Any) -> dict[Any, Time]:
        found: dict[Any, list[int]] = {}
        for cell, time in self.cells.items():
            minutes = found.setdefault(key(cell), [0, 0])
            minutes[0] += time.sellable
            minutes[1] += time.sold
        return {name: Time(sellable, sold) for name, (sellable, sold) in found.items()}


def used(studio: Studio, filters: HourFilters, *, now: datetime) -> Used:
    """What could be sold and what was, until now. The number of statements is the same for any period."""
    sellable, sold = _sellable(studio, filters, now), _sold_minutes(filters, now)
    return Used({cell: Time(sellable[cell], sold[cell]) for cell in sorted(sellable.keys() | sold.keys())})


def bookings_behind(
    filters: HourFilters, *, now: datetime, after: tuple[datetime, int] | None = None, limit: int
) -> list[BookingBehind]:
    """Exactly the bookings whose minutes make the sold time, in order of time."""
    query = _behind(filters, now, after=after).limit(limit)
    return [BookingBehind._make(row) for row in db.session.execute(query)]


def count_bookings(filters: HourFilters, *, now: datetime) -> int:
    """How many bookings `all_bookings_behind` holds."""
    parts = _parts(filters, now).subquery("parts")
    return db.session.scalars(select(func.count(parts.c.booking_id.distinct()))).one()


def all_bookings_behind(filters: HourFilters, *, now: datetime) -> Iterator[BookingBehind]:
    """All that `bookings_behind` would show page by page. Inside `transaction()`."""
    return (BookingBehind._make(row) for row in stream(_behind(filters, now)))


def _span(filters: HourFilters, now: datetime) -> tuple[datetime, datetime]:
    since, until = filters.period.span(filters.zone)
    return since, max(since, min(until, now))


def _sellable(studio: Studio, filters: HourFilters, now: datetime) -> Counter[Cell]:
    since, until = _span(filters, now)
    team = _team(filters)
    last = local(until - timedelta(minutes=1), studio.zone).date()
    hours = hours_of(studio, list(team), local(since, studio.zone).date(), last)
    opening, blocked = joined(hours.opening.values()), _blocked(list(team), since, until)
    alike: Counter[Alike] = Counter()
    zone = studio.zone
    for trainer_id, working in hours.working.items():
        left_at = team[trainer_id]
        end = minute_of(until if left_at is None else min(until, left_at))
        open_time = both(working, opening)
        for start, stop in minus(open_time, blocked[trainer_id]) if trainer_id in blocked else open_time:
            alike[trainer_id, _week_minute(start, zone), min(stop, end) - start] += 1
    return _by_cell(alike, filters)


@lru_cache(maxsize=4096)
def _week_minute(minute: int, zone: str) -> int:
    """The minute of the studio's week; most of a team begins its day at the same time."""
    at = local(instant(minute), zone)
    return at.weekday() * DAY + at.hour * HOUR + at.minute


def _team(filters: HourFilters) -> dict[int, datetime | None]:
    """The trainers who were asked about, and when those who left did."""
    query = select(Trainer.id, Trainer.archived_at).where(Trainer.studio_id == filters.studio_id)
    if filters.trainer_id is not None:
        query = query.where(Trainer.id == filters.trainer_id)
    return {row.id: row.archived_at for row in db.session.execute(query)}


def _blocked(trainer_ids: Sequence[int], since: datetime, until: datetime) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    query = select(Block.trainer_id, Block.starts_at, Block.ends_at).where(
        Block.trainer_id.in_(trainer_ids), Block.removed_at.is_(None),
        Block.starts_at < until, Block.ends_at > since,
    )  # fmt: skip
    for trainer_id, starts_at, ends_at in db.session.execute(query):
        if trainer_id is not None:
            found.setdefault(trainer_id, []).append((minute_of(starts_at), minute_after(ends_at)))
    return found


def _by_cell(alike: Mapping[Alike, int], filters: HourFilters) -> Counter[Cell]:
    """Minutes by trainer, weekday and hour: spans that are alike are cut at the hours once. Pure."""
    found: Counter[Cell] = Counter()
    for (trainer_id, minute, length), count in alike.items():
        for weekday, hour, minutes in _cut(minute, length):
            found[trainer_id, weekday, hour] += minutes * count
    return Counter({cell: minutes for cell, minutes in found.items() if _is_asked(cell, filters)})


def _cut(minute: int, length: int) -> Iterator[tuple[int, int, int]]:
    """Minutes from a minute of the week on (no clock is changed within them), cut at the hours, over midnight too."""
    while length > 0:
        piece = min(length, HOUR - minute % HOUR)
        weekday, of_day = divmod(minute % WEEK, DAY)
        yield weekday, of_day // HOUR, piece
        minute, length = minute + piece, length - piece


def _is_asked(cell: Cell, filters: HourFilters) -> bool:
    return filters.weekday in (None, cell[1]) and filters.hour in (None, cell[2])


def _sold_minutes(filters: HourFilters, now: datetime) -> Counter[Cell]:
    """The database counts alike bookings (same trainer, time of the week and length); only those are cut."""
    busy = _busy(filters, now)
    alike = (busy.c.trainer_id, _minute_of_week(busy.c.start), _minute_of_week(busy.c.stop))
    return _by_cell(
        {
            (trainer_id, start, _length(start, stop)): count
            for trainer_id, start, stop, count in db.session.execute(
                select(*alike, func.count()).group_by(*alike)
            )
        },
        filters,
    )


def _length(start: int, stop: int) -> int:
    """From one minute of the week to another, at most half a week on; below 0 where nothing lies in the period."""
    return (stop - start + WEEK // 2) % WEEK - WEEK // 2


def _busy(filters: HourFilters, now: datetime) -> Subquery:
    """When the bookings that were sold keep their trainer busy, on the studio's clock, inside the period."""
    since, until = _span(filters, now)
    bookings = kept.bookings(is_kept=filters.is_kept).c
    starts_at, ends_at = _wall(bookings.starts_at, filters), _wall(bookings.ends_at, filters)
    query = select(
        bookings.booking_id,
        bookings.trainer_id,
        func.greatest(starts_at - bookings.prep_minutes * _MINUTE, _wall(since, filters)).label("start"),
        func.least(ends_at + bookings.cleanup_minutes * _MINUTE, _wall(until, filters)).label("stop"),
    ).where(
        bookings.studio_id == filters.studio_id,
        bookings.starts_at > since - REACH,
        bookings.starts_at < until + REACH,
        bookings.state.in_(SOLD),
    )
    if filters.trainer_id is not None:
        query = query.where(bookings.trainer_id == filters.trainer_id)
    return query.subquery("busy")


def _parts(filters: HourFilters, now: datetime) -> Select[Any]:
    """The busy time of each booking, cut at the hours of the studio's clock: one row for each hour it reaches into."""
    busy = _busy(filters, now)
    first = func.date_trunc("hour", busy.c.start)
    series = func.generate_series(first, busy.c.stop, _HOUR, type_=TIMESTAMP())
    hour: ColumnElement[Any] = series.column_valued("hour", joins_implicitly=True)
    inside = func.least(busy.c.stop, hour + _HOUR) - func.greatest(busy.c.start, hour)
    asked = {_weekday(hour): filters.weekday, _hour(hour): filters.hour}
    return select(
        busy.c.booking_id,
        busy.c.trainer_id,
        _weekday(hour).label("weekday"),
        _hour(hour).label("hour"),
        (extract("epoch", inside) / HOUR).label("minutes"),
    ).where(hour < busy.c.stop, *[column == value for column, value in asked.items() if value is not None])


def _behind(
    filters: HourFilters, now: datetime, *, after: tuple[datetime, int] | None = None
) -> Select[*tuple[Any, ...]]:
    parts = _parts(filters, now).subquery("parts")
    minutes = select(parts.c.booking_id, func.sum(parts.c.minutes).label("minutes")).group_by(
        parts.c.booking_id
    )
    of_booking, visits = minutes.subquery("of_booking"), kept.visits(is_kept=filters.is_kept)
    query = (
        select(
            visits.c.booking_id,
            visits.c.person_id,
            func.coalesce(func.nullif(Person.name, ""), Person.kana),
            visits.c.starts_at,
            visits.c.ends_at,
            visits.c.trainer_id,
            Service.slug,
            visits.c.state,
            cast(of_booking.c.minutes, Integer),
        )
        .select_from(visits)
        .join(of_booking, of_booking.c.booking_id == visits.c.booking_id)
        .join(Service, Service.id == visits.c.service_id)
        .join(Person, Person.id == visits.c.person_id)
        .where(visits.c.position == 1)
        .order_by(visits.c.starts_at, visits.c.booking_id)
    )
    place = tuple_(visits.c.starts_at, visits.c.booking_id)
    return query if after is None else query.where(place > after)


def _wall(at: Any, filters: HourFilters) -> ColumnElement[Any]:
    """An instant on the studio's clock."""
    return func.timezone(filters.zone, at)


def _minute_of_week(at: ColumnElement[Any]) -> ColumnElement[int]:
    """Counted from Monday; 1970 began on a Thursday."""
    return (cast(func.date_part("epoch", at), BigInteger) // HOUR + 3 * DAY) % WEEK


def _weekday(at: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(extract("isodow", at) - 1, Integer)


def _hour(at: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(extract("hour", at), Integer)
