"""Playbooks: a manager sees and edits them, tries one out dry before it is on, and anybody at the desk can stop one."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.reach import Way
from backoffice.playbooks import actions, queries
from backoffice.playbooks.actions import Moved
from backoffice.playbooks.dry_run import dry_run, sends
from backoffice.playbooks.entries import ENTRIES, kinds_for
from backoffice.playbooks.models import Entry, Playbook
from backoffice.staff.permissions import Permission
from blueprints.messaging.ahead import reached
from blueprints.playbooks.forms import NewPlaybookForm, PlaybookForm, StepForm, TimeForm
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import honorific, show_daytime
from blueprints.support.forms import add_domain_error, all_errors
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error

playbooks = Blueprint("playbooks", __name__)

MOST_NAMED = 8


@playbooks.route("/settings/playbooks", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def index() -> ResponseReturnValue:
    """Every playbook: whether it is on, how many people are in it; and a form for one of the studio's own."""
    form = NewPlaybookForm()
    if form.validate_on_submit():
        try:
            return redirect(in_transaction(lambda: _add(form)), 303)
        except DomainError as error:
            add_domain_error(form, error)
    page = render_template(
        "playbooks/index.html", rows=queries.playbook_rows(current_studio().id), form=form, entries=ENTRIES
    )
    return page, 422 if form.errors else 200


@playbooks.route("/settings/playbooks/<int:playbook_id>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def show(playbook_id: int) -> ResponseReturnValue:
    """One playbook: its steps in time, its rules, who is in it, and who would enter; its name and rules are saved."""
    row = queries.playbook(current_studio().id, playbook_id)
    form = PlaybookForm(obj=row)
    if not form.validate_on_submit():
        return _page(row, form=form), 422 if form.errors else 200
    try:
        with transaction():
            actions.change_playbook(
                current_studio().id, row.id, form.name_ja.data or "", form.name_en.data or "", form.stops.data or [],
                version=form.version.data, by=actor(), now=now(),
            )  # fmt: skip
    except DomainError as error:
        add_domain_error(form, error)
        return _page(row, form=form), error.status
    flash_done(_("Saved."))
    return redirect(_address(row.id), 303)


@playbooks.post("/settings/playbooks/<int:playbook_id>/on")
@permit(Permission.STUDIO_EDIT)
def switch_on(playbook_id: int) -> ResponseReturnValue:
    """Let people in from now on."""
    return _do(playbook_id, actions.switch_on, _("The playbook is on."))


@playbooks.post("/settings/playbooks/<int:playbook_id>/off")
@permit(Permission.STUDIO_EDIT)
def switch_off(playbook_id: int) -> ResponseReturnValue:
    """Let nobody in any more."""
    return _do(playbook_id, actions.switch_off, _("The playbook is off. What was waiting is not sent."))


@playbooks.post("/settings/playbooks/<int:playbook_id>/archive")
@permit(Permission.STUDIO_EDIT)
def archive(playbook_id: int) -> ResponseReturnValue:
    """Put it away."""
    queries.playbook(current_studio().id, playbook_id)
    try:
        with transaction():
            actions.archive_playbook(current_studio().id, playbook_id, by=actor(), now=now())
    except DomainError as refusal:
        flash_error(say(refusal))
        return redirect(_address(playbook_id), 303)
    flash_done(_("The playbook was put away."))
    return redirect(url_for("playbooks.index"), 303)


@playbooks.post("/settings/playbooks/<int:playbook_id>/steps")
@permit(Permission.STUDIO_EDIT)
def add_step(playbook_id: int) -> ResponseReturnValue:
    """One more step."""
    row = queries.playbook(current_studio().id, playbook_id)
    form = _step_form(row)
    if not form.validate():
        return _page(row, step_form=form), 422
    try:
        with transaction():
            if first_use(str(form.form_token.data), "playbook_step", now=now()):
                actions.add_step(current_studio().id, row.id, form.draft(), by=actor(), now=now())
    except DomainError as error:
        add_domain_error(form, error)
        return _page(row, step_form=form), error.status
    flash_done(_("The step was added."))
    return redirect(_address(row.id), 303)


@playbooks.post("/settings/playbook-steps/<int:step_id>")
@permit(Permission.STUDIO_EDIT)
def change_step(step_id: int) -> ResponseReturnValue:
    """Another distance or time; says which waiting messages moved with it."""
    row = queries.playbook_of_step(current_studio().id, step_id)
    form = TimeForm()
    try:
        if not form.validate():
            flash_error(all_errors(form))
            return redirect(_address(row.id), 303)
        with transaction():
            moved = actions.change_step(
                current_studio().id, step_id, form.days.data or 0, form.at.data, version=form.version.data, by=actor(),
                now=now(),
            )  # fmt: skip
    except DomainError as refusal:
        flash_error(say(refusal))
        return redirect(_address(row.id), 303)
    flash_done(_what_moved(moved))
    return redirect(_address(row.id), 303)


@playbooks.post("/settings/playbook-steps/<int:step_id>/removal")
@permit(Permission.STUDIO_EDIT)
def remove_step(step_id: int) -> ResponseReturnValue:
    """Take a step out."""
    row = queries.playbook_of_step(current_studio().id, step_id)
    try:
        with transaction():
            actions.remove_step(current_studio().id, step_id, by=actor(), now=now())
    except DomainError as refusal:
        flash_error(say(refusal))
        return redirect(_address(row.id), 303)
    flash_done(_("The step was taken out. What was waiting of it is not sent."))
    return redirect(_address(row.id), 303)


@playbooks.post("/playbook-runs/<int:run_id>/stopping")
@permit(Permission.MESSAGES_EDIT)
def stop_run(run_id: int) -> ResponseReturnValue:
    """End a playbook for one person."""
    with transaction():
        run = actions.stop_run(current_studio().id, run_id, by=actor(), now=now())
    flash_done(_("Stopped for this person. What was waiting is not sent."))
    return redirect(url_for("people.tab", person_id=run.person_id, tab="messages"), 303)


def _add(form: NewPlaybookForm) -> str:
    if not first_use(str(form.form_token.data), "playbook", now=now()):
        return url_for("playbooks.index")
    row = actions.add_playbook(
        current_studio().id, form.entry.data, form.name_ja.data or "", form.name_en.data or "", by=actor(), now=now()
    )  # fmt: skip
    return _address(row.id)


def _do(playbook_id: int, action: Callable[..., None], words: str) -> ResponseReturnValue:
    queries.playbook(current_studio().id, playbook_id)
    try:
        with transaction():
            action(current_studio().id, playbook_id, by=actor(), now=now())
    except DomainError as refusal:
        flash_error(say(refusal))
    else:
        flash_done(words)
    return redirect(_address(playbook_id), 303)


def _page(row: Playbook, *, form: PlaybookForm | None = None, step_form: StepForm | None = None) -> str:
    return render_template(
        "playbooks/show.html", row=row, steps=queries.steps_of(row.id),
        form=form or PlaybookForm(formdata=None, obj=row), step_form=step_form or _step_form(row, fresh=True),
        rule=ENTRIES[Entry(row.entry)], policies=POLICIES, runs=queries.live_runs(row.id), most=queries.MOST,
        foreseen=dry_run(row, now=now()), reach=reached(sends(row, now=now())), ways=Way,
    )  # fmt: skip


def _step_form(row: Playbook, *, fresh: bool = False) -> StepForm:
    form = StepForm(formdata=None) if fresh else StepForm()
    form.offer(kinds_for(Entry(row.entry)))
    return form


def _what_moved(moved: list[Moved]) -> str:
    if not moved:
        return _("Saved. No message was waiting for this step.")
    named = [f"{honorific(one.name)} {show_daytime(one.after)}" for one in moved[:MOST_NAMED]]
    return ngettext(
        "%(num)s waiting message goes out at another time: %(which)s",
        "%(num)s waiting messages go out at another time: %(which)s",
        len(moved),
        which=_(", ").join(named) + ("…" if len(moved) > MOST_NAMED else ""),
    )


def _address(playbook_id: int) -> str:
    return url_for("playbooks.show", playbook_id=playbook_id)
