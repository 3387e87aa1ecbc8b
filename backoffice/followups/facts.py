"""What a follow-up says, and whether its lead is still where the step found it."""

from datetime import datetime
from urllib.parse import urlencode

from backoffice.core.links import absolute
from backoffice.followups.steps import MOVED_ON, STEPS
from backoffice.followups.wanted import is_wanted
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message

BOOK_PATHS = {Kind.AFTER_COUNSELLING: "/book/trial", Kind.AFTER_NO_SHOW: "/book", Kind.AFTER_TRIAL: "/book"}


def follow_up_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The way back to the booking page, marked as coming from this mail."""
    kind = Kind(message.kind)
    step = next(step for step in STEPS if step.kind is kind)
    since = step.earliest_event(now)
    if message.lead_id is None or not is_wanted(kind, message.lead_id, since=since, now=now):
        return NotWanted(MOVED_ON)
    source = urlencode({"utm_source": "mail", "utm_campaign": kind.value})
    return Facts({"book_url": absolute(f"{BOOK_PATHS[kind]}?{source}")})
