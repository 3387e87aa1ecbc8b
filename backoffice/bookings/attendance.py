"""The day of the visit, guest by guest: confirmed, arrived, late, attended, no-show, fee received; each can be undone.

The state of the booking follows from its guests: attended when one of them came, no-show when none did.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from backoffice.bookings import lead_steps, ticket_steps, twice
from backoffice.bookings.actions import lock
from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import NotPossible
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local, local_date
from backoffice.core.db import db, row_values
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_
from backoffice.studio.models import Service, Studio
from backoffice.todos.actions import drop_for_booking
from backoffice.todos.models import TodoKind

MOST_LATE = 600
EARLY = timedelta(minutes=60)
"""Guests come early and sessions begin early; before that a tap would use the ticket of a visit that was not held."""
AUDITED = (
    "attendance", "arrived_at", "late_minutes", "confirmed_at", "fee_yen", "fee_received_at", "fee_method",
    "fee_received_by",
)  # fmt: skip

NOT_YET = N_("The day of this visit has not come yet.")
NO_FEE_DUE = N_("No fee is due for this visit.")
NOT_BEGUN = N_("This visit has not begun yet.")


class TooEarly(NotPossible):
    """The visit is hours away. Whoever is here already is not waved through: their booking is moved to now."""

    message = N_("This visit can be marked and written up from %(day)s, %(time)s, an hour before it starts.")


class FeeMethod(StrEnum):
    """How a fee was paid."""

    CASH = "CASH"
    CARD = "CARD"
    PAYPAY = "PAYPAY"
    TRANSFER = "TRANSFER"
    OTHER = "OTHER"


def confirm(guest: Participant, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The guest says they will come; a task to call them for it is done with. Twice changes nothing."""

    def write(booking: Booking) -> None:
        guest.confirmed_at = guest.confirmed_at or now
        drop_for_booking(booking.id, [TodoKind.CALL_TO_CONFIRM], by=by, now=now)

    _change("participant.confirmed", guest, write, version=version, by=by, now=now)


def undo_confirm(guest: Participant, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The guest has not confirmed after all."""

    def write(_: Booking) -> None:
        guest.confirmed_at = None

    _change("participant.confirm_undone", guest, write, version=version, by=by, now=now)


def arrive(guest: Participant, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The guest is here (来店). Refuses (NotPossible) before the day of the visit and once it is over."""

    def write(booking: Booking) -> None:
        _check_day(booking, now=now)
        _check_open(guest)
        guest.attendance, guest.arrived_at = Attendance.ARRIVED.value, guest.arrived_at or now

    _change("participant.arrived", guest, write, version=version, by=by, now=now)


def late(guest: Participant, minutes: int, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The guest will be, or was, so many minutes late (0 = on time). Refuses other numbers than 0 to 600."""
    if not 0 <= minutes <= MOST_LATE:
        raise Invalid(N_("Please enter the minutes as a number from 0 to 600."), field="minutes")

    def write(booking: Booking) -> None:
        _check_day(booking, now=now)
        guest.late_minutes = minutes

    _change("participant.late", guest, write, version=version, by=by, now=now)


def attend(guest: Participant, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The visit took place for this guest; takes the lead to counselled or trialled.

    Refuses (TooEarly) earlier than an hour before it starts.
    """

    def write(booking: Booking) -> None:
        check_may_begin(booking, now=now)
        guest.attendance, guest.arrived_at = Attendance.ATTENDED.value, guest.arrived_at or now

    _change("participant.attended", guest, write, version=version, by=by, now=now)


def no_show(guest: Participant, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The guest did not come and did not say so (無断キャンセル). Refuses before the visit has begun."""

    def write(booking: Booking) -> None:
        if now < booking.starts_at:
            raise NotPossible(NOT_BEGUN)
        guest.attendance, guest.arrived_at, guest.late_minutes = Attendance.NO_SHOW.value, None, 0

    _change("participant.no_show", guest, write, version=version, by=by, now=now)


def may_begin(starts_at: datetime, *, now: datetime) -> bool:
    """Whether a visit may be marked as attended and written up by now."""
    return now >= begins_from(starts_at)


def begins_from(starts_at: datetime) -> datetime:
    """The instant from which on a visit may be marked as attended and written up. Pure."""
    return starts_at - EARLY


def check_may_begin(booking: Booking, *, now: datetime) -> None:
    """Refuse (TooEarly) to begin a visit that is hours away, with the time from which on it can."""
    if not may_begin(booking.starts_at, now=now):
        zone = db.session.get_one(Studio, booking.studio_id).zone
        opens = local(begins_from(booking.starts_at), zone)
        raise TooEarly(day=opens.date(), time=f"{opens:%H:%M}")


def undo_arrive(guest: Participant, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The guest is not here yet after all."""

    def write(_: Booking) -> None:
        if guest.attendance == Attendance.ARRIVED:
            guest.attendance, guest.arrived_at = Attendance.EXPECTED.value, None

    _change("participant.arrive_undone", guest, write, version=version, by=by, now=now)


def undo_late(guest: Participant, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The guest is not late after all."""

    def write(_: Booking) -> None:
        guest.late_minutes = 0

    _change("participant.late_undone", guest, write, version=version, by=by, now=now)


def undo_attend(guest: Participant, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The visit has not taken place after all; the guest stays arrived. The lead goes back."""

    def write(_: Booking) -> None:
        if guest.attendance == Attendance.ATTENDED:
            guest.attendance = Attendance.ARRIVED.value

    _change("participant.attend_undone", guest, write, version=version, by=by, now=now)


def undo_no_show(guest: Participant, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """It was no no-show. The lead goes back to where it was."""

    def write(_: Booking) -> None:
        if guest.attendance == Attendance.NO_SHOW:
            guest.attendance = Attendance.EXPECTED.value

    _change("participant.no_show_undone", guest, write, version=version, by=by, now=now)


def receive_fee(
    guest: Participant,
    method: FeeMethod,
    *,
    amount_yen: int | None = None,
    version: int | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """The fee was paid: how, to whom, and how much if not the usual price.

    Refuses a negative amount, and (NotPossible) a visit that has no fee: one that is paid by a ticket, or free.
    """
    if amount_yen is not None and not 0 <= amount_yen <= 10_000_000:
        raise Invalid(N_("Please enter the amount in yen."), field="amount_yen")

    def write(booking: Booking) -> None:
        if not guest.fee_yen or db.session.get_one(Service, booking.service_id).uses_tickets:
            raise NotPossible(NO_FEE_DUE)
        guest.fee_yen = guest.fee_yen if amount_yen is None else amount_yen
        guest.fee_received_at, guest.fee_received_by = now, by.label
        guest.fee_method = FeeMethod(method).value

    _change("participant.fee_received", guest, write, version=version, by=by, now=now)


def undo_fee(guest: Participant, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The fee was not received after all."""

    def write(_: Booking) -> None:
        guest.fee_received_at, guest.fee_received_by, guest.fee_method = None, "", ""

    _change("participant.fee_undone", guest, write, version=version, by=by, now=now)


def _change(
    action: str,
    guest: Participant,
    write: Callable[[Booking], None],
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Write one thing about a guest of a booking that is not cancelled, and let booking and lead follow."""
    booking = db.session.get_one(Booking, guest.booking_id)
    lock(booking)
    db.session.refresh(guest, with_for_update={"key_share": True})
    check_version(guest.version, version)
    if booking.state not in (BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW):
        raise NotPossible
    before = row_values(guest, *AUDITED)
    write(booking)
    if row_values(guest, *AUDITED) == before:
        return
    guest.version += 1
    _follow(booking, by=by, now=now)
    db.session.flush()
    record(
        action, "booking", booking.id, person_id=guest.person_id, by=by, now=now,
        before=before, after=row_values(guest, *AUDITED),
    )  # fmt: skip


def _follow(booking: Booking, *, by: Actor, now: datetime) -> None:
    """Work out the booking's state from its guests; take tickets along, lead and tasks when the state changed."""
    service = db.session.get_one(Service, booking.service_id)
    db.session.flush()
    ticket_steps.after(booking, service, by=by, now=now)
    states = {guest.attendance for guest in guests_of(booking.id)}
    if Attendance.ATTENDED in states:
        state = BookingState.ATTENDED
    elif states == {Attendance.NO_SHOW}:
        state = BookingState.NO_SHOW
    else:
        state = BookingState.BOOKED
    if booking.state == state:
        return
    booking.state, booking.ended_at = state.value, None if state is BookingState.BOOKED else now
    db.session.flush()
    if state is BookingState.ATTENDED:
        lead_steps.after_attendance(booking, service, by=by, now=now)
    elif state is BookingState.NO_SHOW:
        lead_steps.after_no_show(booking, by=by, now=now)
    else:
        lead_steps.after_undo(booking, service, by=by, now=now)
    twice.reconcile(booking, service, by=by, now=now)


def _check_day(booking: Booking, *, now: datetime) -> None:
    zone = db.session.get_one(Studio, booking.studio_id).zone
    if local_date(now, zone) < local_date(booking.starts_at, zone):
        raise NotPossible(NOT_YET)


def _check_open(guest: Participant) -> None:
    if guest.attendance == Attendance.ATTENDED:
        raise NotPossible
