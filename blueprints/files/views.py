"""Papers of a person: kept, opened (each time recorded), deleted with a way back."""

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError, Invalid
from backoffice.core.language import N_
from backoffice.core.submissions import first_use
from backoffice.files import actions
from backoffice.files.models import Shelf
from backoffice.files.reading import MEGABYTE, MOST_UPLOADED, ReadyFile, read_upload
from backoffice.people.models import Person
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from blueprints.files.answers import file_answer
from blueprints.files.forms import UploadForm
from blueprints.support.access import actor, permit
from blueprints.support.asking import wants_json
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error, all_errors
from blueprints.support.limits import body_limit
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

files = Blueprint("files", __name__)

NOTHING = N_("Please choose a file.")


@files.route("/people/<int:person_id>/files/new", methods=["GET", "POST"])
@permit(Permission.PAPERS_EDIT)
@body_limit(MOST_UPLOADED + MEGABYTE)
def add(person_id: int) -> ResponseReturnValue:
    """Keep a file. The photo is made anew before the transaction begins; sent twice it is kept once."""
    person, form = bare_person(person_id), UploadForm()
    if not form.validate_on_submit():
        return _page(person, form, status=422 if form.errors else 200)
    try:
        ready = _ready(form)
        in_transaction(lambda: _keep(person_id, form, ready))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(person, form, status=error.status)
    flash_done(_("The file is kept."))
    there = url_for("people.tab", person_id=person_id, tab="files")
    return jsonify(to=there) if wants_json() else redirect(there, 303)


@files.get("/files/<int:file_id>")
@permit(Permission.PAPERS_EDIT)
def show(file_id: int) -> ResponseReturnValue:
    """The file itself; that it was opened is recorded."""
    with transaction():
        file = actions.open_file(current_studio().id, file_id, Shelf.PAPERS, by=actor(), now=now())
    return file_answer(file)


@files.post("/files/<int:file_id>/deletion")
@permit(Permission.PAPERS_EDIT)
def delete(file_id: int) -> ResponseReturnValue:
    """Delete a file; the toast and, for 30 days, the page take it back."""
    with transaction():
        file = actions.archive_file(current_studio().id, file_id, Shelf.PAPERS, by=actor(), now=now())
    flash_undo(_("The file is deleted."), url_for("files.restore", file_id=file_id))
    return redirect(url_for("people.tab", person_id=file.person_id, tab="files"), 303)


@files.post("/files/<int:file_id>/deletion/undo")
@permit(Permission.PAPERS_EDIT)
def restore(file_id: int) -> ResponseReturnValue:
    """Take a deleted file back."""
    with transaction():
        file = actions.restore_file(current_studio().id, file_id, Shelf.PAPERS, by=actor(), now=now())
    flash_done(_("The file is back."))
    return redirect(url_for("people.tab", person_id=file.person_id, tab="files"), 303)


def _ready(form: UploadForm) -> ReadyFile:
    if form.chosen is None:
        raise Invalid(NOTHING, field="file")
    return read_upload(form.chosen.stream.read(MOST_UPLOADED + 1), form.chosen.filename or "")


def _keep(person_id: int, form: UploadForm, ready: ReadyFile) -> None:
    if first_use(str(form.form_token.data), "file", now=now()):
        actions.add_file(current_studio().id, person_id, Shelf.PAPERS, ready, by=actor(), now=now())


def _page(person: Person, form: UploadForm, *, status: int) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error=all_errors(form)), status
    return render_template("files/new.html", person=person, upload_form=form), status
