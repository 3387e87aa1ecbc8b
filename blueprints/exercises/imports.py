"""Importing a file of exercises: choose it, look at what would happen, import, read what was left out."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from backoffice.core.db import transaction
from backoffice.exercises import exercise_import
from backoffice.exercises.exercise_file import MOST_BYTES, read_exercises
from backoffice.exercises.exercise_import import told
from backoffice.staff.permissions import Permission
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.file_forms import ChooseFileForm, keep_chosen
from blueprints.support.limits import UPLOAD_BODY, body_limit
from blueprints.support.studio import current_studio

exercise_imports = Blueprint("exercise_imports", __name__, url_prefix="/exercises/import")


class FileForm(ChooseFileForm):
    """The file to import."""

    file = FileField(_l("JSON file"), validators=[FileRequired()])


@exercise_imports.route("", methods=["GET", "POST"])
@permit(Permission.EXERCISES_IMPORT)
@body_limit(UPLOAD_BODY)
def choose() -> ResponseReturnValue:
    """Choose a file; it is kept for a day, and nothing is imported yet."""
    form = FileForm()
    page = keep_chosen(form, MOST_BYTES, _keep)
    return page or (render_template("exercises/import.html", form=form), 422 if form.errors else 200)


def _keep(content: bytes, name: str) -> str:
    upload = exercise_import.keep_file(content, name, by=actor(), now=now())
    return url_for("exercise_imports.preview", token=upload.token)


@exercise_imports.get("/<token>")
@permit(Permission.EXERCISES_IMPORT)
def preview(token: str) -> ResponseReturnValue:
    """What importing would do with each entry, those that need a look by themselves."""
    upload = exercise_import.kept_file(token, by=actor())
    if upload.imported_at is not None:
        return redirect(url_for("exercise_imports.done", token=token), 303)
    planned = exercise_import.plan(read_exercises(upload.content), current_studio().id)
    return render_template(
        "exercises/import_preview.html",
        upload=upload,
        counts=planned.counts,
        left_out=told(planned),
    )


@exercise_imports.post("/<token>")
@permit(Permission.EXERCISES_IMPORT)
def run(token: str) -> ResponseReturnValue:
    """Import the file as it was shown. Asked twice, it is done once."""
    with transaction():
        exercise_import.import_file(token, current_studio().id, by=actor(), now=now())
    return redirect(url_for("exercise_imports.done", token=token), 303)


@exercise_imports.get("/<token>/done")
@permit(Permission.EXERCISES_IMPORT)
def done(token: str) -> ResponseReturnValue:
    """What an import has done, and what it left out and why."""
    upload = exercise_import.kept_file(token, by=actor())
    if upload.imported_at is None:
        return redirect(url_for("exercise_imports.preview", token=token), 303)
    return render_template("exercises/import_done.html", upload=upload)
