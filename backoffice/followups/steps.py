"""The fixed follow-up steps: after what, how long after, and until when the message is of use."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from backoffice.core.clock import at_local, local_date
from backoffice.core.language import N_
from backoffice.messaging.models import Kind

MOVED_ON = N_("The lead has moved on.")
SEND_AT = time(11, 0)
OF_USE = timedelta(days=4)
"""How long after its time a step may still be sent; leads that were older when they were imported get none."""
ONCE_IN = timedelta(days=30)
"""A lead gets the same step at most once in this time, however often a stage is undone and redone."""


@dataclass(frozen=True)
class Step:
    """One follow-up: its kind and how many days after the event it goes out, at 11:00 on the studio's clock."""

    kind: Kind
    days: int

    def send_at(self, event_at: datetime, zone: str) -> datetime:
        """When the message goes out for an event."""
        return at_local(local_date(event_at, zone) + timedelta(days=self.days), SEND_AT, zone)

    def earliest_event(self, now: datetime) -> datetime:
        """Events before this instant are too old for a message."""
        return now - timedelta(days=self.days + 1) - OF_USE


STEPS = (
    Step(Kind.AFTER_COUNSELLING, days=3),
    Step(Kind.AFTER_TRIAL, days=2),
    Step(Kind.AFTER_NO_SHOW, days=1),
)
