"""Photos of an exercise: added from a phone, shown, removed with a way back."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use
from backoffice.exercises import photos, queries
from backoffice.files.reading import MEGABYTE, MOST_UPLOADED, read_photo
from backoffice.staff.permissions import Permission
from blueprints.files.answers import file_answer
from blueprints.files.forms import PHOTOS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import CreateForm, add_domain_error
from blueprints.support.limits import body_limit
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

exercise_photos = Blueprint("exercise_photos", __name__, url_prefix="/exercises")


class PhotoForm(CreateForm):
    """A photo from the device; sent twice it is kept once."""

    file = FileField(
        _l("Photo"),
        validators=[FileRequired()],
        render_kw={"accept": PHOTOS},
    )


@exercise_photos.route("/<int:exercise_id>/photos/new", methods=["GET", "POST"])
@permit(Permission.EXERCISES_EDIT)
@body_limit(MOST_UPLOADED + MEGABYTE)
def add(exercise_id: int) -> ResponseReturnValue:
    """Keep a photo. It is drawn anew before the transaction begins."""
    row, form = queries.exercise(current_studio().id, exercise_id), PhotoForm()
    if form.validate_on_submit():
        try:
            picture = _picture(form)
            in_transaction(lambda: _keep(exercise_id, form, picture))
        except DomainError as error:
            add_domain_error(form, error)
        else:
            flash_done(_("The photo is kept."))
            return redirect(url_for("exercises.show", exercise_id=exercise_id), 303)
    return render_template("exercises/photo.html", row=row, form=form), 422 if form.errors else 200


@exercise_photos.get("/photos/<int:photo_id>")
@permit(Permission.EXERCISES_EDIT)
def show(photo_id: int) -> ResponseReturnValue:
    """The photo itself."""
    return file_answer(photos.photo(current_studio().id, photo_id))


@exercise_photos.post("/photos/<int:photo_id>/removal")
@permit(Permission.EXERCISES_EDIT)
def remove(photo_id: int) -> ResponseReturnValue:
    """Put a photo away; the toast takes it back."""
    with transaction():
        row = photos.archive_photo(current_studio().id, photo_id, by=actor(), now=now())
    flash_undo(_("The photo is removed."), url_for("exercise_photos.restore", photo_id=photo_id))
    return redirect(url_for("exercises.show", exercise_id=row.exercise_id), 303)


@exercise_photos.post("/photos/<int:photo_id>/removal/undo")
@permit(Permission.EXERCISES_EDIT)
def restore(photo_id: int) -> ResponseReturnValue:
    """Take a photo back."""
    with transaction():
        row = photos.restore_photo(current_studio().id, photo_id, by=actor(), now=now())
    return redirect(url_for("exercises.show", exercise_id=row.exercise_id), 303)


def _picture(form: PhotoForm) -> bytes:
    return read_photo(form.file.data.stream.read(MOST_UPLOADED + 1), "").content


def _keep(exercise_id: int, form: PhotoForm, picture: bytes) -> None:
    if first_use(str(form.form_token.data), "exercise photo", now=now()):
        photos.add_photo(current_studio().id, exercise_id, picture, by=actor(), now=now())
