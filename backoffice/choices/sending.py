"""Sending times to choose from: each is held for the person, and the message that offers them is planned."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select

from backoffice.bookings import actions as bookings
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, BookingState
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import NotPossible, Slot
from backoffice.choices.actions import take_back
from backoffice.choices.models import Choice, ChoiceState, ChoiceTime
from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid
from backoffice.core.language import N_
from backoffice.messaging.models import Kind
from backoffice.messaging.outbox import queue_message
from backoffice.messaging.waiting import settle_for
from backoffice.people.models import Person
from backoffice.people.queries import is_reachable, line_of
from backoffice.studio.models import Service, Studio
from backoffice.todos.actions import add_todo
from backoffice.todos.models import TodoKind

MOST = 3
ANSWER_WITHIN = timedelta(hours=24)
BEFORE_THE_FIRST = timedelta(hours=2)
"""An answer comes at least so long before the first of the times."""
LEAST_TIME = timedelta(minutes=30)
"""Times that leave less than this for an answer are not sent."""
CALL_TIMES = N_("Call: times are kept that could not be sent")


class JustSent(DomainError):
    """Somebody else sent times for the same booking at the same moment."""

    status = 409
    message = N_("A colleague has just sent times for this booking.")


def send_times(
    studio: Studio, service: Service, person: Person, slots: Sequence[Slot], *, by: Actor, now: datetime
) -> Choice:
    """Hold up to three times for a new booking of a person and offer them.

    Refuses (Invalid) none, too many, or times that overlap or leave no time for an answer. Raises as `book` does when
    one of them was taken meanwhile: then nothing is held.
    """
    return _send(studio, service, [person], None, slots, by=by, now=now)


def send_times_to_move(
    studio: Studio, booking: Booking, person: Person, slots: Sequence[Slot], *, by: Actor, now: datetime
) -> Choice:
    """Hold up to three times to which a booking may be moved, and offer them to one of its guests.

    What was open for this booking is taken back first. Refuses as `send_times` does, and `NotPossible` when it has
    ended.
    """
    for choice in _open_of(booking.id):
        take_back(choice, by=by, now=now)
    bookings.lock(booking)
    if _open_of(booking.id):
        raise JustSent
    if booking.state != BookingState.BOOKED or booking.starts_at <= now:
        raise NotPossible
    people = [db.session.get_one(Person, guest.person_id) for guest in guests_of(booking.id)]
    people.sort(key=lambda one: one.id != person.id)
    service = db.session.get_one(Service, booking.service_id)
    return _send(studio, service, people, booking, slots, by=by, now=now)


def answer_until(slots: Sequence[Slot], *, now: datetime) -> datetime:
    """Until when times are kept: a day, and at least two hours before the first of them."""
    return min(now + ANSWER_WITHIN, min(slot.starts_at for slot in slots) - BEFORE_THE_FIRST)


def _send(
    studio: Studio, service: Service, people: Sequence[Person], moved: Booking | None, slots: Sequence[Slot],
    *, by: Actor, now: datetime,
) -> Choice:  # fmt: skip
    wanted = _checked(slots, service, now=now)
    expires_at = answer_until(wanted, now=now)
    choice = Choice(
        studio_id=studio.id, person_id=people[0].id, service_id=service.id, state=ChoiceState.OPEN.value,
        booking_id=None if moved is None else moved.id,
        booking_version=None if moved is None else moved.version,
        sent_at=now, sent_by=by.label, expires_at=expires_at,
    )  # fmt: skip
    holds = [_hold(studio, service, people, slot, expires_at, moved, by=by, now=now) for slot in wanted]
    db.session.add(choice)
    db.session.flush()
    for position, hold in enumerate(holds, start=1):
        db.session.add(ChoiceTime(choice_id=choice.id, hold_id=hold.id, position=position))
    db.session.flush()
    after = {"service_id": service.id, "times": len(holds), "booking_id": choice.booking_id}
    record("choice.sent", "choice", choice.id, by=by, now=now, person_id=choice.person_id, after=after)
    _tell(choice, people[0], by=by, now=now)
    settle_for(studio.id, people[0].id, by=by, now=now)
    return choice


def _checked(slots: Sequence[Slot], service: Service, *, now: datetime) -> list[Slot]:
    wanted = sorted(set(slots))
    if not 1 <= len(wanted) <= MOST:
        raise Invalid(N_("Please choose between one and %(most)s times."), field="picks", most=MOST)
    length = timedelta(minutes=service.minutes)
    if any(after.starts_at < before.starts_at + length for before, after in pairwise(wanted)):
        raise Invalid(N_("Two of the times overlap. Please choose others."), field="picks")
    if answer_until(wanted, now=now) < now + LEAST_TIME:
        raise Invalid(
            N_("The first time is too near: an answer has to come two hours before."), field="picks"
        )
    return wanted


def _hold(
    studio: Studio, service: Service, people: Sequence[Person], slot: Slot, until: datetime, moved: Booking | None,
    *, by: Actor, now: datetime,
) -> Booking:  # fmt: skip
    by_line = line_of(people[0].id) is not None
    return bookings.book(
        studio=studio, service=service, trainer_id=slot.trainer_id, starts_at=slot.starts_at, room_id=slot.room_id,
        participants=[Guest(one) for one in people], held_until=until,
        channel=BookingChannel.LINE if by_line else BookingChannel.PHONE,
        wants_woman=moved is not None and moved.wants_woman, by=by, now=now,
    )  # fmt: skip


def _tell(choice: Choice, person: Person, *, by: Actor, now: datetime) -> None:
    if not is_reachable(person.id):
        add_todo(
            TodoKind.CALL_TO_CONFIRM, CALL_TIMES, studio_id=choice.studio_id, due_at=choice.expires_at,
            person_id=person.id, booking_id=choice.booking_id, by=by, now=now,
        )  # fmt: skip
        return
    queue_message(
        Kind.TIMES_OFFERED, studio_id=choice.studio_id, now=now, dedupe_key=f"times_offered:{choice.id}",
        send_at=now, expires_at=choice.expires_at, language=person.language, person_id=person.id,
        values={"choice_id": choice.id},
    )  # fmt: skip


def _open_of(booking_id: int) -> list[Choice]:
    query = select(Choice).where(Choice.booking_id == booking_id, Choice.state == ChoiceState.OPEN)
    return list(db.session.scalars(query.order_by(Choice.id)))
