"""The library: a list with filters, one page for each exercise, adding, changing, taking out of use."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.exercises import actions, queries
from backoffice.exercises.photos import MOST_PHOTOS, photos_of
from backoffice.exercises.queries import PAGE, Show
from backoffice.staff.permissions import Permission
from blueprints.exercises.filters import read_cursor, read_filters
from blueprints.exercises.forms import ExerciseForm, NewExerciseForm
from blueprints.exercises.words import EXERCISE_WORDS, prescription
from blueprints.support.access import actor, permit
from blueprints.support.asking import wants_fragment
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.language import language
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

exercises = Blueprint("exercises", __name__, url_prefix="/exercises")


@exercises.get("")
@permit(Permission.EXERCISES_EDIT)
def index() -> ResponseReturnValue:
    """The library by name; search and filters stand in the address."""
    asked = read_filters()
    found = queries.exercise_page(asked.filters, language=language(), after=read_cursor(), limit=PAGE + 1)
    rows = found[:PAGE]
    page = render_template(
        "exercises/_rows.html" if wants_fragment() else "exercises/index.html",
        asked=asked,
        rows=rows,
        more=asked.link(after=rows[-1].id) if len(found) > PAGE else None,
        unnamed=0 if wants_fragment() else queries.number_unnamed(current_studio().id),
        Show=Show,
        prescription=prescription,
        **EXERCISE_WORDS,
    )
    response = make_response(page)
    response.vary.add("HX-Request")
    if wants_fragment():
        response.headers["HX-Push-Url"] = asked.link()  # without empty fields
    return response


@exercises.route("/new", methods=["GET", "POST"])
@permit(Permission.EXERCISES_EDIT)
def new() -> ResponseReturnValue:
    """Add an exercise."""
    form = NewExerciseForm()
    if not form.validate_on_submit():
        return _form_page(form, 422 if form.errors else 200)
    token = str(form.form_token.data)
    try:
        with transaction():
            if first_use(token, "exercise", now=now()):
                made = actions.create_exercise(current_studio().id, form.draft(), by=actor(), now=now())
                keep_result(token, url_for("exercises.show", exercise_id=made.id))
    except DomainError as error:
        add_domain_error(form, error)
        return _form_page(form, error.status)
    flash_done(_("Saved."))
    return redirect(result_of(token) or url_for("exercises.index"), 303)


@exercises.get("/<int:exercise_id>")
@permit(Permission.EXERCISES_EDIT)
def show(exercise_id: int) -> ResponseReturnValue:
    """One exercise."""
    row = queries.exercise(current_studio().id, exercise_id)
    return render_template(
        "exercises/show.html",
        row=row,
        photos=photos_of(exercise_id),
        full=MOST_PHOTOS,
        prescription=prescription,
        **EXERCISE_WORDS,
    )


@exercises.route("/<int:exercise_id>/edit", methods=["GET", "POST"])
@permit(Permission.EXERCISES_EDIT)
def edit(exercise_id: int) -> ResponseReturnValue:
    """Change an exercise; with its Japanese name an imported one can be used."""
    studio_id = current_studio().id
    form = ExerciseForm.of(queries.exercise(studio_id, exercise_id))
    if form.validate_on_submit():
        try:
            with transaction():
                actions.update_exercise(
                    studio_id, exercise_id, form.draft(), version=form.version.data, by=actor(), now=now()
                )
        except DomainError as error:
            add_domain_error(form, error)
            return _form_page(form, error.status, exercise_id)
        flash_done(_("Saved."))
        return redirect(url_for("exercises.show", exercise_id=exercise_id), 303)
    return _form_page(form, 422 if form.errors else 200, exercise_id)


@exercises.post("/<int:exercise_id>/archive")
@permit(Permission.EXERCISES_EDIT)
def archive(exercise_id: int) -> ResponseReturnValue:
    """Take an exercise out of use; the toast takes it back."""
    with transaction():
        actions.archive_exercise(current_studio().id, exercise_id, by=actor(), now=now())
    flash_undo(_("Taken out of use."), url_for("exercises.restore", exercise_id=exercise_id))
    return redirect(url_for("exercises.show", exercise_id=exercise_id), 303)


@exercises.post("/<int:exercise_id>/restore")
@permit(Permission.EXERCISES_EDIT)
def restore(exercise_id: int) -> ResponseReturnValue:
    """Use it again."""
    with transaction():
        actions.restore_exercise(current_studio().id, exercise_id, by=actor(), now=now())
    flash_done(_("In use again."))
    return redirect(url_for("exercises.show", exercise_id=exercise_id), 303)


def _form_page(form: ExerciseForm, status: int, exercise_id: int | None = None) -> ResponseReturnValue:
    """The form, of an exercise or for a new one."""
    row = None if exercise_id is None else queries.exercise(current_studio().id, exercise_id)
    return render_template("exercises/edit.html", form=form, row=row), status
