"""The months in which LINE counts messages: those of Japan, wherever the studio is."""

from datetime import date, datetime, time

from backoffice.core.clock import at_local, local_date

ZONE = "Asia/Tokyo"


def month_end(at: datetime) -> datetime:
    """When the month of an instant ends: the first moment of the next one."""
    day = local_date(at, ZONE)
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return at_local(following, time(0), ZONE)
