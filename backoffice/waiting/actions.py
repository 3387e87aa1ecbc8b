"""What changes the waiting list: joining and leaving it, and the answers to an offer. One answer counts."""

from datetime import date, datetime, time

from backoffice.bookings import actions as bookings
from backoffice.bookings.models import Booking, BookingState
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid
from backoffice.core.language import N_
from backoffice.people.models import Person
from backoffice.people.queries import bare_person
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service, Studio
from backoffice.studio.scope import of_studio
from backoffice.waiting.models import Offer, OfferState, Wait, WaitState
from backoffice.waiting.queries import OPEN, is_open

LONGEST_DAYS = 92


class OfferGone(DomainError):
    """The offer was answered, taken back, or its time is over."""

    status = 410
    message = N_("This offer is no longer open. The time went to the next person on the list.")


def add_wait(
    studio: Studio,
    person: Person,
    service_id: int,
    *,
    first_day: date,
    last_day: date,
    from_clock: time | None = None,
    until_clock: time | None = None,
    trainer_id: int | None = None,
    wants_woman: bool = False,
    by: Actor,
    now: datetime,
) -> Wait:
    """Put a person on the waiting list. Refuses (Invalid) days that are over, backwards or too many."""
    service = of_studio(Service, studio.id, service_id)
    if trainer_id is not None:
        of_studio(Trainer, studio.id, trainer_id)
    if last_day < max(first_day, local_date(now, studio.zone)):
        raise Invalid(N_("The last day must not be before the first, nor in the past."), field="last_day")
    if (last_day - first_day).days > LONGEST_DAYS:
        raise Invalid(N_("Please choose three months at most."), field="last_day")
    if from_clock is not None and until_clock is not None and until_clock < from_clock:
        raise Invalid(N_("The end must be after the beginning."), field="until_clock")
    wait = Wait(
        studio_id=studio.id, person_id=person.id, service_id=service.id, trainer_id=trainer_id,
        wants_woman=wants_woman, first_day=first_day, last_day=last_day, from_clock=from_clock,
        until_clock=until_clock, created_at=now, created_by=by.label,
    )  # fmt: skip
    db.session.add(wait)
    db.session.flush()
    after = {"service_id": service.id, "first_day": first_day, "last_day": last_day}
    record("wait.added", "wait", wait.id, by=by, now=now, person_id=person.id, after=after)
    return wait


def end_wait(studio_id: int, wait_id: int, *, by: Actor, now: datetime) -> Wait:
    """Take a person off the list; an open offer is taken back. Twice changes nothing."""
    wait = of_studio(Wait, studio_id, wait_id, lock=True)
    if wait.state in OPEN:
        offer = db.session.query(Offer).filter_by(wait_id=wait.id, state=OfferState.OPEN).one_or_none()
        if offer is not None:
            _end_offer(offer, OfferState.WITHDRAWN, by=by, now=now)
        _close(wait, WaitState.ENDED, now)
        record("wait.ended", "wait", wait.id, by=by, now=now, person_id=wait.person_id)
    return wait


def accept(offer: Offer, *, by: Actor, now: datetime) -> Booking:
    """The held time becomes the person's booking; they are told. Raises `OfferGone` when the answer comes too late.

    A second yes to the same offer changes nothing and is answered with the same booking.
    """
    wait, booking = _lock(offer)
    if offer.state == OfferState.ACCEPTED and booking.state != BookingState.HELD:
        return booking
    if not is_open(offer, booking, now=now):
        raise OfferGone
    bookings.confirm_hold(booking, by=by, now=now)
    settle_accepted(offer, wait, by=by, now=now)
    return booking


def decline(offer: Offer, *, leave: bool, by: Actor, now: datetime) -> None:
    """The time goes on to the next one; the person stays on the list unless they `leave`. Raises `OfferGone`."""
    wait, booking = _lock(offer)
    if not is_open(offer, booking, now=now):
        raise OfferGone
    _end_offer(offer, OfferState.DECLINED, by=by, now=now)
    wait.state = WaitState.WAITING.value
    if leave:
        _close(wait, WaitState.ENDED, now)
    record("offer.declined", "wait", wait.id, by=by, now=now, person_id=wait.person_id)


def settle_accepted(offer: Offer, wait: Wait, *, by: Actor, now: datetime) -> None:
    """Write down that an offer became a booking, and end the wait."""
    offer.state, offer.answered_at = OfferState.ACCEPTED.value, now
    _close(wait, WaitState.BOOKED, now)
    record("offer.accepted", "wait", wait.id, by=by, now=now, person_id=wait.person_id)


def settle_lapsed(offer: Offer, wait: Wait, *, by: Actor, now: datetime) -> None:
    """Nobody answered in time: the hold is given back and the person waits on for another time."""
    _end_offer(offer, OfferState.LAPSED, by=by, now=now)
    wait.state = WaitState.WAITING.value
    record("offer.lapsed", "wait", wait.id, by=by, now=now, person_id=wait.person_id)


def person_of(wait: Wait) -> Person:
    """Who waits."""
    return bare_person(wait.person_id)


def _lock(offer: Offer) -> tuple[Wait, Booking]:
    """Hold wait, offer and booking, in this order, as they are now: of two answers the second sees the first."""
    wait = db.session.get_one(Wait, offer.wait_id, with_for_update=True, populate_existing=True)
    db.session.refresh(offer, with_for_update=True)
    return wait, db.session.get_one(Booking, offer.booking_id, populate_existing=True)


def _end_offer(offer: Offer, state: OfferState, *, by: Actor, now: datetime) -> None:
    offer.state, offer.answered_at = state.value, now
    booking = db.session.get_one(Booking, offer.booking_id, populate_existing=True)
    if booking.state == BookingState.HELD:
        bookings.cancel(booking, by_gym=False, tell=False, by=by, now=now)


def _close(wait: Wait, state: WaitState, now: datetime) -> None:
    wait.state, wait.ended_at = state.value, now
    wait.version += 1
