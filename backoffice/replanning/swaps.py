"""Swaps with the waiting list: somebody who waits for another time holds one that would suit a guest who is hit.

Only a hint for the phone: both have to say yes, so nothing is sent and nothing moves.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from backoffice.bookings.availability import free_slots, nearest
from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.bookings.refusals import Slot
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.replanning.proposals import REACH
from backoffice.staff.models import TimeOff, Trainer
from backoffice.studio.models import Service, Studio
from backoffice.waiting.models import Offer, OfferState, Wait
from backoffice.waiting.offering import suits
from backoffice.waiting.queries import OPEN

MOST_ASKED = 5
"""How many who wait are looked at: each costs a look for free times."""


class Swap(NamedTuple):
    """Who would have to move: from which booking, to which free start that they wait for."""

    name: str
    phone: str | None
    wait_id: int
    booking: Booking
    wished: Slot


def swaps_of(
    hit: Sequence[tuple[Booking, Sequence[int]]], studio: Studio, absence: TimeOff, *, now: datetime
) -> dict[int, Swap]:
    """For each booking that is hit (with its persons) the swap nearest to its time, by booking id.

    The time given up must be ahead, of the same service, within `REACH`, with a trainer who is there, and free for the
    guests who take it over. Three statements, and one look for free times for each of up to `MOST_ASKED` who wait.
    """
    if not hit:
        return {}
    open_ = [(swap, wait.person_id) for swap, wait in _possible(studio, absence, now=now)]
    found = {}
    for booking, persons in hit:
        fitting = [
            swap
            for swap, person_id in open_
            if swap.booking.service_id == booking.service_id
            and abs(swap.booking.starts_at - booking.starts_at) <= REACH
            and person_id not in persons
            and not _are_busy(persons, swap.booking, but=booking.id)
        ]
        if fitting:
            at = booking.starts_at
            found[booking.id] = min(fitting, key=lambda one: abs(one.booking.starts_at - at))
    return found


def _possible(studio: Studio, absence: TimeOff, *, now: datetime) -> list[tuple[Swap, Wait]]:
    """Who waits, holds a booking alone that the absence does not hit, and could have what they wait for."""
    hold, other = aliased(Booking), aliased(Participant)
    is_hit = (
        (Booking.trainer_id == absence.trainer_id)
        & (Booking.starts_at < absence.ends_at)
        & (Booking.ends_at > absence.starts_at)
    )
    rows = db.session.execute(
        select(Wait, Booking, Service, hold, Person.name, Person.kana, first_phone())
        .join(Person, Person.id == Wait.person_id)
        .join(Participant, Participant.person_id == Wait.person_id)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .outerjoin(Offer, (Offer.wait_id == Wait.id) & (Offer.state == OfferState.OPEN))
        .outerjoin(hold, hold.id == Offer.booking_id)
        .where(
            Wait.studio_id == studio.id,
            Wait.state.in_(OPEN),
            Booking.service_id == Wait.service_id,
            Booking.state == BookingState.BOOKED,
            Booking.starts_at > now,
            ~is_hit,
            ~exists().where(other.booking_id == Booking.id, other.person_id != Wait.person_id),
        )
        .order_by(Wait.created_at, Booking.starts_at)
        .limit(MOST_ASKED)
    ).all()
    women = set(db.session.scalars(select(Trainer.id).where(Trainer.is_woman))) if rows else set()
    found = []
    for wait, booking, service, offered, name, kana, phone in rows:
        wished = _slot_of(offered) if offered else _wished(wait, booking, service, studio, women, now=now)
        if wished is not None:
            found.append((Swap(name or kana, phone, wait.id, booking, wished), wait))
    return found


def _slot_of(hold: Booking) -> Slot:
    return Slot(hold.starts_at, hold.trainer_id, hold.room_id)


def _wished(
    wait: Wait, booking: Booking, service: Service, studio: Studio, women: Collection[int], *, now: datetime
) -> Slot | None:
    """The free time they wait for that is nearest to what they have."""
    slots = free_slots(
        studio, service, wait.first_day, wait.last_day, now=now, person_ids=[wait.person_id],
        without_booking=booking.id,
    )  # fmt: skip
    suiting = [
        slot
        for slot in slots
        if slot.starts_at != booking.starts_at and suits(wait, slot, women, studio.zone)
    ]
    return next(iter(nearest(suiting, booking.starts_at, booking.trainer_id, 1)), None)


def _are_busy(persons: Sequence[int], wanted: Booking, *, but: int) -> bool:
    taken = (
        select(Booking.id)
        .join(Participant, Participant.booking_id == Booking.id)
        .where(
            Participant.person_id.in_(persons),
            Booking.id != but,
            Booking.state.in_([BookingState.BOOKED, BookingState.HELD]),
            Booking.starts_at < wanted.ends_at,
            Booking.ends_at > wanted.starts_at,
        )
    )
    return db.session.scalar(taken.limit(1)) is not None
