"""How hours of the table are said."""

from collections.abc import Iterable
from datetime import date

from flask import request
from flask_babel import gettext as _

from backoffice.bookings.spans import Span
from backoffice.shifts.hours_text import clock
from blueprints.bookings.days import asked_day


def asked_month() -> date:
    """`?month=2026-12` as its first day; this month when it is missing, unreadable or years away."""
    return asked_day(values={"day": f"{request.values.get('month', '')[:7]}-01"}).replace(day=1)


def month_key(month: date) -> str:
    """2026-12, for addresses."""
    return f"{month:%Y-%m}"


def span_words(spans: Iterable[Span]) -> str:
    """10:00–14:00, 15:00–20:00; a day without any is off."""
    return _(", ").join(f"{clock(start)}–{clock(end)}" for start, end in spans) or _("off")


def length_words(minutes: int) -> str:
    """7 h 30 min."""
    hours, rest = divmod(minutes, 60)
    if not rest:
        return _("%(hours)s h", hours=hours)
    return _("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)
