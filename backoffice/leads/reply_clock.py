"""The clock of the first reply: it runs only while the studio is open. Pure rules, no database."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from backoffice.core.clock import at_local, local_date
from backoffice.leads.stages import REPLY_WITHIN
from backoffice.studio.calendar_days import days

LOOKS_BACK = timedelta(days=14)
"""How far back the clock counts; what waits longer is late anyway."""

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


@lru_cache(maxsize=128)
def _span(day: date, opens_at: time, closes_at: time, zone: str) -> tuple[datetime, datetime]:
    """When a day begins and ends at the studio; every line of a list asks for the same few days."""
    return at_local(day, opens_at, zone), at_local(day, closes_at, zone)
