"""The messages about a booking: planned, replaced and taken back in the transaction that causes them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select

from backoffice.bookings.models import Booking, BookingChannel, Participant
from backoffice.core.audit import Actor
from backoffice.core.db import fetch
from backoffice.core.language import N_
from backoffice.messaging.models import Kind
from backoffice.messaging.outbox import Draft, cancel_messages, queue_messages
from backoffice.people.models import Person
from backoffice.people.queries import reachable
from backoffice.studio.models import Service
from backoffice.todos.actions import add_todo, drop_for_booking
from backoffice.todos.models import TodoKind

DAY_BEFORE = timedelta(hours=24)
TWO_HOURS_BEFORE = timedelta(hours=2)
CALL_WITHIN = timedelta(hours=2)

BOOKING_KINDS = (
    Kind.BOOKING_CONFIRMED,
    Kind.BOOKING_MOVED,
    Kind.BOOKING_CANCELLED,
    Kind.REMINDER_DAY_BEFORE,
    Kind.REMINDER_TWO_HOURS,
)

MOVED = N_("The booking was moved.")
CANCELLED = N_("The booking was cancelled.")
RESTORED = N_("The booking was restored.")
CALL_CONFIRM = N_("Call to confirm the booking")
CALL_MOVED = N_("Call: the booking was moved by the gym")
CALL_CANCELLED = N_("Call: the booking was cancelled by the gym")


class Reader(NamedTuple):
    """A guest as messages see them."""

    participant_id: int
    person_id: int
    language: str
    is_reachable: bool


_READERS = (
    select(
        Participant.id, Person.id, Person.language, reachable(),
    )
    .join(Person, Person.id == Participant.person_id)
    .where(Participant.booking_id == bindparam("booking"))
    .order_by(Participant.position)
)  # fmt: skip


class Planned(NamedTuple):
    """A message that a booking wants, and when."""

    kind: Kind
    send_at: datetime


def plan_messages(booking: Booking, service: Service, *, tell: bool = True, by: Actor, now: datetime) -> None:
    """Queue the confirmation (unless the guest is told otherwise) and the reminders of a new booking.

    Whom neither mail nor LINE reaches gets no rows; if they booked by themselves, the desk gets a task to call.
    """
    guests = readers(booking.id)
    _plan(booking, service, guests, Kind.BOOKING_CONFIRMED if tell else None, now=now)
    if booking.channel == BookingChannel.WEB:
        _call_the_others(booking, guests, CALL_CONFIRM, by=by, now=now)


def replace_messages(
    booking: Booking,
    service: Service,
    *,
    now: datetime,
    by: Actor,
    by_gym: bool = False,
    tell: bool = True,
    kind: Kind = Kind.BOOKING_MOVED,
) -> None:
    """Take back what was planned and queue the news and the reminders for the time that holds now.

    When the gym itself made the change, guests whom no message reaches are to be called.
    """
    cancel_messages(
        reason=MOVED if kind is Kind.BOOKING_MOVED else RESTORED,
        booking_id=booking.id,
        kinds=BOOKING_KINDS,
        now=now,
    )
    drop_for_booking(booking.id, [TodoKind.CALL_TO_CONFIRM], by=by, now=now)
    guests = readers(booking.id)
    _plan(booking, service, guests, kind if tell else None, by_gym=by_gym, now=now)
    if by_gym:
        _call_the_others(booking, guests, CALL_MOVED, by=by, now=now)


def cancel_booking_messages(booking: Booking, *, tell: bool, by_gym: bool, by: Actor, now: datetime) -> None:
    """Take back what was planned; tell the guests unless they need not be told or the visit is over."""
    cancel_messages(reason=CANCELLED, booking_id=booking.id, kinds=BOOKING_KINDS, now=now)
    drop_for_booking(booking.id, [TodoKind.CALL_TO_CONFIRM], by=by, now=now)
    if not tell or booking.starts_at <= now:
        return
    guests = readers(booking.id)
    _queue_all(booking, guests, [Planned(Kind.BOOKING_CANCELLED, now)], by_gym=by_gym, now=now)
    if by_gym:
        _call_the_others(booking, guests, CALL_CANCELLED, by=by, now=now)


def planned_for(
    starts_at: datetime, first: Kind | None, *, day_before: bool, two_hours_before: bool, now: datetime
) -> list[Planned]:
    """Which messages a booking wants: the news (if any) at once, reminders whose time has not passed. Pure."""
    if starts_at <= now:
        return []
    wanted = [] if first is None else [Planned(first, now)]
    if day_before and now <= starts_at - DAY_BEFORE:
        wanted.append(Planned(Kind.REMINDER_DAY_BEFORE, starts_at - DAY_BEFORE))
    if two_hours_before and now <= starts_at - TWO_HOURS_BEFORE:
        wanted.append(Planned(Kind.REMINDER_TWO_HOURS, starts_at - TWO_HOURS_BEFORE))
    return wanted


def readers(booking_id: int) -> list[Reader]:
    """The guests of a booking, with their language and whether a message reaches them. One statement."""
    return [Reader._make(row) for row in fetch(_READERS, {"booking": booking_id})]


def _plan(
    booking: Booking,
    service: Service,
    guests: Sequence[Reader],
    first: Kind | None,
    *,
    by_gym: bool = False,
    now: datetime,
) -> None:
    wanted = planned_for(
        booking.starts_at,
        first,
        day_before=service.reminds_day_before,
        two_hours_before=service.reminds_two_hours_before,
        now=now,
    )
    _queue_all(booking, guests, wanted, by_gym=by_gym, now=now)


def _queue_all(
    booking: Booking, guests: Sequence[Reader], wanted: Sequence[Planned], *, by_gym: bool, now: datetime
) -> None:
    reached = (reader for reader in guests if reader.is_reachable)
    queue_messages(
        [
            _draft(booking, reader, planned, by_gym=by_gym and planned.send_at == now)
            for reader in reached
            for planned in wanted
        ],
        studio_id=booking.studio_id,
        now=now,
    )


def _draft(booking: Booking, reader: Reader, planned: Planned, *, by_gym: bool) -> Draft:
    return Draft(
        planned.kind,
        dedupe_key=f"{planned.kind}:booking:{booking.id}:{reader.participant_id}:{booking.version}",
        send_at=planned.send_at,
        expires_at=booking.starts_at,
        person_id=reader.person_id,
        language=reader.language,
        booking_id=booking.id,
        booking_version=booking.version,
        lead_id=booking.lead_id,
        change_by_gym_of=booking.starts_at if by_gym else None,
    )


def _call_the_others(
    booking: Booking, guests: Sequence[Reader], title: str, *, by: Actor, now: datetime
) -> None:
    for reader in guests:
        if not reader.is_reachable and booking.starts_at > now:
            add_todo(
                TodoKind.CALL_TO_CONFIRM,
                title,
                studio_id=booking.studio_id,
                due_at=min(now + CALL_WITHIN, booking.starts_at),
                person_id=reader.person_id,
                lead_id=booking.lead_id,
                booking_id=booking.id,
                by=by,
                now=now,
            )
