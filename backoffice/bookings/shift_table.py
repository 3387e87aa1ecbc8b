"""The shift table: who works which hours on which day, before time off and closing days are taken out.

The hours of a day (`ShiftDay`) take the place of the weekly ones. Every reader of working hours asks here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Date,
    Integer,
    any_,
    bindparam,
    cast,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from backoffice.bookings.spans import Span, instant, joined, minute_of
from backoffice.core.clock import local
from backoffice.core.db import fetch
from backoffice.staff.models import Shift, ShiftDay
from backoffice.studio.calendar_days import days

DAY_MINUTES = 24 * 60
TRAINERS: BindParameter[Sequence[int]] = bindparam("trainers", type_=ARRAY(BigInteger))
FIRST, LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)


class Planned(NamedTuple):
    """The hours of one trainer on one day, as minutes of the day; `version` is None where the weekly hours hold."""

    spans: list[Span]
    version: int | None = None


Table = Mapping[tuple[int, date], Planned]
"""The table by trainer and day; a day that is missing is off."""


def weekly_rows() -> Any:
    """The weekly hours of `trainers` that may hold between `first` and `last`."""
    return select(
        literal_column("'shift'").label("kind"), Shift.trainer_id, Shift.weekday, cast(null(), Date).label("day"),
        Shift.starts_at, Shift.ends_at, Shift.break_from, Shift.break_to, Shift.valid_from, Shift.valid_until,
        cast(null(), ShiftDay.hours.type).label("hours"), cast(null(), Integer).label("version"),
    ).where(
        Shift.trainer_id == any_(TRAINERS), Shift.valid_from <= LAST,
        or_(Shift.valid_until.is_(None), Shift.valid_until >= FIRST),
    )  # fmt: skip


def dated_rows() -> Any:
    """The days of `trainers` between `first` and `last` that have hours of their own."""
    return select(
        literal_column("'dated'"), ShiftDay.trainer_id, null(), ShiftDay.day, null(), null(), null(), null(), null(),
        null(), ShiftDay.hours, ShiftDay.version,
    ).where(
        ShiftDay.trainer_id == any_(TRAINERS), ShiftDay.day.between(FIRST, LAST), ShiftDay.hours.is_not(None)
    )  # fmt: skip


_TABLE = union_all(weekly_rows(), dated_rows())


def shift_table(trainer_ids: Sequence[int], first: date, last: date) -> Table:
    """The table of these trainers between two days, both included. One statement for any range."""
    rows: Sequence[Any] = fetch(_TABLE, {"trainers": list(trainer_ids), "first": first, "last": last}).all()
    return table_of(rows, first, last)


def table_of(rows: Iterable[Any], first: date, last: date) -> dict[tuple[int, date], Planned]:
    """The table between two days from the rows of `weekly_rows` and `dated_rows` (others are passed over). Pure."""
    by_weekday: dict[int, list[Any]] = {}
    dated: dict[tuple[int, date], Planned] = {}
    for row in rows:
        if row.kind == "shift":
            by_weekday.setdefault(row.weekday, []).append(row)
        elif row.kind == "dated":
            spans = [(span.lower, span.upper) for span in row.hours]
            dated[row.trainer_id, row.day] = Planned(spans, row.version)
    usual = {
        weekday: [(row, Planned(_weekly_spans(row))) for row in found]
        for weekday, found in by_weekday.items()
        if weekday in _weekdays(first, last)
    }
    table: dict[tuple[int, date], Planned] = {}
    for day in days(first, last):
        for row, planned in usual.get(day.weekday(), ()):
            if row.valid_from <= day and (row.valid_until is None or row.valid_until >= day):
                key = (row.trainer_id, day)
                known = table.get(key)
                table[key] = planned if known is None else Planned(joined(known.spans + planned.spans))
    return table | dated


def instants(day: date, spans: Iterable[Span], zone: str) -> list[Span]:
    """Minutes of a day by the studio's wall clock as minutes since 1970."""
    midnight = _midnight(day, zone)
    if _midnight(day + timedelta(days=1), zone) - midnight == DAY_MINUTES:
        return [(midnight + start, midnight + end) for start, end in spans]
    return [(_minute(day, start, zone), _minute(day, end, zone)) for start, end in spans]


def wall_span(day: date, span: Span, zone: str) -> Span:
    """Minutes since 1970 as minutes of a day by the studio's wall clock; midnight at its end is 1440."""
    return _wall_minute(day, span[0], zone), _wall_minute(day, span[1], zone)


def minute_of_day(clock: time) -> int:
    """00:30 is 30."""
    return clock.hour * 60 + clock.minute


def _weekdays(first: date, last: date) -> set[int]:
    return {day.weekday() for day in days(first, min(last, first + timedelta(days=6)))}


def _weekly_spans(row: Any) -> list[Span]:
    start, end = minute_of_day(row.starts_at), minute_of_day(row.ends_at)
    if row.break_from is None:
        return [(start, end)]
    parts = [(start, minute_of_day(row.break_from)), (minute_of_day(row.break_to), end)]
    return [span for span in parts if span[0] < span[1]]


@lru_cache(maxsize=4096)
def _midnight(day: date, zone: str) -> int:
    """The minute in which a day of the studio begins: asked for every day of every look for a free time."""
    return _minute(day, 0, zone)


def _wall_minute(day: date, minute: int, zone: str) -> int:
    wall = local(instant(minute), zone)
    return (wall.date() - day).days * DAY_MINUTES + minute_of_day(wall.time())


def _minute(day: date, minute: int, zone: str) -> int:
    wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    return minute_of(wall.replace(tzinfo=ZoneInfo(zone)))
