"""The clock of the first reply: it runs only while the studio is open. Pure rules, no database."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from backoffice.core.clock import at_local, local_date
from backoffice.leads.stages import REPLY_WITHIN
from backoffice.studio.calendar_days import days

LOOKS_BACK = timedelta(days=14)
"""How far back the clock counts; what waits longer is late anyway."""

LOOKS_AHEAD = timedelta(days=14)
"""How many days may be asked for to find the end of the time; a longer closure makes it due at once."""

OpenTimes = Mapping[date, tuple[time, time]]


def time_left(opened_at: datetime, open_times: OpenTimes, *, zone: str, now: datetime) -> timedelta:
    """What is left of the time for a first reply, in opening hours; below nothing it is late by that much."""
    begun = max(opened_at, now - LOOKS_BACK)
    passed = timedelta(0)
    for day in days(local_date(begun, zone), local_date(now, zone)):
        if day in open_times:
            opens_at, closes_at = _span(day, *open_times[day], zone)
            passed += max(min(closes_at, now) - max(opens_at, begun), timedelta(0))
    return REPLY_WITHIN - passed


def reply_due(opened_at: datetime, open_times: OpenTimes, *, zone: str) -> datetime:
    """When the time for a first reply ends: an enquiry of the night is due in the morning."""
    return after_open_time(opened_at, REPLY_WITHIN, open_times, zone=zone)


def after_open_time(begun: datetime, length: timedelta, open_times: OpenTimes, *, zone: str) -> datetime:
    """The instant at which the studio has been open for `length` since then.

    Where too few open days are given within `LOOKS_AHEAD`, the wall clock counts.
    """
    left = length
    first = local_date(begun, zone)
    for day in days(first, first + LOOKS_AHEAD):
        if day in open_times:
            opens_at, closes_at = _span(day, *open_times[day], zone)
            begins = max(begun, opens_at)
            if begins + left <= closes_at:
                return begins + left
            left -= max(closes_at - begins, timedelta(0))
    return begun + length


@lru_cache(maxsize=128)
def _span(day: date, opens_at: time, closes_at: time, zone: str) -> tuple[datetime, datetime]:
    """When a day begins and ends at the studio; every line of a list asks for the same few days."""
    return at_local(day, opens_at, zone), at_local(day, closes_at, zone)
