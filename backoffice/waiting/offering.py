"""The sweep behind the waiting list: offers that are over are settled, and what is free is offered to who waits.

It only looks at rows, so a run that was missed or doubled changes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from backoffice.bookings import actions as bookings
from backoffice.bookings.availability import free_slots
from backoffice.bookings.claims import lapse_holds
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, BookingState
from backoffice.bookings.refusals import NotFree, Slot
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local, local_date
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging.models import Kind
from backoffice.messaging.outbox import queue_message, quiet_hours_of
from backoffice.people.models import Person
from backoffice.people.queries import is_reachable
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service, Studio
from backoffice.todos.actions import add_todo
from backoffice.todos.models import TodoKind
from backoffice.waiting.actions import settle_accepted, settle_lapsed
from backoffice.waiting.models import Offer, OfferState, Wait, WaitState

ANSWER_WITHIN = timedelta(hours=2)
LEAST_TIME = timedelta(minutes=30)
"""An offer that leaves less time than this for an answer is not made."""
TRIES = 3
MOST = 100
CALL_OFFER = N_("Call: a time has become free")


def sweep(studio: Studio, *, now: datetime) -> int:
    """Settle what is over, then offer what is free; how many offers were made. At night nobody is asked."""
    lapse_holds(now=now)
    settle_offers(now=now)
    end_old_waits(studio, now=now)
    return 0 if quiet_hours_of(studio.id).holds(now) else make_offers(studio, now=now)


def settle_offers(*, now: datetime) -> None:
    """Bring every open offer whose hold is gone, or whose time is over, to its end."""
    rows = db.session.execute(
        select(Offer, Wait, Booking)
        .join(Wait, Wait.id == Offer.wait_id)
        .join(Booking, Booking.id == Offer.booking_id)
        .where(
            Offer.state == OfferState.OPEN,
            (Offer.expires_at <= now) | (Booking.state != BookingState.HELD),
        )
        .order_by(Wait.id)
        .with_for_update(of=[Wait, Offer], skip_locked=True)
        .execution_options(populate_existing=True)
    )
    for offer, wait, booking in rows.all():
        # The desk may have confirmed the hold on its own page: that is a yes.
        if booking.state in (BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW):
            settle_accepted(offer, wait, by=SYSTEM, now=now)
        else:
            settle_lapsed(offer, wait, by=SYSTEM, now=now)


def end_old_waits(studio: Studio, *, now: datetime) -> None:
    """End the waits whose last day is over."""
    today = local_date(now, studio.zone)
    is_over = (Wait.studio_id == studio.id, Wait.state == WaitState.WAITING, Wait.last_day < today)
    db.session.execute(update(Wait).where(*is_over).values(state=WaitState.ENDED.value, ended_at=now))


def make_offers(studio: Studio, *, now: datetime) -> int:
    """Offer free times to those who wait, first come first asked; nobody is offered the same start twice."""
    waits = _waiting(studio.id)
    made = 0
    for service_id in sorted({wait.service_id for wait in waits}):
        service = db.session.get_one(Service, service_id)
        mine = [wait for wait in waits if wait.service_id == service_id]
        days = min(wait.first_day for wait in mine), max(wait.last_day for wait in mine)
        slots = free_slots(studio, service, *days, now=now)
        for wait in mine:
            if _offer_one(wait, service, studio, slots, now=now):
                made += 1
                slots = free_slots(studio, service, *days, now=now)  # one hold takes many starts
    return made


def suits(wait: Wait, slot: Slot, women: Iterable[int], zone: str) -> bool:
    """Whether a free time is what somebody waits for. Pure."""
    at = local(slot.starts_at, zone)
    return (
        wait.first_day <= at.date() <= wait.last_day
        and (wait.from_clock is None or wait.from_clock <= at.time())
        and (wait.until_clock is None or at.time() <= wait.until_clock)
        and wait.trainer_id in (None, slot.trainer_id)
        and (not wait.wants_woman or slot.trainer_id in women)
    )


def _waiting(studio_id: int) -> Sequence[Wait]:
    query = (
        select(Wait)
        .join(Person, Person.id == Wait.person_id)
        .where(Wait.studio_id == studio_id, Wait.state == WaitState.WAITING, Person.caution == "")
        .order_by(Wait.created_at, Wait.id)
        .limit(MOST)
        .with_for_update(of=Wait, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).all()


def _offer_one(wait: Wait, service: Service, studio: Studio, slots: list[Slot], *, now: datetime) -> bool:
    women = set(db.session.scalars(select(Trainer.id).where(Trainer.is_woman)))
    asked_before = set(
        db.session.scalars(
            select(Booking.starts_at)
            .join(Offer, Offer.booking_id == Booking.id)
            .where(Offer.wait_id == wait.id)
        )
    )
    notice = timedelta(minutes=service.notice_minutes)
    # What is too near for an answer takes up no try, else it would keep later starts from being offered.
    suiting = [
        slot
        for slot in slots
        if suits(wait, slot, women, studio.zone)
        and slot.starts_at not in asked_before
        and slot.starts_at - notice - now >= LEAST_TIME
    ]
    for slot in suiting[:TRIES]:
        expires_at = min(now + ANSWER_WITHIN, slot.starts_at - notice)
        try:
            booking = _hold(wait, service, studio, slot, expires_at, now=now)
        except NotFree:  # taken meanwhile, by this sweep or by somebody else
            continue
        _tell(wait, booking, expires_at, now=now)
        return True
    return False


def _hold(
    wait: Wait, service: Service, studio: Studio, slot: Slot, expires_at: datetime, *, now: datetime
) -> Booking:
    return bookings.book(
        studio=studio,
        service=service,
        trainer_id=slot.trainer_id,
        starts_at=slot.starts_at,
        participants=[Guest(db.session.get_one(Person, wait.person_id))],
        channel=BookingChannel.PHONE,
        is_named=wait.trainer_id is not None,
        wants_woman=wait.wants_woman,
        held_until=expires_at,
        is_offered=True,
        by=SYSTEM,
        now=now,
    )


def _tell(wait: Wait, booking: Booking, expires_at: datetime, *, now: datetime) -> None:
    offer = Offer(wait_id=wait.id, booking_id=booking.id, sent_at=now, expires_at=expires_at)
    wait.state = WaitState.OFFERED.value
    db.session.add(offer)
    db.session.flush()
    if not is_reachable(wait.person_id):
        add_todo(
            TodoKind.CALL_TO_CONFIRM, CALL_OFFER, studio_id=wait.studio_id, due_at=expires_at,
            person_id=wait.person_id, booking_id=booking.id, by=SYSTEM, now=now,
        )  # fmt: skip
        return
    queue_message(
        Kind.SLOT_OFFERED, studio_id=wait.studio_id, now=now, dedupe_key=f"slot_offered:{offer.id}", send_at=now,
        expires_at=expires_at, language=db.session.get_one(Person, wait.person_id).language,
        person_id=wait.person_id, booking_id=booking.id, booking_version=booking.version,
        values={"offer_id": offer.id},
    )  # fmt: skip
