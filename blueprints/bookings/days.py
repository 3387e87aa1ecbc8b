"""The day a page is about, from its address; what that day is called."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import request

from backoffice.studio.calendar_days import public_holidays
from blueprints.support.clock import today
from blueprints.support.language import language

FARTHEST = timedelta(days=366 * 5)


def asked_day(name: str = "day", values: Mapping[str, str] | None = None) -> date:
    """`?day=2026-11-24` (or in `values`); today when it is missing, unreadable or more than five years away."""
    try:
        day = date.fromisoformat((request.args if values is None else values).get(name, "")[:10])
    except ValueError:
        return today()
    return day if abs(day - today()) <= FARTHEST else today()


def holiday(day: date) -> str:
    """The public holiday on a day ('' on other days). The gym works on it; people plan by it."""
    return public_holidays(day, day, language()).get(day, "")
