"""What can be proposed to a guest whose trainer is away: up to three times, each with its reason."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from backoffice.bookings.availability import free_slots, nearest
from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.bookings.refusals import Slot
from backoffice.bookings.rules import is_walk_in
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.studio.models import Service, Studio

REACH = timedelta(days=7)
MOST = 3


class Reason(StrEnum):
    """Why a time is proposed, the best first."""

    KNOWN_TRAINER = "KNOWN_TRAINER"
    FREE_TRAINER = "FREE_TRAINER"
    SAME_TRAINER = "SAME_TRAINER"
    NEAREST = "NEAREST"


@dataclass(frozen=True)
class Proposal:
    """A free time and why it suits."""

    slot: Slot
    reason: Reason


def as_row(slot: Slot) -> dict[str, Any]:
    """A time as it is kept with what was sent."""
    return {**asdict(slot), "starts_at": slot.starts_at.isoformat()}


def of_row(row: dict[str, Any]) -> Slot:
    """A time that was kept."""
    return Slot(datetime.fromisoformat(row["starts_at"]), row["trainer_id"], row["room_id"])


def proposals_for(
    booking: Booking,
    studio: Studio,
    service: Service,
    person_ids: Sequence[int],
    known: Collection[int],
    *,
    now: datetime,
) -> list[Proposal]:
    """Up to three free times for a booking whose trainer is away: what it holds itself counts as free."""
    day = local_date(booking.starts_at, studio.zone)
    first: date = max(day - REACH, local_date(now, studio.zone))
    slots = free_slots(
        studio, service, first, day + REACH, now=now, women_only=booking.wants_woman, person_ids=person_ids,
        without_booking=booking.id, walk_in=is_walk_in(booking.channel),
    )  # fmt: skip
    return chosen(slots, booking.starts_at, booking.trainer_id, known)


def chosen(
    slots: Sequence[Slot], starts_at: datetime, trainer_id: int, known: Collection[int]
) -> list[Proposal]:
    """The same time with somebody known, else with somebody free; the same trainer's nearest time; any. Pure."""
    found: list[Proposal] = []
    at_that_time = [slot for slot in slots if slot.starts_at == starts_at]
    same_time = sorted(at_that_time, key=lambda slot: slot.trainer_id not in known)
    for slot in same_time[:1]:
        reason = Reason.KNOWN_TRAINER if slot.trainer_id in known else Reason.FREE_TRAINER
        found.append(Proposal(slot, reason))
    own = [slot for slot in slots if slot.trainer_id == trainer_id]
    found += [Proposal(slot, Reason.SAME_TRAINER) for slot in nearest(own, starts_at, trainer_id, 1)]
    taken = {one.slot.starts_at for one in found}
    others = [slot for slot in slots if slot.starts_at not in taken]
    return [
        *found,
        *(Proposal(slot, Reason.NEAREST) for slot in nearest(others, starts_at, trainer_id, MOST)),
    ][:MOST]


def known_trainers(person_ids: Collection[int]) -> set[tuple[int, int]]:
    """Pairs of person and trainer who have met in an attended visit. One statement."""
    rows = db.session.execute(
        select(Participant.person_id, Booking.trainer_id)
        .join(Booking, Booking.id == Participant.booking_id)
        .where(Participant.person_id.in_(person_ids), Booking.state == BookingState.ATTENDED)
        .distinct()
    )
    return {(row.person_id, row.trainer_id) for row in rows}
