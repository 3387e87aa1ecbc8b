"""The one place that reads the time. Business code receives `now` and never asks again."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Tokyo"

_offset = timedelta(0)


def set_offset(offset: timedelta) -> None:
    """Make the whole process believe it is later (CLOCK_OFFSET; read once at start)."""
    global _offset
    _offset = offset


def utc_now() -> datetime:
    """The present, aware, in UTC. Call once per request or sweep and pass it on."""
    return datetime.now(UTC) + _offset


def local(at: datetime, zone: str) -> datetime:
    """The same instant on the studio's wall clock."""
    return at.astimezone(ZoneInfo(zone))


def local_date(at: datetime, zone: str) -> date:
    """The day it is in the studio at an instant."""
    return local(at, zone).date()


def at_local(day: date, clock: time, zone: str) -> datetime:
    """The instant (UTC) at which the studio's wall clock shows `day` and `clock`."""
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def day_span(day: date, zone: str) -> tuple[datetime, datetime]:
    """First instant of a studio day and of the day after it, in UTC."""
    return at_local(day, time.min, zone), at_local(day + timedelta(days=1), time.min, zone)


def month_span(month: date, zone: str) -> tuple[datetime, datetime]:
    """First instant of the studio month that holds `month` and of the month after it, in UTC."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return at_local(first, time.min, zone), at_local(following, time.min, zone)
