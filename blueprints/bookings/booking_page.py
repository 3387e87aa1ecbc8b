"""The page of one booking at the desk: who comes, what is paid, other times, and what cancelling would cost."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from backoffice.billing.cancelling import Outcome, if_cancelled
from backoffice.billing.standing_fees import visit_fees
from backoffice.bookings import queries
from backoffice.bookings.attendance import begins_from, may_begin
from backoffice.bookings.models import CANCELLED_STATES, Booking, BookingState
from backoffice.bookings.queries import BookingView
from backoffice.bookings.refusals import NotFree
from backoffice.choices.queries import open_for_booking
from backoffice.core.clock import local_date
from backoffice.memberships.resting import Rest, rests
from backoffice.session_logs.first_visit import first_visits
from backoffice.staff.audit_trail import TrailFilter, trail
from backoffice.staff.permissions import Permission
from blueprints.bookings.cancel_words import price_by_gym, price_of
from blueprints.bookings.days import FARTHEST
from blueprints.bookings.desk_forms import CancelForm, MoveForm
from blueprints.bookings.free_times import free_times
from blueprints.bookings.offered import trainer_choices
from blueprints.bookings.rest_lines import rest_line
from blueprints.bookings.words import (
    ATTENDANCE_WORDS,
    CHANNEL_WORDS,
    LATE_CHOICES,
    METHOD_WORDS,
    STATE_WORDS,
    UNDO_OF,
)
from blueprints.messaging.lines import lines_about
from blueprints.staff import audit_words
from blueprints.studio.forms import KIND_WORDS
from blueprints.support.access import may
from blueprints.support.clock import now, today
from blueprints.support.filters import honorific
from blueprints.support.language import say
from blueprints.support.studio import current_studio

OPEN = (BookingState.HELD, BookingState.BOOKED)
AT_ONCE = "now"
"""Picked instead of a free time: the guest is here, and the booking is moved to now."""


def booking_page(
    booking: Booking,
    form: MoveForm,
    cancel_form: CancelForm,
    *,
    status: int = 200,
    clash: NotFree | None = None,
) -> ResponseReturnValue:
    """The page with both forms, and with who or what is in the way of a move."""
    view = queries.booking_view(booking.studio_id, booking.id)
    page = render_template(
        "bookings/booking.html",
        booking=booking, view=view, form=form, cancel_form=cancel_form, clash=clash,
        said=say(clash) if clash else "", moving=True, AT_ONCE=AT_ONCE,
        states=STATE_WORDS, attendances=ATTENDANCE_WORDS, channels=CHANNEL_WORDS, methods=METHOD_WORDS,
        kinds=KIND_WORDS, late_choices=LATE_CHOICES, undo_of=UNDO_OF, words=audit_words,
        here=url_for("desk.show", booking_id=booking.id),
        resting=resting(view), first_visits=first_visits(booking.id),
        fees=visit_fees([guest.participant.id for guest in view.guests if guest.participant.fee_yen]),
        **_when(booking), **_for_the_desk(view, form),
        **(lines_about(booking_id=booking.id) if may(Permission.MESSAGES_VIEW) else {}),
    )  # fmt: skip
    return page, status


def resting(view: BookingView) -> dict[int, Rest]:
    """Which guests rest or leave, and when."""
    return rests([guest.person.id for guest in view.guests], today=today())


def _when(booking: Booking) -> dict[str, Any]:
    """Where the booking stands in the day."""
    return {
        "today": today(),
        "is_day": today() >= local_date(booking.starts_at, current_studio().zone),
        "has_begun": now() >= booking.starts_at,
        "may_begin": may_begin(booking.starts_at, now=now()),
        "begins_from": begins_from(booking.starts_at),
        "is_cancelled": booking.state in CANCELLED_STATES,
    }


def _for_the_desk(view: BookingView, form: MoveForm) -> dict[str, Any]:
    """What only who changes bookings reads: other times, what cancelling would cost, times sent, and what happened."""
    edits, is_open = may(Permission.BOOKINGS_EDIT), view.booking.state in OPEN
    form.trainer_id.choices = trainer_choices()
    times = rest = None
    if edits and is_open:
        times = free_times(
            view.service, _day(form), form.trainer_id.data, instead_of=view.booking.id, chosen=form.pick.data or ""
        )  # fmt: skip
        rest = rest_line([guest.person for guest in view.guests], times.days)
    return {
        "edits": edits, "is_open": is_open, "times": times, "rest": rest,
        "prices": _prices(view) if edits and is_open else None,
        "open_choices": open_for_booking(view.booking.id) if edits else [],
        "trail": trail(TrailFilter(subject_kinds=["booking"], subject_id=view.booking.id)) if edits else [],
    }  # fmt: skip


def _day(form: MoveForm) -> date:
    """The day whose times are shown: today for none, and for one out of reach."""
    return form.day.data if form.day.data and abs(form.day.data - today()) < FARTHEST else today()


def _prices(view: BookingView) -> dict[str, list[tuple[str, str]]]:
    """What cancelling now does, by whom it is called off: each guest (named in a pair) and the sentences."""
    names = {guest.person.id: honorific(guest.person.shown_name) for guest in view.guests}
    is_pair = len(names) > 1
    price = if_cancelled(view.booking, view.service, now=now())

    def said(outcomes: list[Outcome], words: Callable[[Outcome], Sequence[str]]) -> list[tuple[str, str]]:
        return [(names[one.person_id] if is_pair else "", " ".join(words(one))) for one in outcomes]

    return {"client": said(price.by_guest, price_of), "gym": said(price.by_gym, price_by_gym)}
