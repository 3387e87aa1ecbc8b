"""Swaps of shifts: asked by a trainer for an own day, answered by the other, decided by a manager."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound, Refused
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.shifts import swaps as actions
from backoffice.shifts.hours_text import read_hours
from backoffice.shifts.models import ShiftSwap, SwapState
from backoffice.shifts.outside import within
from backoffice.shifts.queries import swap_of, swaps
from backoffice.shifts.swap_moves import moves_of
from backoffice.staff.models import Trainer
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import all_trainers
from backoffice.staff.trainers import trainer as find_trainer
from blueprints.bookings.days import asked_day
from blueprints.bookings.offered import offered
from blueprints.bookings.reader import reading_trainer
from blueprints.shifts.blueprint import shifts
from blueprints.shifts.forms import SwapForm
from blueprints.shifts.words import month_key, span_words
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name
from blueprints.support.forms import add_domain_error, options
from blueprints.support.kept import kept
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error

STATES = {
    SwapState.ASKED: _l("waits for an answer"),
    SwapState.ACCEPTED: _l("waits for approval"),
    SwapState.DECLINED: _l("turned down"),
    SwapState.APPROVED: _l("approved"),
    SwapState.REFUSED: _l("not approved"),
    SwapState.WITHDRAWN: _l("withdrawn"),
}
PILLS = {
    SwapState.ASKED: "tone-yama", SwapState.ACCEPTED: "tone-kaki", SwapState.DECLINED: "tone-nezu",
    SwapState.APPROVED: "tone-matsu", SwapState.REFUSED: "tone-beni", SwapState.WITHDRAWN: "tone-nezu",
}  # fmt: skip


@shifts.get("/swaps")
@permit(Permission.CALENDAR_VIEW)
def all_swaps() -> ResponseReturnValue:
    """The newest requests; a trainer sees the own."""
    rows = swaps(current_studio().id, trainer_id=reading_trainer())
    return render_template("shifts/swaps.html", rows=rows, own=own_trainer(), **words_of_swaps())


@shifts.route("/swaps/new", methods=["GET", "POST"])
@permit(Permission.SHIFTS_ASK)
def new_swap() -> ResponseReturnValue:
    """Ask a colleague to take hours of an own day, perhaps for a whole day in return."""
    own = _own()
    form = SwapForm() if request.method == "POST" else SwapForm(data={"day": asked_day()}, formdata=None)
    colleagues = [one for one in offered().trainers if one.id != own.id and one.staff_id]
    form.other_id.choices = options({one.id: own_name(one) for one in colleagues})
    if not form.validate_on_submit():
        return _form_page(form, status=422 if request.method == "POST" else 200)
    try:
        in_transaction(lambda: _ask(form, own))
    except DomainError as error:
        add_domain_error(form, error)
        return _form_page(form, status=error.status)
    flash_done(_("Asked. Nothing changes before a manager approves."))
    return redirect(result_of(str(form.form_token.data)) or url_for("shifts.all_swaps"), 303)


@shifts.get("/swaps/<int:swap_id>")
@permit(Permission.CALENDAR_VIEW)
def show_swap(swap_id: int) -> ResponseReturnValue:
    """One request: who gives what to whom, the bookings in that time, and the buttons of whoever has to answer."""
    reader = reading_trainer()
    swap = swap_of(current_studio().id, swap_id, trainer_id=reader)
    own = own_trainer()
    rows = within(current_studio(), moves_of(swap), now=now(), trainer_id=reader)
    return render_template(
        "shifts/swap.html", swap=swap, moves=moves_of(swap), rows=rows, own=own.id if own else None,
        month_key=month_key(swap.day), **words_of_swaps(),
    )  # fmt: skip


@shifts.post("/swaps/<int:swap_id>/answer")
@permit(Permission.SHIFTS_ASK)
def answer_swap(swap_id: int) -> ResponseReturnValue:
    """The colleague accepts or declines; whoever asked takes it back (`do`)."""
    swap_of(current_studio().id, swap_id, trainer_id=None)
    own, pressed = _own(), request.form.get("do", "")
    given: dict[str, Any] = {"version": request.form.get("version", type=int), "by": actor(), "now": now()}
    if pressed == "withdraw":
        return _done(
            swap_id,
            lambda: actions.withdraw(current_studio(), swap_id, own.id, **given),
            _("The request is withdrawn."),
        )
    accepts = pressed == "accept"
    told = _("Accepted. A manager decides next.") if accepts else _("Declined.")
    return _done(swap_id, lambda: actions.answer(current_studio(), swap_id, own.id, accepts, **given), told)


@shifts.post("/swaps/<int:swap_id>/decision")
@permit(Permission.SHIFTS_EDIT)
def decide_swap(swap_id: int) -> ResponseReturnValue:
    """A manager approves or refuses (`do`) with a word."""
    swap_of(current_studio().id, swap_id, trainer_id=None)
    approves = request.form.get("do") == "approve"
    told = _("Approved: the table is changed.") if approves else _("Refused.")

    def decide() -> ShiftSwap:
        return actions.decide(
            current_studio(), swap_id, approves, word=request.form.get("word", "")[:500],
            version=request.form.get("version", type=int), by=actor(), now=now(),
        )  # fmt: skip

    return _done(swap_id, decide, told)


def own_trainer() -> Trainer | None:
    """The profile in the calendar of whoever signed in; managers may have one as well."""
    return next((one for one in offered().trainers if one.staff_id == current_user.id), None)


def words_of_swaps() -> dict[str, Any]:
    """What templates need to say a request."""
    everyone = kept("all trainers", lambda: all_trainers(current_studio().id))
    return {
        "swap_states": STATES,
        "swap_pills": PILLS,
        "names": {one.id: own_name(one) for one in everyone},
        "moves_of": moves_of,
        "spans": span_words,
    }


def _done(swap_id: int, act: Any, told: str) -> ResponseReturnValue:
    """Back to the request, with what was done or why not."""
    try:
        in_transaction(act)
        flash_done(told)
    except NotFound:
        raise
    except DomainError as error:
        flash_error(say(error))
    return redirect(url_for("shifts.show_swap", swap_id=swap_id), 303)


def _own() -> Trainer:
    """The trainer who signed in; an account without a profile in the calendar has no shifts to swap."""
    own = own_trainer()
    if own is None:
        raise Refused
    return own


def _ask(form: SwapForm, own: Trainer) -> None:
    token = str(form.form_token.data)
    if not first_use(token, "shift_swap", now=now()):
        return
    swap = actions.ask(
        current_studio(), own, find_trainer(current_studio().id, form.other_id.data), form.day.data,
        spans=read_hours(form.hours.data or ""), back_day=form.back_day.data, note=form.note.data or "",
        by=actor(), now=now(),
    )  # fmt: skip
    keep_result(token, url_for("shifts.show_swap", swap_id=swap.id))


def _form_page(form: SwapForm, *, status: int) -> ResponseReturnValue:
    day = form.day.data if isinstance(form.day.data, date) else asked_day()
    return render_template("shifts/new_swap.html", form=form, month_key=month_key(day)), status
