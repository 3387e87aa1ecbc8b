"""The link of whoever booked: see it, confirm, move, cancel. Opening it changes nothing; buttons do."""

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing.cancelling import if_cancelled
from backoffice.bookings import actions, attendance
from backoffice.bookings.queries import booking as find_booking
from backoffice.bookings.refusals import NotFree, Slot
from backoffice.bookings.rules import broken_rules, length_of
from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from blueprints.bookings.cancel_words import house_words, price_for_guest
from blueprints.bookings.slot_picker import (
    Wish,
    chosen_start,
    nearest_offers,
    read_start,
    read_wish,
    show_picker,
    slot_at,
    write_start,
)
from blueprints.bookings.visit_forms import CancelForm, MoveForm
from blueprints.bookings.visit_page import Visit, explain_gone_links, fee_of, read_visit
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.filters import iso_day
from blueprints.support.language import say
from blueprints.support.limits import limiter
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

manage = Blueprint("manage", __name__, url_prefix="/manage/<token>")
explain_gone_links(manage)

POSTS = "20 per minute"


@manage.get("")
@link_holder("manage")
def show(token: str) -> str:
    """The booking: when, where, what to bring, and what may still be changed."""
    return _page(read_visit(token), token)


@manage.post("/confirmation")
@link_holder("manage")
@limiter.limit(POSTS)
def confirm(token: str) -> ResponseReturnValue:
    """Say "I am coming". Twice is the same as once."""
    visit = read_visit(token)
    try:
        in_transaction(lambda: attendance.confirm(visit.guest, by=_holder(visit), now=now()))
    except DomainError as error:
        return _page(read_visit(token), token, refusal=say(error)), error.status
    flash_done(_("Thank you. We look forward to seeing you."))
    return redirect(url_for("manage.show", token=token), code=303)


@manage.get("/move")
@link_holder("manage")
def move(token: str) -> ResponseReturnValue:
    """Other free times; once one is chosen (`at=`), old and new time side by side with the button."""
    visit = read_visit(token)
    if not visit.may_move:
        return redirect(url_for("manage.show", token=token))
    starts_at = read_start(request.args.get("at"))
    if starts_at is None or _slot(visit, _wish(visit), starts_at) is None:
        return _picker_page(visit, token, taken=starts_at)
    return _move_page(MoveForm(version=visit.booking.version), visit, token, starts_at)


@manage.post("/move")
@link_holder("manage")
@limiter.limit(POSTS)
def send_move(token: str) -> ResponseReturnValue:
    """Move the booking to the chosen time; three others are offered when it has gone meanwhile."""
    visit, form = read_visit(token), MoveForm()
    wish, starts_at = chosen_start(instead_of=visit.booking.id)
    if starts_at is None:
        return redirect(url_for("manage.move", token=token))
    if not form.validate_on_submit():
        return _move_page(form, visit, token, starts_at), 422
    slot = _slot(visit, wish, starts_at)
    trainer_id = slot.trainer_id if slot else visit.booking.trainer_id
    try:
        in_transaction(lambda: _move(visit, starts_at, trainer_id, form.version.data))
    except DomainError as error:
        visit = read_visit(token)
        if isinstance(error, NotFree) and visit.may_move:
            return _move_page(form, visit, token, starts_at, refusal=error), error.status
        return _page(visit, token, refusal=say(error)), error.status
    flash_done(_("Your booking has been moved."))
    return redirect(url_for("manage.show", token=token), code=303)


@manage.get("/cancel")
@link_holder("manage")
def cancel(token: str) -> ResponseReturnValue:
    """Ask once more before cancelling."""
    visit = read_visit(token)
    if not visit.may_cancel:
        return redirect(url_for("manage.show", token=token))
    form = CancelForm(version=visit.booking.version)
    return _cancel_page(form, visit, token)


@manage.post("/cancel")
@link_holder("manage")
@limiter.limit(POSTS)
def send_cancel(token: str) -> ResponseReturnValue:
    """Cancel within the deadline. A cancelled booking stays cancelled, however often this is sent."""
    visit, form = read_visit(token), CancelForm()
    if visit.is_cancelled:
        return redirect(url_for("manage.show", token=token), code=303)
    if not form.validate_on_submit():
        if not visit.may_cancel:  # what it costs is said of a cancel in time
            return redirect(url_for("manage.show", token=token), code=303)
        return _cancel_page(form, visit, token), 422
    try:
        in_transaction(lambda: _cancel(visit, form.reason.data or "", form.version.data))
    except DomainError as error:
        return _page(read_visit(token), token, refusal=say(error)), error.status
    return redirect(url_for("manage.show", token=token), code=303)


def _page(visit: Visit, token: str, *, refusal: str = "") -> str:
    costs = house_words(visit.service, visit.booking.starts_at) if visit.is_ahead else []
    return render_template(
        "bookings/manage.html", visit=visit, token=token, refusal=refusal, costs=costs, fee=fee_of(visit)
    )


def _cancel_page(form: CancelForm, visit: Visit, token: str) -> str:
    """Asks once more, and says what it costs the guest whose link it is; nothing of the other guest of a pair."""
    outcomes = if_cancelled(visit.booking, visit.service, now=now())
    own = next(one for one in outcomes.by_guest if one.participant_id == visit.guest.id)
    return render_template(
        "bookings/manage_cancel.html", visit=visit, token=token, form=form, price=price_for_guest(own)
    )


def _picker_page(visit: Visit, token: str, *, taken: datetime | None) -> str:
    wish = _wish(visit)
    is_now = taken == visit.booking.starts_at
    near = {} if "from" in request.args else {"day": iso_day(taken or visit.booking.starts_at)}
    values = {**near, **request.args}
    picker = show_picker(
        visit.service, wish, values, endpoint="manage.move", chosen="manage.move", fixed={"token": token}
    )
    return render_template(
        "bookings/manage_slots.html", visit=visit, token=token, picker=picker, taken=None if is_now else taken,
        was_never_free=taken is not None and _is_never_free(visit, wish, taken),
    )  # fmt: skip


def _move_page(
    form: MoveForm, visit: Visit, token: str, starts_at: datetime, *, refusal: NotFree | None = None
) -> str:
    wish = _wish(visit)
    slot = _slot(visit, wish, starts_at)
    trainer = next((one for one in wish.trainers if slot and one.id == slot.trainer_id), visit.trainer)
    return render_template(
        "bookings/manage_move.html",
        form=form,
        visit=visit,
        starts_at=starts_at,
        trainer=trainer,
        action=url_for("manage.send_move", token=token, at=write_start(starts_at), **wish.values()),
        back=url_for("manage.move", token=token, day=iso_day(starts_at), **wish.values()),
        refusal=refusal and say(refusal),
        nearest=nearest_offers(refusal, wish) if refusal else [],
    )


def _wish(visit: Visit) -> Wish:
    booking = visit.booking
    return read_wish(request.args, instead_of=booking.id, held=(booking.starts_at, booking.trainer_id))


def _is_never_free(visit: Visit, wish: Wish, starts_at: datetime) -> bool:
    """Whether a time is outside of the hours, over, or too soon: nobody has taken it."""
    return bool(
        broken_rules(
            current_studio(), visit.service, wish.trainer_id or visit.booking.trainer_id, starts_at,
            minutes=length_of(visit.booking), walk_in=False, now=now(),
        )
    )  # fmt: skip


def _slot(visit: Visit, wish: Wish, starts_at: datetime) -> Slot | None:
    return slot_at(visit.service, wish, starts_at, rather=visit.booking.trainer_id)


def _move(visit: Visit, starts_at: datetime, trainer_id: int, version: int | None) -> None:
    actions.move(
        find_booking(visit.booking.studio_id, visit.booking.id),
        starts_at=starts_at,
        trainer_id=trainer_id,
        version=version,
        by_client=True,
        by=_holder(visit),
        now=now(),
    )


def _cancel(visit: Visit, reason: str, version: int | None) -> None:
    booking = find_booking(visit.booking.studio_id, visit.booking.id)
    actions.cancel(
        booking, by_gym=False, by_client=True, reason=reason, version=version, by=_holder(visit), now=now()
    )


def _holder(visit: Visit) -> Actor:
    return Actor("link", visit.guest.id, "link holder")
