"""Photos of poses: taken over the last one, compared side by side or with a slider, each opening recorded."""

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, RadioField
from wtforms.validators import InputRequired

from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError, Invalid
from backoffice.core.language import N_
from backoffice.core.submissions import first_use
from backoffice.files.agreed import may_be_shown
from backoffice.files.reading import MEGABYTE, MOST_UPLOADED, read_photo
from backoffice.progress import photos
from backoffice.progress.models import Pose, ProgressPhoto
from backoffice.staff.permissions import Permission
from backoffice.studio.scope import of_studio
from blueprints.clients.frame import frame
from blueprints.files.answers import file_answer
from blueprints.files.forms import PHOTOS, UploadForm
from blueprints.people.scope import check_own_guest
from blueprints.progress.words import POSE_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.asking import wants_json
from blueprints.support.clock import now, today
from blueprints.support.forms import add_domain_error, all_errors, options
from blueprints.support.limits import body_limit
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

progress_photos = Blueprint("progress_photos", __name__)

NOTHING = N_("Please take or choose a photo.")


class PoseForm(UploadForm):
    """A photo from the device or the camera, with its pose and day."""

    file = FileField(_l("Photo"), render_kw={"accept": PHOTOS})
    pose = RadioField(
        _l("Pose"), choices=options(POSE_WORDS), default=Pose.FRONT.value, validators=[InputRequired()]
    )
    day = DateField(_l("Taken on"), validators=[InputRequired()])


@progress_photos.get("/people/<int:person_id>/progress/photos")
@permit(Permission.TRAINING_EDIT)
def index(person_id: int) -> ResponseReturnValue:
    """The days and poses there are; no picture is opened before two of them are asked for (`first`, `second`)."""
    check_own_guest(person_id)
    rows = photos.photos_of(current_studio().id, person_id)
    by_id = {str(one.id): one for one in rows}
    asked = [request.args.get(name, "") for name in ("first", "second")]
    return render_template(
        "progress/photos.html",
        rows=rows,
        pair=[by_id[one] for one in dict.fromkeys(asked) if one in by_id],
        poses=POSE_WORDS,
        by_pose={pose: [one for one in rows if one.pose == pose] for pose in Pose},
        is_agreed=may_be_shown(person_id),
        **frame(person_id),
    )


@progress_photos.route("/people/<int:person_id>/progress/photos/new", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
@body_limit(MOST_UPLOADED + MEGABYTE)
def add(person_id: int) -> ResponseReturnValue:
    """Keep a photo, drawn anew before the transaction begins; sent twice it is kept once."""
    check_own_guest(person_id)
    pose = request.args.get("pose")
    form = PoseForm(data={"day": today(), "pose": pose if pose in tuple(Pose) else Pose.FRONT})
    if not form.validate_on_submit():
        return _page(person_id, form, status=422 if form.errors else 200)
    try:
        picture = _picture(form)
        in_transaction(lambda: _keep(person_id, form, picture))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(person_id, form, status=error.status)
    flash_done(_("The photo is kept."))
    there = url_for("progress_photos.index", person_id=person_id)
    return jsonify(to=there) if wants_json() else redirect(there, 303)


@progress_photos.get("/progress/photos/<int:pose_photo_id>")
@permit(Permission.TRAINING_EDIT)
def show(pose_photo_id: int) -> ResponseReturnValue:
    """The picture itself; that it was opened is recorded."""
    _whose(pose_photo_id)
    with transaction():
        file = photos.open_photo(current_studio().id, pose_photo_id, by=actor(), now=now())
    return file_answer(file)


@progress_photos.post("/progress/photos/<int:pose_photo_id>/removal")
@permit(Permission.TRAINING_EDIT)
def remove(pose_photo_id: int) -> ResponseReturnValue:
    """Put a photo away; the toast takes it back."""
    person_id = _whose(pose_photo_id)
    with transaction():
        photos.remove_photo(current_studio().id, pose_photo_id, by=actor(), now=now())
    flash_undo(_("The photo is removed."), url_for("progress_photos.restore", pose_photo_id=pose_photo_id))
    return redirect(url_for("progress_photos.index", person_id=person_id), 303)


@progress_photos.post("/progress/photos/<int:pose_photo_id>/removal/undo")
@permit(Permission.TRAINING_EDIT)
def restore(pose_photo_id: int) -> ResponseReturnValue:
    """Take a photo back."""
    person_id = _whose(pose_photo_id)
    with transaction():
        photos.restore_photo(current_studio().id, pose_photo_id, by=actor(), now=now())
    return redirect(url_for("progress_photos.index", person_id=person_id), 303)


def _whose(photo_id: int) -> int:
    """Whose photo this is, if the acting trainer trains them."""
    photo = of_studio(ProgressPhoto, current_studio().id, photo_id)
    check_own_guest(photo.person_id)
    return photo.person_id


def _picture(form: PoseForm) -> bytes:
    if form.chosen is None:
        raise Invalid(NOTHING, field="file")
    return read_photo(form.chosen.stream.read(MOST_UPLOADED + 1), "").content


def _keep(person_id: int, form: PoseForm, picture: bytes) -> None:
    if first_use(str(form.form_token.data), "progress photo", now=now()):
        pose, day = Pose(form.pose.data), form.day.data
        photos.add_photo(current_studio(), person_id, pose, day, picture, by=actor(), now=now())


def _page(person_id: int, form: PoseForm, *, status: int) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error=all_errors(form)), status
    rows = photos.photos_of(current_studio().id, person_id)
    return render_template(
        "progress/photo.html",
        upload_form=form,
        newest={one.pose: one for one in rows},
        is_agreed=may_be_shown(person_id),
        **frame(person_id),
    ), status
