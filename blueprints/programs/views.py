"""The programs of one person: as they are on a day, starting one, changing days and shape, paper and link for home."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.errors import DomainError, Invalid
from backoffice.core.links import absolute
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.exercises.vocabulary import Setting
from backoffice.programs import actions, queries
from backoffice.programs.home import home_path, send_home_link
from backoffice.programs.models import Program
from backoffice.programs.muscles import weekly_sets
from backoffice.programs.warnings import warnings_of
from backoffice.staff.permissions import Permission
from blueprints.clients.frame import frame
from blueprints.people.scope import check_own_guest
from blueprints.programs.day import Editing, edit_day
from blueprints.programs.forms import EditProgramForm, NewProgramForm
from blueprints.programs.words import PROGRAM_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.forms import add_domain_error
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error

programs = Blueprint("programs", __name__, url_prefix="/people/<int:person_id>/program")


@programs.get("")
@permit(Permission.TRAINING_EDIT)
def show(person_id: int) -> ResponseReturnValue:
    """A program on a day (today, or `on`): its days, warnings, sets per muscle, and every version there was."""
    check_own_guest(person_id)
    owned = queries.programs_of(person_id)
    asked = request.args.get("program", type=int)
    program = next((one for one in owned if one.id == asked), owned[0] if owned else None)
    around = frame(person_id)
    read = _as_on(program, around) if program else {}
    return render_template(
        "programs/show.html", owned=owned, program=program, **read, **PROGRAM_WORDS, **around
    )


@programs.route("/new", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def new(person_id: int) -> ResponseReturnValue:
    """Start a program, once however often it is sent."""
    check_own_guest(person_id)
    form = NewProgramForm(data={"starts_on": today(), "template": request.args.get("template", "")})
    kept = queries.templates_of(current_studio().id)
    form.template.choices = [("", _("Empty")), *((str(one.id), one.name_ja or one.name_en) for one in kept)]
    if not form.validate_on_submit():
        return _new_page(person_id, form), 422 if form.errors else 200
    token = str(form.form_token.data)
    try:
        with transaction():
            if first_use(token, "program", now=now()):
                made = _start(person_id, form)
                keep_result(token, url_for("programs.show", person_id=person_id, program=made.id))
    except DomainError as error:
        add_domain_error(form, error)
        return _new_page(person_id, form), error.status
    flash_done(
        _("The program is there with the days of the template.")
        if form.template.data
        else _("The program is there. Now its days.")
    )
    return redirect(result_of(token) or url_for("programs.show", person_id=person_id), 303)


@programs.route("/<int:program_id>/week/<int:week>/day/<int:weekday>", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def day(person_id: int, program_id: int, week: int, weekday: int) -> ResponseReturnValue:
    """One day in the editor."""
    check_own_guest(person_id)
    program = queries.program_of(current_studio().id, person_id, program_id)
    around = frame(person_id)
    back = url_for("programs.show", person_id=person_id, program=program_id, week=week)
    return edit_day(
        Editing(program, week, weekday, back, "layouts/client.html", tuple(around["standing"].limits), around)
    )


@programs.route("/<int:program_id>/edit", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def edit(person_id: int, program_id: int) -> ResponseReturnValue:
    """Names, weeks, sessions agreed, the last day."""
    check_own_guest(person_id)
    program = queries.program_of(current_studio().id, person_id, program_id)
    form = EditProgramForm(data=_shape(program))
    if form.validate_on_submit():
        try:
            with transaction():
                _change(person_id, program_id, form)
        except DomainError as error:
            add_domain_error(form, error)
            return _edit_page(program, form), error.status
        flash_done(_("Saved."))
        return redirect(url_for("programs.show", person_id=person_id, program=program_id), 303)
    return _edit_page(program, form), 422 if form.errors else 200


@programs.post("/<int:program_id>/template")
@permit(Permission.TRAINING_EDIT)
def keep_as_template(person_id: int, program_id: int) -> ResponseReturnValue:
    """Make a template of it, without the notes about the person."""
    check_own_guest(person_id)
    with transaction():
        program = queries.program_of(current_studio().id, person_id, program_id)
        name = _("Copy of %(name)s", name=program.name_ja or program.name_en)
        made = actions.add_template(
            current_studio(), name, program.name_en, place=Setting(program.place), source=program, by=actor(),
            now=now(),
        )  # fmt: skip
    flash_done(_("Kept as a template. Please give it a name without the client in it."))
    return redirect(url_for("program_templates.edit", template_id=made.id), 303)


@programs.get("/<int:program_id>/print")
@permit(Permission.TRAINING_EDIT)
def sheet(person_id: int, program_id: int) -> ResponseReturnValue:
    """A sheet of paper in both languages: the week of a day, with cues."""
    check_own_guest(person_id)
    program = queries.program_of(current_studio().id, person_id, program_id)
    version = queries.version_on(program_id, _asked_day(program))
    return render_template(
        "programs/sheet.html",
        program=program,
        days=version.in_week(version.week_on(_asked_day(program))) if version else [],
        cues=queries.cues_of(version) if version else {},
        **PROGRAM_WORDS,
    )


@programs.post("/<int:program_id>/links")
@permit(Permission.TRAINING_EDIT)
def send_link(person_id: int, program_id: int) -> ResponseReturnValue:
    """Send the client the link of their home program."""
    check_own_guest(person_id)
    try:
        with transaction():
            send_home_link(current_studio(), person_id, program_id, by=actor(), now=now())
        flash_done(_("The link is on its way."))
    except Invalid as error:
        flash_error(say(error))
    return redirect(url_for("programs.show", person_id=person_id, program=program_id), 303)


@programs.post("/<int:program_id>/links/end")
@permit(Permission.TRAINING_EDIT)
def end_links(person_id: int, program_id: int) -> ResponseReturnValue:
    """The links that were handed out open nothing any more."""
    check_own_guest(person_id)
    with transaction():
        actions.end_links(current_studio().id, person_id, program_id, by=actor(), now=now())
    flash_done(_("The old link is ended. Below is a new one."))
    return redirect(url_for("programs.show", person_id=person_id, program=program_id), 303)


def _as_on(program: Program, around: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a program on the asked day."""
    on = _asked_day(program)
    version = queries.version_on(program.id, on)
    if version is None:
        return {"on": on, "version": None, "versions": queries.versions_of(program.id)}
    before = queries.version_on(program.id, version.valid_from - timedelta(days=1))
    week = request.args.get("week", type=int) or version.week_on(on)
    week = min(max(week, 1), version.weeks)
    found = warnings_of(version, limits=around["standing"].limits, before=before)
    return {
        "on": on,
        "week": week,
        "version": version,
        "versions": queries.versions_of(program.id),
        "warnings": [one for one in found if one.week == week],
        "elsewhere": sorted({one.week for one in found} - {week}),
        "sets": weekly_sets(version, week),
        "link": absolute(home_path(program)) if program.place == Setting.HOME else "",
        "today": today(),
        "is_over": program.ends_on is not None and program.ends_on < today(),
    }


def _asked_day(program: Program) -> date:
    """The day in the address; without one today, or the first or last day of a program that does not run today."""
    with suppress(ValueError):
        return date.fromisoformat(request.args.get("on", "")[:10])
    usual = max(today(), program.starts_on or today())
    return min(usual, program.ends_on) if program.ends_on else usual


def _start(person_id: int, form: NewProgramForm) -> Program:
    template = form.template.data or ""
    return actions.start_program(
        current_studio(), person_id, form.name_ja.data or "", form.name_en.data or "", starts_on=form.starts_on.data,
        place=Setting(form.place.data), template_id=int(template) if template else None, weeks=form.weeks.data,
        weekly=form.weekly.data, by=actor(), now=now(),
    )  # fmt: skip


def _shape(program: Program) -> dict[str, Any]:
    version = queries.newest_version(program.id)
    first = max(today(), program.starts_on or today())
    return {
        "name_ja": program.name_ja, "name_en": program.name_en, "weeks": version.weeks, "weekly": version.weekly,
        "valid_from": first, "ends_on": program.ends_on, "version": program.version,
    }  # fmt: skip


def _change(person_id: int, program_id: int, form: EditProgramForm) -> None:
    actions.change_program(
        current_studio(), person_id, program_id, form.name_ja.data or "", form.name_en.data or "",
        weeks=form.weeks.data, weekly=form.weekly.data, valid_from=form.valid_from.data, ends_on=form.ends_on.data,
        version=form.version.data or 0, by=actor(), now=now(),
    )  # fmt: skip


def _new_page(person_id: int, form: NewProgramForm) -> str:
    return render_template("programs/new.html", form=form, **frame(person_id))


def _edit_page(program: Program, form: EditProgramForm) -> str:
    return render_template("programs/edit.html", form=form, program=program, **frame(program.person_id or 0))
