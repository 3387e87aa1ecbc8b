"""Notes between shifts: written in a line, taken note of in one tap, health only for the trainer it is for."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.submissions import first_use, keep_result
from backoffice.handover import actions, queries
from backoffice.handover.models import NoteKind
from backoffice.people.models import Person
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainer_of
from blueprints.bookings.offered import offered
from blueprints.bookings.reader import reading_trainer
from blueprints.handover.forms import KIND_WORDS, NoteForm
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name
from blueprints.support.forms import add_domain_error, options
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

handover = Blueprint("handover", __name__, url_prefix="/handover")


@handover.route("", methods=["GET", "POST"])
@permit(Permission.HANDOVER_EDIT)
def index() -> ResponseReturnValue:
    """The notes that wait (`show=all`: all of them), and a form for another; sent twice it is one note."""
    form = (
        NoteForm()
        if request.method == "POST"
        else NoteForm(data={"person_id": _asked_person()}, formdata=None)
    )
    form.trainer_id.choices = options(
        {"": _("Everyone"), **{one.id: own_name(one) for one in offered().trainers}}
    )
    if not form.validate_on_submit():
        return _page(form, status=422 if request.method == "POST" else 200)
    try:
        in_transaction(lambda: _write(form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(form, status=error.status)
    flash_done(_("The note is kept."))
    return redirect(url_for("handover.index"), 303)


@handover.post("/<int:note_id>/acknowledgement")
@permit(Permission.HANDOVER_EDIT)
def acknowledge(note_id: int) -> ResponseReturnValue:
    """Somebody has taken note; the toast takes it back."""
    with transaction():
        note = actions.acknowledge(current_studio().id, note_id, **_hands(), by=actor(), now=now())
    said = _("Noted by %(who)s.", who=note.done_by)
    if note.done_at == now():
        flash_undo(said, url_for("handover.reopen", note_id=note_id))
    else:  # somebody was quicker: theirs is not ours to take back
        flash_done(said)
    return redirect(url_for("handover.index"), 303)


@handover.post("/<int:note_id>/acknowledgement/undo")
@permit(Permission.HANDOVER_EDIT)
def reopen(note_id: int) -> ResponseReturnValue:
    """The note waits again."""
    with transaction():
        actions.open_again(current_studio().id, note_id, **_hands(), by=actor(), now=now())
    return redirect(url_for("handover.index"), 303)


@handover.post("/<int:note_id>/reading")
@permit(Permission.HANDOVER_EDIT)
def read(note_id: int) -> ResponseReturnValue:
    """What a health note says. A POST: each reading is recorded, and no address leads to it."""
    with transaction():
        reader = trainer_of(current_user.id)
        note = actions.read_health(current_studio().id, note_id, reader, by=actor(), now=now())
    person = bare_person(note.person_id) if note.person_id else None
    return render_template("handover/reading.html", note=note, person=person)


def _hands() -> dict[str, Any]:
    """Whose notes the acting person may take note of."""
    own = trainer_of(current_user.id)
    return {"own": None if own is None else own.id, "reads_all": reading_trainer() is None}


def _write(form: NoteForm) -> None:
    if not first_use(form.form_token.data, "handover", now=now()):
        return
    person = _person(form)
    actions.write_note(
        current_studio().id, form.body.data, kind=NoteKind(form.kind.data), day=form.day.data,
        trainer_id=form.trainer_id.data, person_id=None if person is None else person.id, by=actor(), now=now(),
    )  # fmt: skip
    keep_result(form.form_token.data, url_for("handover.index"))


def _page(form: NoteForm, *, status: int = 200) -> ResponseReturnValue:
    studio, with_done = current_studio(), request.args.get("show") == "all"
    before = request.args.get("before", type=int)
    rows = queries.notes(
        studio.id, with_done=with_done, before=before, reader=reading_trainer(), limit=queries.MOST + 1
    )
    own = trainer_of(current_user.id)
    page = render_template(
        "handover/index.html", form=form, rows=rows[: queries.MOST], with_done=with_done, kinds=KIND_WORDS,
        more=rows[queries.MOST - 1].id if len(rows) > queries.MOST else None, own=own, person=_person(form),
    )  # fmt: skip
    return page, status


def _person(form: NoteForm) -> Person | None:
    """Whom the note is about; nobody the writer has no business with."""
    asked = form.person_id.data or ""
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit()):
        raise NotFound
    check_visible(int(asked))
    return bare_person(int(asked))


def _asked_person() -> str:
    asked = request.args.get("person", "")
    return asked if asked.isascii() and asked.isdigit() and len(asked) < 19 else ""
