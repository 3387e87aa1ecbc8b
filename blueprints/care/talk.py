"""A trainer's side of check-ins: answer, mark as seen, open the words, send the page, agree on targets."""

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.care import check_ins, meals, plans, queries, replies
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use, keep_result
from backoffice.people.queries import bare_person
from backoffice.staff import sessions
from backoffice.staff.permissions import Permission
from blueprints.care.phrases import composed
from blueprints.care.plan_form import PlanForm, fresh_plan_form
from blueprints.clients.frame import frame
from blueprints.files.answers import file_answer
from blueprints.people.scope import check_own_guest
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error

care_talk = Blueprint("care_talk", __name__, url_prefix="/people/<int:person_id>/care")


@care_talk.post("/replies")
@permit(Permission.TRAINING_EDIT)
def reply(person_id: int) -> ResponseReturnValue:
    """Answer what was told: a phrase, own words, or both. Sent twice it is one answer."""
    check_own_guest(person_id)
    try:
        in_transaction(lambda: _reply(person_id))
        flash_done(_("Your answer goes out as a link."))
    except DomainError as error:
        flash_error(say(error))
    return _back(person_id)


@care_talk.post("/seen")
@permit(Permission.TRAINING_EDIT)
def seen(person_id: int) -> ResponseReturnValue:
    """What was told until the page was opened needs no answer."""
    check_own_guest(person_id)
    if (until := _until()) is not None:
        with transaction():
            check_ins.mark_seen(person_id, until=until, by=actor(), now=now())
    return _back(person_id)


@care_talk.post("/check-ins/<int:check_in_id>/reading")
@permit(Permission.TRAINING_EDIT)
def read(person_id: int, check_in_id: int) -> ResponseReturnValue:
    """What was told beside the numbers. A POST: each reading is recorded, and no address leads to it."""
    check_own_guest(person_id)
    with transaction():
        row = check_ins.read_words(current_studio().id, person_id, check_in_id, by=actor(), now=now())
    return render_template("care/words.html", row=row, has_meal=meals.is_shown(row), **frame(person_id))


@care_talk.get("/check-ins/<int:check_in_id>/meal")
@permit(Permission.TRAINING_EDIT)
def meal(person_id: int, check_in_id: int) -> ResponseReturnValue:
    """The photo itself; that it was opened is recorded."""
    check_own_guest(person_id)
    with transaction():
        file = meals.open_meal(current_studio().id, person_id, check_in_id, by=actor(), now=now())
    return file_answer(file)


@care_talk.post("/link")
@permit(Permission.TRAINING_EDIT)
def send_link(person_id: int) -> ResponseReturnValue:
    """Send the client their page."""
    check_own_guest(person_id)
    try:
        with transaction():
            replies.send_link(current_studio(), person_id, by=actor(), now=now())
        flash_done(_("The page is on its way."))
    except DomainError as error:
        flash_error(say(error))
    return _back(person_id)


@care_talk.post("/handover")
@permit(Permission.TRAINING_EDIT)
def hand_over(person_id: int) -> ResponseReturnValue:
    """The three questions on this tablet, for the guest: the trainer's own pages are locked from here on."""
    check_own_guest(person_id)
    with transaction():
        sessions.lock(current_user.session_id)
    return redirect(f"{queries.check_in_path(person_id, with_staff=current_user.id)}?short=1", 303)


@care_talk.route("/plan", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def plan(person_id: int) -> ResponseReturnValue:
    """Targets, what is asked besides the four questions, and the habits that are listed."""
    check_own_guest(person_id)
    form = PlanForm() if request.method == "POST" else fresh_plan_form(queries.plan_of(person_id))
    if not form.validate_on_submit():
        return _plan_page(person_id, form), 422 if form.errors else 200
    try:
        in_transaction(lambda: _plan(person_id, form))
    except DomainError as error:
        add_domain_error(form, error)
        return _plan_page(person_id, form), error.status
    flash_done(_("Targets and questions are kept."))
    return redirect(url_for("care.show", person_id=person_id), 303)


def _plan(person_id: int, form: PlanForm) -> None:
    plans.set_plan(
        current_studio(), person_id, form.targets(), form.questions.data or [], form.habits.data or [],
        seen=form.seen.data, by=actor(), now=now(),
    )  # fmt: skip


def _plan_page(person_id: int, form: PlanForm) -> str:
    return render_template("care/plan.html", form=form, **frame(person_id))


def _reply(person_id: int) -> None:
    token = request.form.get("form_token", "")
    if not first_use(token, "care_reply", now=now()):
        return
    words = composed(
        request.form.get("phrase", ""), request.form.get("words", ""), bare_person(person_id).language
    )
    replies.reply(current_studio(), person_id, words, until=_until(), by=actor(), now=now())
    keep_result(token, "")


def _until() -> datetime | None:
    """Until when the page showed what was told; None when it showed nothing."""
    try:
        moment = datetime.fromisoformat(request.form.get("until", "")[:40])
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _back(person_id: int) -> ResponseReturnValue:
    if request.form.get("from") == "queue":
        return redirect(url_for("care_queue.show"), 303)
    return redirect(url_for("care.show", person_id=person_id), 303)
