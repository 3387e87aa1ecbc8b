"""The client's sheet: what a trainer must know in a minute, the texts on a tap, saved without losing a word."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.clients.models import Wish
from backoffice.clients.records import TEXTS, Record, note_reading, save_record
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError, Stale
from backoffice.reports.client_brief import brief_of
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainer_of
from blueprints.bookings.words import ATTENDANCE_WORDS
from blueprints.care.words import TOPIC_WORDS
from blueprints.clients.forms import RecordForm
from blueprints.clients.frame import frame
from blueprints.clients.words import WISH_WORDS
from blueprints.exercises.words import prescription
from blueprints.incidents.words import KIND_WORDS, REGION_WORDS
from blueprints.people.scope import check_own_guest
from blueprints.screening.words import VERDICT_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

clients = Blueprint("clients", __name__, url_prefix="/people/<int:person_id>")


@clients.route("/record", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def record(person_id: int) -> ResponseReturnValue:
    """What to know first, without what is about health: a guest may stand beside the screen. A POST saves the sheet.

    After somebody else's change nothing is written: both texts are shown.
    """
    check_own_guest(person_id)
    if request.method == "GET":
        return _page(person_id)
    form = RecordForm()
    if not form.validate():
        return _opened(person_id, form, 422)
    try:
        in_transaction(lambda: _save(person_id, form))
    except Stale as error:
        with transaction():  # what somebody else wrote is read here
            theirs = _theirs(note_reading(person_id, by=actor(), now=now()), form)
        add_domain_error(form, error)
        return _opened(person_id, form, error.status, theirs=theirs)
    except DomainError as error:
        add_domain_error(form, error)
        return _opened(person_id, form, error.status)
    flash_done(_("Saved."))
    return redirect(url_for("clients.record", person_id=person_id), 303)


@clients.post("/record/reading")
@permit(Permission.TRAINING_EDIT)
def read_record(person_id: int) -> ResponseReturnValue:
    """All of the sheet, and its form. A POST: each reading is recorded, and no address leads to it."""
    check_own_guest(person_id)
    with transaction():
        found = note_reading(person_id, by=actor(), now=now())
    return _opened(person_id, RecordForm.of(found), 200)


def _save(person_id: int, form: RecordForm) -> None:
    save_record(person_id, form.texts(), form.chosen(), version=form.version.data, by=actor(), now=now())


def _theirs(saved: Record, form: RecordForm) -> dict[str, str]:
    """What stands there now, by the parts in which it is not what was typed."""
    found = {name: saved.texts[name] for name in TEXTS if saved.texts[name] != form.texts()[name]}
    if set(saved.wishes) != form.chosen():
        found["wishes"] = "、".join(str(WISH_WORDS[Wish(one)]) for one in saved.wishes)
    return found


def _opened(
    person_id: int, form: RecordForm, status: int, *, theirs: dict[str, str] | None = None
) -> ResponseReturnValue:
    return _page(person_id, form=form, theirs=theirs or {}), status


def _page(person_id: int, **more: Any) -> str:
    own = trainer_of(current_user.id)
    brief = brief_of(current_studio(), person_id, reader=None if own is None else own.id, now=now())
    return render_template(
        "clients/record.html",
        brief=brief,
        prescription=prescription,
        wish_words=WISH_WORDS,
        verdicts=VERDICT_WORDS,
        attendance_words=ATTENDANCE_WORDS,
        topics=TOPIC_WORDS,
        today=today(),
        incident_words=KIND_WORDS,
        region_words=REGION_WORDS,
        **more,
        **frame(person_id),
    )
