"""One booking at the desk: everything about it, moving it, cancelling it, and taking a cancel back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.bookings import actions, queries
from backoffice.bookings.models import Booking
from backoffice.bookings.refusals import NotFree, Slot
from backoffice.bookings.rules import length_of
from backoffice.core.clock import local
from backoffice.core.db import transaction
from backoffice.core.errors import DomainError, Refused
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainer_of
from blueprints.bookings.booking_page import AT_ONCE, OPEN, booking_page, resting
from blueprints.bookings.days import FARTHEST
from blueprints.bookings.desk import desk
from blueprints.bookings.desk_forms import CancelForm, MoveForm, read_instant, write_pick
from blueprints.bookings.free_times import waiver_of, wanted
from blueprints.bookings.offered import offered, trainer_choices
from blueprints.bookings.rest_lines import days_of, rest_line, tell_resting
from blueprints.bookings.ticket_lines import tell_without_ticket
from blueprints.bookings.words import (
    STATE_WORDS,
)
from blueprints.support.access import actor, may, permit
from blueprints.support.asking import wants_json
from blueprints.support.clock import now, today
from blueprints.support.filters import honorific, own_name, show_daytime
from blueprints.support.forms import add_domain_error
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error, flash_undo

STEP = timedelta(minutes=5)


@desk.get("/bookings/<int:booking_id>")
@permit(Permission.CALENDAR_VIEW)
def show(booking_id: int) -> ResponseReturnValue:
    """Everything about one booking. A trainer who does not work at the desk opens the own ones only."""
    booking = queries.booking(current_studio().id, booking_id)
    check_may_open(booking)
    return booking_page(
        booking, MoveForm(data=_held(booking), formdata=None), CancelForm(data=_held(booking), formdata=None)
    )


@desk.get("/bookings/<int:booking_id>/edit")
@permit(Permission.BOOKINGS_EDIT)
def edit(booking_id: int) -> ResponseReturnValue:
    """The booking in the calendar's dialog (a fragment), with the same powers as dragging it."""
    view = queries.booking_view(current_studio().id, booking_id)
    choices = offered()
    return render_template(
        "bookings/_edit.html", view=view, minutes=length_of(view.booking), is_open=view.booking.state in OPEN,
        names=honorific("・".join(guest.person.shown_name for guest in view.guests)), trainers=choices.trainers,
        rooms=choices.rooms, states=STATE_WORDS, resting=resting(view),
    )  # fmt: skip


@desk.post("/bookings/<int:booking_id>/time")
@permit(Permission.BOOKINGS_EDIT)
def move(booking_id: int) -> ResponseReturnValue:
    """Give a booking another time or trainer: from its page, or from the calendar (which asks for JSON)."""
    view = queries.booking_view(current_studio().id, booking_id)
    booking = view.booking
    if wants_json():
        return _moved_on_calendar(booking)
    form = MoveForm()
    form.trainer_id.choices = trainer_choices()
    if form.pick.data == AT_ONCE:
        form.pick.data = write_pick(Slot(_this_minute(), booking.trainer_id, None))
    cancel_form = CancelForm(data=_held(booking), formdata=None)
    if request.form.get("show") or not form.validate():
        return booking_page(booking, form, cancel_form, status=200 if request.form.get("show") else 422)
    before = booking.starts_at
    try:
        with transaction():
            pick = wanted(form, view.service, women_only=booking.wants_woman, instead_of=booking.id)
            actions.move(
                booking, starts_at=pick.starts_at, trainer_id=pick.trainer_id, room_id=pick.room_id,
                waiver=waiver_of(form), is_here=bool(form.is_here.data), tell=not form.is_here.data,
                version=form.version.data, by=actor(), now=now(),
            )  # fmt: skip
    except NotFree as error:
        return booking_page(booking, form, cancel_form, status=error.status, clash=error)
    except DomainError as error:
        add_domain_error(form, error)
        return booking_page(booking, form, cancel_form, status=error.status)
    if booking.starts_at != before:
        flash_done(_("Moved to %(when)s.", when=show_daytime(booking.starts_at)))
        _tell_about(booking.id)
    else:
        flash_done(_("Saved."))
    return redirect(url_for("desk.show", booking_id=booking_id), 303)


@desk.post("/bookings/<int:booking_id>/confirmation")
@permit(Permission.BOOKINGS_EDIT)
def confirm(booking_id: int) -> ResponseReturnValue:
    """Make a tentative booking a real one; the guest is told."""
    with transaction():
        actions.confirm_hold(
            queries.booking(current_studio().id, booking_id),
            version=request.form.get("version", type=int),
            by=actor(),
            now=now(),
        )
    flash_done(_("The booking is confirmed."))
    _tell_about(booking_id)
    return redirect(url_for("desk.show", booking_id=booking_id), 303)


@desk.post("/bookings/<int:booking_id>/cancellation")
@permit(Permission.BOOKINGS_EDIT)
def cancel(booking_id: int) -> ResponseReturnValue:
    """Call a booking off, by the guest or by the gym; the toast can take it back."""
    booking = queries.booking(current_studio().id, booking_id)
    form = CancelForm()
    move_form = MoveForm(data=_held(booking), formdata=None)
    if not form.validate():
        return booking_page(booking, move_form, form, status=422)
    try:
        with transaction():
            actions.cancel(
                booking, by_gym=form.by.data == "gym", reason=form.reason.data or "", version=form.version.data,
                tell=form.tell.data, by=actor(), now=now(),
            )  # fmt: skip
    except DomainError as error:
        add_domain_error(form, error)
        return booking_page(booking, move_form, form, status=error.status)
    flash_undo(_("The booking is cancelled."), url_for("desk.undo_cancel", booking_id=booking_id))
    return redirect(url_for("desk.show", booking_id=booking_id), 303)


@desk.post("/bookings/<int:booking_id>/cancellation/undo")
@permit(Permission.BOOKINGS_EDIT)
def undo_cancel(booking_id: int) -> ResponseReturnValue:
    """The booking stands again, if its time is still free."""
    booking = queries.booking(current_studio().id, booking_id)
    try:
        with transaction():
            actions.undo_cancel(booking, by=actor(), now=now())
    except DomainError as error:
        flash_error(say(error))
    else:
        flash_done(_("The booking stands again."))
    return redirect(url_for("desk.show", booking_id=booking_id), 303)


def _tell_about(booking_id: int) -> None:
    """Of whom there is no ticket, and who rests, now that the booking stands at its time."""
    view = queries.booking_view(current_studio().id, booking_id)
    guests = [guest.person for guest in view.guests]
    tell_without_ticket(guests, [booking_id])
    tell_resting(guests, [view.booking.starts_at])


def check_may_open(booking: Booking) -> None:
    """Refuse a trainer who does not work at the desk the bookings of others."""
    if may(Permission.BOOKINGS_EDIT):
        return
    own = trainer_of(current_user.id)
    if own is None or own.id != booking.trainer_id:
        raise Refused


def _moved_on_calendar(booking: Booking) -> ResponseReturnValue:
    """A drag: 200 with a sentence, or the refusal with who is in the way and the nearest free times."""
    starts_at = read_instant(request.form.get("starts_at", ""))
    if starts_at is None or abs(starts_at - now()) > FARTHEST:
        abort(400)
    try:
        with transaction():
            actions.move(
                booking, starts_at=starts_at, trainer_id=request.form.get("trainer_id", type=int),
                room_id=request.form.get("room_id", type=int), minutes=request.form.get("minutes", type=int),
                version=request.form.get("version", type=int), by=actor(), now=now(),
            )  # fmt: skip
    except NotFree as error:
        return jsonify(error=_told(error), nearest=[_offer(slot) for slot in error.nearest]), error.status
    except DomainError as error:
        return jsonify(error=say(error)), error.status
    view = queries.booking_view(current_studio().id, booking.id)
    rest = rest_line([guest.person for guest in view.guests], days_of([booking.starts_at]))
    said = [_("Moved to %(when)s.", when=show_daytime(booking.starts_at)), *rest.words]
    return jsonify(text=" ".join(said), version=booking.version)


def _this_minute() -> datetime:
    """Now, on the five minutes that bookings go by; a moment ago, as for any guest who sat down first."""
    return now() - (now() - datetime.min.replace(tzinfo=UTC)) % STEP


def _told(error: NotFree) -> str:
    """The refusal and who is in the way, as one text."""
    parts = [say(error)]
    who = {one.guests or one.reason for one in error.in_the_way if one.guests or one.reason}
    if who:
        parts.append(_("In the way: %(who)s.", who=", ".join(sorted(who))))
    return " ".join(parts)


def _offer(slot: Slot) -> dict[str, object]:
    """A free time as a button of the calendar sends it."""
    names = {trainer.id: own_name(trainer) for trainer in offered().trainers}
    label = f"{show_daytime(slot.starts_at)} {names[slot.trainer_id]}"
    return {
        "starts_at": slot.starts_at.isoformat(),
        "trainer_id": slot.trainer_id,
        "room_id": slot.room_id,
        "label": label,
    }


def _held(booking: Booking) -> dict[str, Any]:
    """What the forms of a booking begin with."""
    starts_at = local(booking.starts_at, current_studio().zone)
    return {
        "version": booking.version, "trainer_id": booking.trainer_id, "day": max(starts_at.date(), today()),
    }  # fmt: skip
