"""The visits booked in this browser: their links stay in the signed cookie, so that a second one can be a move.

A browser is not a person: no page shows them. They count only once somebody has sent who they are.
"""

from datetime import datetime
from typing import NamedTuple

from flask import session

from backoffice.bookings.queries import manage_path, participants_by_tokens
from backoffice.bookings.twice import BookedAlready
from blueprints.support.language import say

KEY = "visits"
MOST = 5


class OwnVisit(NamedTuple):
    """Why it was not booked again: the refusal, when the visit is, and the page on which it is moved."""

    said: str
    starts_at: datetime
    path: str


def remember(led_to: str) -> None:
    """Keep the link of a visit that was booked, from the page it led to; the last few are enough."""
    token = led_to.rpartition("/")[2]
    session[KEY] = [*(one for one in _tokens() if one != token), token][-MOST:]


def seats() -> frozenset[int]:
    """The seats whose links this browser holds. No statement for who has booked nothing."""
    return frozenset(seat.id for seat in participants_by_tokens(_tokens()))


def own_visit(error: BookedAlready) -> OwnVisit:
    """The visit of a refusal, as its page is offered."""
    return OwnVisit(say(error), error.first.starts_at, manage_path(error.first.seat))


def _tokens() -> list[str]:
    kept = session.get(KEY)
    return [one for one in kept if isinstance(one, str)] if isinstance(kept, list) else []
