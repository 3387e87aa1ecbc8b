"""A fee that came in before the visit, and the visit is cancelled: somebody of the desk is asked to pay it back."""

from datetime import datetime

from backoffice.bookings.models import Booking, BookingState
from backoffice.bookings.queries import guests_of
from backoffice.core.audit import Actor
from backoffice.core.language import N_
from backoffice.todos.actions import add_todo, drop_for_booking
from backoffice.todos.models import TodoKind

TITLE = N_("Fee received, visit cancelled: please pay it back or find a new date")


def after_cancelling(booking: Booking, *, by: Actor, now: datetime) -> None:
    """One task for each guest who paid. A late cancel asks for none: whether it goes back is the house's word."""
    if booking.state == BookingState.LATE_CANCELLED:
        return
    for guest in guests_of(booking.id):
        if guest.fee_received_at is not None and guest.fee_yen:
            add_todo(
                TodoKind.FEE_BACK, TITLE, studio_id=booking.studio_id, booking_id=booking.id,
                person_id=guest.person_id, due_at=now, by=by, now=now,
            )  # fmt: skip


def after_undo(booking: Booking, *, by: Actor, now: datetime) -> None:
    """The visit stands again, and so does the fee."""
    drop_for_booking(booking.id, [TodoKind.FEE_BACK], by=by, now=now)
