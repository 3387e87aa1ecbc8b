"""The clock of the first reply: it runs only while the studio is open. Pure rules, no database."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

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
            opens_at, closes_at = (at_local(day, clock, zone) for clock in open_times[day])
            passed += max(min(closes_at, now) - max(opens_at, begun), timedelta(0))
    return REPLY_WITHIN - passed
