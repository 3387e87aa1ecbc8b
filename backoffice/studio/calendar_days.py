"""Which days and hours the studio is open, and which days are public holidays (shown; the studio works on them)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays
from sqlalchemy import select

from backoffice.core.clock import at_local
from backoffice.core.db import db
from backoffice.core.language import Language, pick
from backoffice.studio.models import OpeningHours, SpecialDay, Studio


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


def special_days(studio_id: int, first: date, last: date) -> dict[date, SpecialDay]:
    """Closing days and short days between two days, both included."""
    query = select(SpecialDay).where(SpecialDay.studio_id == studio_id, SpecialDay.day.between(first, last))
    return {row.day: row for row in db.session.scalars(query.order_by(SpecialDay.day))}


def open_spans(studio: Studio, first: date, last: date) -> dict[date, tuple[datetime, datetime]]:
    """The instants between which the studio is open, for each day it is open. Two statements for any range."""
    hours, special = opening_hours(studio.id), special_days(studio.id, first, last)
    spans = {}
    for day in days(first, last):
        if day in special:
            opens_at, closes_at = special[day].opens_at, special[day].closes_at
        else:
            opens_at, closes_at = hours.get(day.weekday(), (None, None))
        if opens_at is not None and closes_at is not None:
            spans[day] = (at_local(day, opens_at, studio.zone), at_local(day, closes_at, studio.zone))
    return spans


def special_day_name(special: SpecialDay, language: str) -> str:
    """What a special day is called in a language."""
    return pick(language, special.name_ja, special.name_en)


def public_holidays(first: date, last: date, language: str) -> dict[date, str]:
    """The Japanese public holidays between two days, by their names."""
    named = [_holidays_of(year, language) for year in range(first.year, last.year + 1)]
    return {day: name for year in named for day, name in year.items() if first <= day <= last}


@lru_cache(maxsize=32)
def _holidays_of(year: int, language: str) -> dict[date, str]:
    names = holidays.country_holidays("JP", years=year, language="ja" if language == Language.JA else "en_US")
    return dict(names.items())
