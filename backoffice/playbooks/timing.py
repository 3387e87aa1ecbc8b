"""When a step is due, and how long it is of use. Pure."""

from datetime import datetime, time, timedelta

from backoffice.core.clock import at_local, local_date

OF_USE = timedelta(days=4)
"""How long after its time a step may still be taken; who entered earlier than that is left in peace."""
ONCE_IN = timedelta(days=30)
"""Nobody enters the same playbook again within this time, however often the event is undone and redone."""
USUAL_TIME = time(11, 0)


def due_at(entered_at: datetime, days: int, at: time, zone: str) -> datetime:
    """`days` after the day of the event, at that time of the studio's clock; never before the event itself."""
    return max(at_local(local_date(entered_at, zone) + timedelta(days=days), at, zone), entered_at)


def earliest_event(longest_days: int, now: datetime) -> datetime:
    """Events before this instant are over for a playbook whose last step comes after so many days."""
    return now - timedelta(days=longest_days + 1) - OF_USE
