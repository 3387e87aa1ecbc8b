"""The visits this browser has booked: their links stay in the signed cookie, so that a second one can be a move."""

from datetime import datetime
from typing import NamedTuple

from flask import session

from backoffice.bookings.models import Participant
from backoffice.bookings.queries import booking, manage_path, manage_token, participants_by_tokens
from backoffice.bookings.twice import held_ahead
from backoffice.studio.models import Service
from blueprints.support.clock import now
from blueprints.support.studio import current_studio

KEY = "visits"
MOST = 5


class OwnVisit(NamedTuple):
    """A visit ahead that was booked here: when, and the page on which it is moved."""

    starts_at: datetime
    path: str


def remember(seat: Participant) -> None:
    """Keep the link of a visit that was just booked; the last few are enough."""
    session[KEY] = [*_tokens(), manage_token(seat)][-MOST:]


def seats() -> frozenset[int]:
    """The seats whose links this browser holds. No statement for who has booked nothing."""
    return frozenset(seat.id for seat in participants_by_tokens(_tokens()))


def ahead(service: Service) -> OwnVisit | None:
    """The visit of this kind that was booked here and is still to come."""
    found = held_ahead(seats(), service, now=now())
    return None if found is None else OwnVisit(found[1], manage_path(found[0]))


def own_visit(seat: Participant) -> OwnVisit:
    """A seat as its page is offered."""
    return OwnVisit(booking(current_studio().id, seat.booking_id).starts_at, manage_path(seat))


def _tokens() -> list[str]:
    kept = session.get(KEY)
    return [one for one in kept if isinstance(one, str)] if isinstance(kept, list) else []
