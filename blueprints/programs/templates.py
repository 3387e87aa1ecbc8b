"""Templates of programs: a list, making one, its days and shape, taking one out of use."""

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.exercises.vocabulary import Setting
from backoffice.programs import actions, queries
from backoffice.programs.models import Program
from backoffice.programs.muscles import weekly_sets
from backoffice.programs.warnings import warnings_of
from backoffice.staff.permissions import Permission
from blueprints.programs.day import Editing, edit_day
from blueprints.programs.forms import NewTemplateForm, ShapeForm, TemplateForm
from blueprints.programs.words import PROGRAM_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

program_templates = Blueprint("program_templates", __name__, url_prefix="/programs")


@program_templates.get("")
@permit(Permission.TRAINING_EDIT)
def index() -> ResponseReturnValue:
    """The templates in use."""
    found = queries.templates_of(current_studio().id)
    return render_template("programs/templates.html", found=found, **PROGRAM_WORDS)


@program_templates.route("/new", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def new() -> ResponseReturnValue:
    """Make an empty template, once however often it is sent."""
    form = NewTemplateForm()
    if not form.validate_on_submit():
        return _form_page(form, 422 if form.errors else 200)
    token = str(form.form_token.data)
    try:
        with transaction():
            if first_use(token, "program", now=now()):
                made = actions.add_template(
                    current_studio(), form.name_ja.data or "", form.name_en.data or "", weeks=form.weeks.data or 1,
                    place=Setting(form.place.data), weekly=form.weekly.data or 1, by=actor(), now=now(),
                )  # fmt: skip
                keep_result(token, url_for("program_templates.show", template_id=made.id))
    except DomainError as error:
        add_domain_error(form, error)
        return _form_page(form, error.status)
    flash_done(_("The template is there. Now its days."))
    return redirect(result_of(token) or url_for("program_templates.index"), 303)


@program_templates.get("/<int:template_id>")
@permit(Permission.TRAINING_EDIT)
def show(template_id: int) -> ResponseReturnValue:
    """The days of a template, warnings, sets per muscle."""
    program = _template(template_id)
    version = queries.newest_version(template_id)
    week = min(max(request.args.get("week", 1, type=int), 1), version.weeks)
    found = warnings_of(version)
    return render_template(
        "programs/template.html",
        program=program,
        version=version,
        week=week,
        warnings=[one for one in found if one.week == week],
        elsewhere=sorted({one.week for one in found} - {week}),
        sets=weekly_sets(version, week),
        **PROGRAM_WORDS,
    )


@program_templates.route("/<int:template_id>/week/<int:week>/day/<int:weekday>", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def day(template_id: int, week: int, weekday: int) -> ResponseReturnValue:
    """One day in the editor."""
    back = url_for("program_templates.show", template_id=template_id, week=week)
    return edit_day(Editing(_template(template_id), week, weekday, back, "programs/_bare.html"))


@program_templates.route("/<int:template_id>/edit", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def edit(template_id: int) -> ResponseReturnValue:
    """Names, weeks, sessions."""
    program, version = _template(template_id), queries.newest_version(template_id)
    form = TemplateForm(
        data={
            "name_ja": program.name_ja, "name_en": program.name_en, "weeks": version.weeks, "weekly": version.weekly,
            "version": program.version,
        }
    )  # fmt: skip
    if form.validate_on_submit():
        try:
            with transaction():
                _change(template_id, form, today())
        except DomainError as error:
            add_domain_error(form, error)
            return _form_page(form, error.status, program)
        flash_done(_("Saved."))
        return redirect(url_for("program_templates.show", template_id=template_id), 303)
    return _form_page(form, 422 if form.errors else 200, program)


@program_templates.post("/<int:template_id>/archive")
@permit(Permission.TRAINING_EDIT)
def archive(template_id: int) -> ResponseReturnValue:
    """Take a template out of use; the toast takes it back."""
    with transaction():
        actions.archive_template(current_studio().id, template_id, by=actor(), now=now())
    flash_undo(_("Taken out of use."), url_for("program_templates.restore", template_id=template_id))
    return redirect(url_for("program_templates.index"), 303)


@program_templates.post("/<int:template_id>/restore")
@permit(Permission.TRAINING_EDIT)
def restore(template_id: int) -> ResponseReturnValue:
    """Use it again."""
    with transaction():
        actions.restore_template(current_studio().id, template_id, by=actor(), now=now())
    flash_done(_("In use again."))
    return redirect(url_for("program_templates.show", template_id=template_id), 303)


def _template(template_id: int) -> Program:
    return queries.program_of(current_studio().id, None, template_id)


def _change(template_id: int, form: TemplateForm, day: date) -> None:
    actions.change_program(
        current_studio(), None, template_id, form.name_ja.data or "", form.name_en.data or "",
        weeks=form.weeks.data or 1, weekly=form.weekly.data or 1, valid_from=day, version=form.version.data or 0,
        by=actor(), now=now(),
    )  # fmt: skip


def _form_page(form: ShapeForm, status: int, program: Program | None = None) -> ResponseReturnValue:
    return render_template("programs/template_form.html", form=form, program=program), status
