"""Months of an agreement run from day to day: the second month of 31 January begins on the last of February.

Freezing and leaving go by calendar months instead: said until the studio's cut-off day, they hold from the next one on.
"""

from calendar import monthrange
from datetime import date, timedelta


def months_after(first: date, months: int) -> date:
    """The same day so many months later, or the last day of a month that is too short. Pure."""
    total = first.year * 12 + first.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def last_day(first: date, months: int) -> date:
    """The last of so many months that begin on a day. Pure."""
    return months_after(first, months) - timedelta(days=1)


def begun(first: date, today: date) -> int:
    """How many months of an agreement have begun by a day: 0 before it, 1 in its first month. Pure."""
    months = 0
    while months_after(first, months) <= today:
        months += 1
    return months


def month_from(today: date, cut_off_day: int) -> date:
    """The first of the calendar month from which on holds what is said today. Pure."""
    return months_after(today.replace(day=1), 1 if today.day <= cut_off_day else 2)
