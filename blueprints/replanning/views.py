"""The desk's side: report who is away, see whom it hits with their phones, propose, settle by phone, call off."""

from datetime import time, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from backoffice.bookings.refusals import Slot
from backoffice.core.clock import at_local
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.messaging.reach import Way
from backoffice.replanning import actions, queries
from backoffice.replanning.proposals import Reason
from backoffice.replanning.queries import UNSETTLED, Outcome
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainer as find_trainer
from blueprints.bookings.days import asked_day
from blueprints.bookings.desk_forms import read_pick, write_pick
from blueprints.bookings.offered import offered
from blueprints.messaging.ahead import reached
from blueprints.replanning.forms import AbsenceForm
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name, show_daytime
from blueprints.support.forms import add_domain_error, options
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error

replanning = Blueprint("replanning", __name__, url_prefix="/absences")

REASONS = {
    Reason.KNOWN_TRAINER: _l("same time, a trainer the guest knows"),
    Reason.FREE_TRAINER: _l("same time, another trainer"),
    Reason.SAME_TRAINER: _l("same trainer, nearest time"),
    Reason.NEAREST: _l("nearest free time"),
}
OUTCOMES = {
    Outcome.OPEN: _l("to be settled"),
    Outcome.SENT: _l("waiting for an answer"),
    Outcome.DECLINED: _l("none suits: please call"),
    Outcome.MOVED: _l("moved"),
    Outcome.CANCELLED: _l("cancelled"),
    Outcome.KEPT: _l("takes place"),
}
PILLS = {
    Outcome.OPEN: "tone-kaki", Outcome.SENT: "tone-yama", Outcome.DECLINED: "tone-beni", Outcome.MOVED: "tone-matsu",
    Outcome.CANCELLED: "tone-nezu", Outcome.KEPT: "tone-ai",
}  # fmt: skip


@replanning.route("/new", methods=["GET", "POST"])
@permit(Permission.BOOKINGS_EDIT)
def new() -> ResponseReturnValue:
    """A trainer cannot come: keep it and see whom it hits."""
    form = AbsenceForm() if request.method == "POST" else AbsenceForm(data=_asked(), formdata=None)
    form.trainer_id.choices = options({one.id: own_name(one) for one in offered().trainers})
    if not form.validate_on_submit():
        return render_template("replanning/new.html", form=form), 422 if request.method == "POST" else 200
    try:
        in_transaction(lambda: _report(form))
    except DomainError as error:
        add_domain_error(form, error)
        return render_template("replanning/new.html", form=form), error.status
    return redirect(result_of(str(form.form_token.data)) or url_for("today.show"), 303)


@replanning.get("/<int:time_off_id>")
@permit(Permission.BOOKINGS_EDIT)
def show(time_off_id: int) -> ResponseReturnValue:
    """Every booking that is hit: phones first, then what can be proposed and why."""
    absence, trainer = queries.time_off(current_studio().id, time_off_id)
    hits = queries.hits_of(current_studio(), absence, now=now())
    return render_template(
        "replanning/show.html", absence=absence, trainer=trainer, hits=hits, reasons=REASONS, outcomes=OUTCOMES,
        pills=PILLS, value=write_pick, names={one.id: own_name(one) for one in offered().trainers},
        reach=reached(queries.sends(hits, now=now())), ways=Way,
        left=sum(hit.outcome in UNSETTLED for hit in hits), unsettled=UNSETTLED,
    )  # fmt: skip


@replanning.post("/<int:time_off_id>/hits")
@permit(Permission.BOOKINGS_EDIT)
def look_again(time_off_id: int) -> ResponseReturnValue:
    """List what the absence hits by now as well."""
    absence, trainer = queries.time_off(current_studio().id, time_off_id)
    with transaction():
        actions.list_hits(absence, trainer, now=now())
    return redirect(url_for("replanning.show", time_off_id=time_off_id), 303)


@replanning.post("/bookings/<int:replan_id>")
@permit(Permission.BOOKINGS_EDIT)
def settle(replan_id: int) -> ResponseReturnValue:
    """Send the times, take one that was agreed by phone, or call the booking off."""
    replan, booking = queries.replan_of(current_studio().id, replan_id)
    try:
        done = in_transaction(lambda: _settle(replan, request.form.get("do", "")))
        flash_done(done)
    except DomainError as error:
        flash_error(say(error))
    return redirect(f"{url_for('replanning.show', time_off_id=replan.time_off_id)}#b{booking.id}", 303)


def _asked() -> dict[str, object]:
    """The day (`day=`) and the trainer (`trainer=`) the form begins with."""
    return {"day": asked_day(), "trainer_id": request.args.get("trainer", type=int)}


def _report(form: AbsenceForm) -> None:
    token, studio = str(form.form_token.data), current_studio()
    if not first_use(token, "absence", now=now()):
        return
    trainer = find_trainer(studio.id, form.trainer_id.data)
    starts_at = at_local(form.day.data, form.from_clock.data or time.min, studio.zone)
    whole_day = at_local(form.day.data + timedelta(days=1), time.min, studio.zone)
    until = form.until_clock.data
    ends_at = whole_day if until is None else at_local(form.day.data, until, studio.zone)
    absence = actions.report_absence(trainer, starts_at, ends_at, by=actor(), now=now())
    keep_result(token, url_for("replanning.show", time_off_id=absence.id))


def _settle(replan: queries.Replan, what: str) -> str:
    if what == "cancel":
        actions.call_off(replan, by=actor(), now=now())
        return _("The booking is cancelled.")
    picks = [pick for value in request.form.getlist("pick")[:3] if (pick := read_pick(value)) is not None]
    slots = [Slot(*pick) for pick in picks]
    if what == "agreed" and slots:
        booking = actions.settle(replan, slots[0], by=actor(), now=now())
        return _("Moved to %(when)s.", when=show_daytime(booking.starts_at))
    sent = actions.propose(replan, slots, by=actor(), now=now())
    return ngettext("%(num)s message is on its way.", "%(num)s messages are on their way.", sent)
