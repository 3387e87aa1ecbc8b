"""Which days and hours the studio is open, and which days are public holidays (shown; the studio works on them)."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any

import holidays
from sqlalchemy import CompoundSelect, bindparam, null, select, union_all

from backoffice.core.db import db, fetch
from backoffice.core.language import Language
from backoffice.studio.models import OpeningHours, SpecialDay

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


def public_holidays(first: date, last: date, language: str) -> dict[date, str]:
    """The Japanese public holidays between two days, by their names."""
    named = [_holidays_of(year, language) for year in range(first.year, last.year + 1)]
    return {day: name for year in named for day, name in year.items() if first <= day <= last}


@lru_cache(maxsize=32)
def _holidays_of(year: int, language: str) -> dict[date, str]:
    names = holidays.country_holidays("JP", years=year, language="ja" if language == Language.JA else "en_US")
    return dict(names.items())
