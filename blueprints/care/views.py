"""CARE of one person: notes with their outcomes."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.care import notes, queries
from backoffice.care.measures import Extra
from backoffice.care.models import Outcome, Topic
from backoffice.care.standing_out import look_at
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use, keep_result, new_token
from backoffice.files.agreed import may_be_shown
from backoffice.staff.permissions import Permission
from blueprints.care.forms import NoteForm
from blueprints.care.phrases import PHRASES
from blueprints.care.telling import told_by
from blueprints.care.words import HABIT_WORDS, MEASURE_WORDS, OUTCOME_WORDS, TOPIC_WORDS, answer_word, why
from blueprints.clients.frame import frame
from blueprints.people.scope import check_own_guest
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.forms import add_domain_error
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

care = Blueprint("care", __name__, url_prefix="/people/<int:person_id>/care")

USUAL_TIME = timedelta(days=7)


@dataclass(frozen=True)
class Unsaved:
    """An outcome that was refused: for which note, what was typed, and why."""

    note_id: int
    words: str
    error: str


@care.route("", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def show(person_id: int) -> ResponseReturnValue:
    """The open notes and what became of the others; a POST keeps another note, once however often it is sent."""
    check_own_guest(person_id)
    form = NoteForm() if request.method == "POST" else _fresh()
    if not form.validate_on_submit():
        return _page(person_id, form), 422 if form.errors else 200
    try:
        in_transaction(lambda: _write(person_id, form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(person_id, form), error.status
    flash_done(_("The CARE note is kept."))
    return redirect(url_for("care.show", person_id=person_id), 303)


@care.post("/notes/<int:care_note_id>/outcome")
@permit(Permission.TRAINING_EDIT)
def close(person_id: int, care_note_id: int) -> ResponseReturnValue:
    """What became of a note; without an outcome it stays open. The toast takes it back.

    `card`: the session card on which it was asked, to which it leads back.
    """
    check_own_guest(person_id)
    words = request.form.get("words", "")
    try:
        with transaction():
            notes.close_note(
                current_studio().id, person_id, care_note_id, _outcome(), words,
                version=request.form.get("version", type=int) or 0, by=actor(), now=now(),
            )  # fmt: skip
    except DomainError as error:
        if error.status == 404:
            raise
        return _page(person_id, _fresh(), unsaved=Unsaved(care_note_id, words, say(error))), error.status
    flash_undo(
        _("The outcome is kept."), url_for("care.reopen", person_id=person_id, care_note_id=care_note_id)
    )
    asked_on = request.form.get("card", type=int)
    if asked_on:
        return redirect(url_for("session_logs.card", participant_id=asked_on), 303)
    return redirect(url_for("care.show", person_id=person_id), 303)


@care.post("/notes/<int:care_note_id>/outcome/undo")
@permit(Permission.TRAINING_EDIT)
def reopen(person_id: int, care_note_id: int) -> ResponseReturnValue:
    """The note is open again."""
    check_own_guest(person_id)
    with transaction():
        notes.reopen_note(current_studio().id, person_id, care_note_id, by=actor(), now=now())
    return redirect(url_for("care.show", person_id=person_id), 303)


def _outcome() -> Outcome | None:
    chosen = request.form.get("outcome", "")
    return Outcome(chosen) if chosen in set(Outcome) else None


def _write(person_id: int, form: NoteForm) -> None:
    token = str(form.form_token.data)
    if not first_use(token, "care_note", now=now()):
        return
    notes.write_note(
        current_studio(), person_id, Topic(form.topic.data), advice=form.advice.data or "",
        target=form.target.data or "", noticed=form.noticed.data or "", due_on=form.due_on.data, by=actor(), now=now(),
    )  # fmt: skip
    keep_result(token, url_for("care.show", person_id=person_id))


def _fresh() -> NoteForm:
    return NoteForm(formdata=None, data={"topic": Topic.SLEEP.value, "due_on": today() + USUAL_TIME})


def _page(person_id: int, form: NoteForm, *, unsaved: Unsaved | None = None) -> str:
    found, plan = queries.notes_of(person_id), queries.plan_of(person_id)
    return render_template(
        "care/show.html",
        form=form,
        waiting=[note for note in found if note.closed_at is None],
        closed=[note for note in found if note.closed_at is not None],
        topics=TOPIC_WORDS,
        outcomes=OUTCOME_WORDS,
        unsaved=unsaved,
        plan=plan,
        look=look_at(person_id, today()),
        today=today(),
        telling=told_by(person_id, plan, today()),
        replies=queries.replies_to(person_id),
        is_photo_missing_consent=Extra.MEAL in plan.extras and not may_be_shown(person_id),
        why=why,
        measures=MEASURE_WORDS,
        answer_word=answer_word,
        habits=HABIT_WORDS,
        phrases=PHRASES,
        new_token=new_token,
        **frame(person_id),
    )
