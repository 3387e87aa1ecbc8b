"""Questions about replanning: the bookings an absence hits, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select

from backoffice.bookings.models import CANCELLED_STATES, Booking, BookingState, Participant
from backoffice.core import links
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.messaging.models import Kind
from backoffice.messaging.reach import Send
from backoffice.people.models import Person
from backoffice.people.queries import first_phone, reachable
from backoffice.replanning.models import Replan
from backoffice.replanning.proposals import Proposal, known_trainers, proposals_for
from backoffice.replanning.swaps import Swap, swaps_of
from backoffice.staff.models import TimeOff, Trainer
from backoffice.studio.models import Service, Studio
from backoffice.studio.scope import of_studio

LINK = "proposal"


class Outcome(StrEnum):
    """Where a booking stands; exactly one, read off the booking. The first three are still open."""

    OPEN = "OPEN"
    SENT = "SENT"
    DECLINED = "DECLINED"
    MOVED = "MOVED"
    CANCELLED = "CANCELLED"
    KEPT = "KEPT"


UNSETTLED = (Outcome.OPEN, Outcome.SENT, Outcome.DECLINED)


class Called(NamedTuple):
    """A guest of a booking that is hit, and how to reach them."""

    person_id: int
    shown_name: str
    phone: str | None
    is_reachable: bool


@dataclass(frozen=True)
class Hit:
    """A booking that an absence hits, with guests and proposals."""

    replan: Replan
    booking: Booking
    service: Service
    outcome: Outcome
    guests: list[Called]
    proposals: list[Proposal] = field(default_factory=list)
    swap: Swap | None = None


def time_off(studio_id: int, time_off_id: int) -> tuple[TimeOff, Trainer]:
    """An absence of this studio and who is absent. Raises `NotFound`."""
    found = db.session.get(TimeOff, time_off_id)
    if found is None:
        raise NotFound
    return found, of_studio(Trainer, studio_id, found.trainer_id)


def outcome_of(replan: Replan, booking: Booking, absence: TimeOff) -> Outcome:
    """What became of a booking: moved out of the way, called off, kept as nobody is away, or still open. Pure."""
    if booking.state in CANCELLED_STATES:
        return Outcome.CANCELLED
    is_hit = (
        booking.trainer_id == absence.trainer_id
        and booking.busy_from < absence.ends_at
        and booking.busy_until > absence.starts_at
    )
    if not is_hit:
        return Outcome.MOVED
    if absence.cancelled_at is not None or booking.state not in (BookingState.HELD, BookingState.BOOKED):
        return Outcome.KEPT
    if replan.declined_at is not None:
        return Outcome.DECLINED
    return Outcome.SENT if replan.sent_version == booking.version else Outcome.OPEN


def hits_of(studio: Studio, absence: TimeOff, *, now: datetime) -> list[Hit]:
    """Every booking that an absence hits, in order of time; with proposals for those that are open.

    Proposals cost a few statements for each open booking: an absence hits a day's bookings of one trainer.
    """
    rows = db.session.execute(
        select(Replan, Booking, Service)
        .join(Booking, Booking.id == Replan.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(Replan.time_off_id == absence.id)
        .order_by(Booking.starts_at, Booking.id)
        .execution_options(populate_existing=True)
    ).all()
    guests = _guests([booking.id for _replan, booking, _service in rows])
    known = known_trainers({one.person_id for called in guests.values() for one in called})
    open_hits = [
        (booking, [one.person_id for one in guests.get(booking.id, [])])
        for replan, booking, _service in rows
        if booking.starts_at > now and outcome_of(replan, booking, absence) in UNSETTLED
    ]
    swaps = swaps_of(open_hits, studio, absence, now=now)
    hits = []
    for replan, booking, service in rows:
        called, outcome = guests.get(booking.id, []), outcome_of(replan, booking, absence)
        persons = [one.person_id for one in called]
        met = {trainer for person, trainer in known if person in persons}
        offered: list[Proposal] = []
        if outcome in UNSETTLED and booking.starts_at > now:
            offered = proposals_for(booking, studio, service, persons, met, now=now)
        hits.append(Hit(replan, booking, service, outcome, called, offered, swaps.get(booking.id)))
    return hits


def sends(hits: Sequence[Hit], *, now: datetime) -> list[Send]:
    """The messages that proposing times to everybody still open would send."""
    asked = (hit for hit in hits if hit.outcome in UNSETTLED and hit.proposals)
    return [Send(guest.person_id, Kind.MOVE_PROPOSED, now) for hit in asked for guest in hit.guests]


def replan_by_token(token: str) -> Replan | None:
    """What a link asks about; None for a forged or broken one."""
    parts = links.read(LINK, token)
    if parts is None or len(parts) != 2 or not all(isinstance(part, int) for part in parts):
        return None
    replan = db.session.get(Replan, parts[0])
    return replan if replan is not None and replan.sent_version == parts[1] else None


def proposal_path(replan: Replan) -> str:
    """The path of the page on which a guest chooses; it dies when something else is sent."""
    return f"/proposal/{links.sign(LINK, replan.id, replan.sent_version or 0)}"


def replan_of(studio_id: int, replan_id: int) -> tuple[Replan, Booking]:
    """A row of the replanning and its booking, both of this studio. Raises `NotFound`."""
    replan = db.session.get(Replan, replan_id)
    if replan is None:
        raise NotFound
    return replan, of_studio(Booking, studio_id, replan.booking_id)


def _guests(booking_ids: list[int]) -> dict[int, list[Called]]:
    rows = db.session.execute(
        select(Participant.booking_id, Person.id, Person.name, Person.kana, first_phone(), reachable())
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.booking_id.in_(booking_ids))
        .order_by(Participant.booking_id, Participant.position)
    )
    found: dict[int, list[Called]] = {}
    for booking_id, person_id, name, kana, phone, reached in rows:
        found.setdefault(booking_id, []).append(Called(person_id, name or kana, phone, reached))
    return found
