"""Which days and hours the studio is open, and which days are public holidays (shown; the studio works on them)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import holidays
from sqlalchemy import CompoundSelect, bindparam, null, select, union_all

from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db, fetch
from backoffice.core.language import Language
from backoffice.studio.models import OpeningHours, SpecialDay, Studio

_HOURS: CompoundSelect[Any] = union_all(
    select(OpeningHours.weekday, null().label("day"), OpeningHours.opens_at, OpeningHours.closes_at).where(
        OpeningHours.studio_id == bindparam("studio")
    ),
    select(null(), SpecialDay.day, SpecialDay.opens_at, SpecialDay.closes_at).where(
        SpecialDay.studio_id == bindparam("studio"),
        SpecialDay.day.between(bindparam("first"), bindparam("last")),
    ),
)
"""The week's hours (`day` empty) and the special days from `first` to `last` of a `studio`; put together once."""

LONGEST_CLOSURE = timedelta(days=60)
USUAL_END = time(18)


def days(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def opening_hours(studio_id: int) -> dict[int, tuple[time, time]]:
    """Weekday (0 = Monday) to opening and closing time; a weekday that is missing is closed."""
    rows = db.session.execute(
        select(OpeningHours.weekday, OpeningHours.opens_at, OpeningHours.closes_at).where(
            OpeningHours.studio_id == studio_id
        )
    )
    return {weekday: (opens_at, closes_at) for weekday, opens_at, closes_at in rows}


def open_times(studio_id: int, first: date, last: date) -> dict[date, tuple[time, time]]:
    """Opening and closing time of each day the studio is open. One statement for any range."""
    asked = {"studio": studio_id, "first": first, "last": last}
    rows: Sequence[Any] = fetch(_HOURS, asked).all()
    hours = {row.weekday if row.day is None else row.day: (row.opens_at, row.closes_at) for row in rows}
    times = {}
    for day in days(first, last):
        opens_at, closes_at = hours.get(day) or hours.get(day.weekday()) or (None, None)
        if opens_at is not None and closes_at is not None:
            times[day] = (opens_at, closes_at)
    return times


def closing_times(studio_id: int, number: int, *, now: datetime) -> list[datetime]:
    """When the studio closes on its next `number` open days from tomorrow on; at least one instant is given.

    Without any hours set, every day ends at `USUAL_END`; where a long closure leaves too few days, fewer are given.
    """
    zone = db.session.get_one(Studio, studio_id).zone
    first = local_date(now, zone) + timedelta(days=1)
    last = first + timedelta(weeks=number) + LONGEST_CLOSURE
    ends = {day: closes_at for day, (_, closes_at) in open_times(studio_id, first, last).items()}
    ends = ends or dict.fromkeys(days(first, last), USUAL_END)
    return [at_local(day, ends[day], zone) for day in sorted(ends)[: max(number, 1)]]


def public_holidays(first: date, last: date, language: str) -> dict[date, str]:
    """The Japanese public holidays between two days, by their names."""
    named = [_holidays_of(year, language) for year in range(first.year, last.year + 1)]
    return {day: name for year in named for day, name in year.items() if first <= day <= last}


@lru_cache(maxsize=32)
def _holidays_of(year: int, language: str) -> dict[date, str]:
    names = holidays.country_holidays("JP", years=year, language="ja" if language == Language.JA else "en_US")
    return dict(names.items())
