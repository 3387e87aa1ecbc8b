"""One lead: what was asked, what comes next, everything that happened; and each thing that can be done."""

from collections.abc import Callable

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import new_token
from backoffice.leads import actions, queries
from backoffice.leads.models import CLOSED_STAGES, Lead, Stage
from backoffice.people.queries import person as find_person
from backoffice.reports.timeline import timeline
from backoffice.staff.permissions import Permission
from backoffice.todos.queries import next_action_of
from blueprints.bookings.reader import opens_booking
from blueprints.bookings.words import CHANNEL_WORDS, STATE_WORDS
from blueprints.leads.blueprint import leads
from blueprints.leads.choices import reason_names, service_names, source_names, staff_names
from blueprints.leads.forms import LossForm, NextActionForm, OwnerForm, VersionOnlyForm
from blueprints.leads.next_step import keep_next_step, planned
from blueprints.leads.words import LEAD_WORDS
from blueprints.messaging.lines import lines_about
from blueprints.people.scope import check_visible
from blueprints.people.words import MESSAGE_STATE_WORDS, MESSAGE_WORDS
from blueprints.support.access import actor, may, permit
from blueprints.support.clock import now
from blueprints.support.forms import SafeForm, add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done


@leads.get("/<int:lead_id>")
@permit(Permission.LEADS_VIEW)
def show(lead_id: int) -> ResponseReturnValue:
    """The page of a lead."""
    return _page(_visible(lead_id))


@leads.post("/<int:lead_id>/next-action")
@permit(Permission.LEADS_EDIT)
def set_next_action(lead_id: int) -> ResponseReturnValue:
    """Say what comes next, in other words or because the present one is done."""
    lead, form = _visible(lead_id), NextActionForm()
    form.owner.choices = _owner_choices()
    return _do(
        lead,
        form,
        lambda: keep_next_step(lead, form, owner_staff_id=form.owner.data, done=form.done.data),
        _("The next action is set."),
    )


@leads.post("/<int:lead_id>/owner")
@permit(Permission.LEADS_EDIT)
def assign(lead_id: int) -> ResponseReturnValue:
    """Give the lead to somebody."""
    lead, form = _visible(lead_id), OwnerForm()
    form.owner.choices = _owner_choices()
    return _do(
        lead,
        form,
        lambda: actions.assign(lead, form.owner.data, version=form.version.data, by=actor(), now=now()),
        _("The lead has somebody in charge."),
    )


@leads.post("/<int:lead_id>/reply")
@permit(Permission.LEADS_EDIT)
def reply(lead_id: int) -> ResponseReturnValue:
    """The gym has answered."""
    lead, form = _visible(lead_id), VersionOnlyForm()
    return _do(
        lead,
        form,
        lambda: actions.mark_replied(lead, version=form.version.data, by=actor(), now=now()),
        _("Marked as contacted."),
    )


@leads.post("/<int:lead_id>/loss")
@permit(Permission.LEADS_EDIT)
def lose(lead_id: int) -> ResponseReturnValue:
    """Close the lead as lost, with a reason."""
    lead, form = _visible(lead_id), LossForm()
    form.reason.choices = _reason_choices()
    return _do(lead, form, lambda: _lose(lead, form), _("The lead is closed."))


@leads.post("/<int:lead_id>/reopening")
@permit(Permission.LEADS_EDIT)
def reopen(lead_id: int) -> ResponseReturnValue:
    """Take a lost lead up again."""
    lead, form = _visible(lead_id), VersionOnlyForm()
    return _do(
        lead,
        form,
        lambda: actions.reopen(lead, version=form.version.data, by=actor(), now=now()),
        _("The lead is open again."),
    )


def _visible(lead_id: int) -> Lead:
    lead = queries.lead(current_studio().id, lead_id)
    check_visible(lead.person_id)
    return lead


def _lose(lead: Lead, form: LossForm) -> None:
    actions.lose(
        lead,
        form.reason.data,
        note=form.note.data or "",
        version=form.version.data,
        by=actor(),
        now=now(),
    )


def _do(lead: Lead, form: SafeForm, act: Callable[[], None], done: str) -> ResponseReturnValue:
    """Act and go back to the page; a refusal shows the page with what was typed."""
    if not form.validate_on_submit():
        return _page(lead, form), 422
    lead_id = lead.id
    try:
        with transaction():
            act()
    except DomainError as error:
        add_domain_error(form, error)
        return _page(queries.lead(current_studio().id, lead_id), form), error.status
    flash_done(done)
    return redirect(url_for("leads.show", lead_id=lead_id))


def _page(lead: Lead, sent: SafeForm | None = None) -> str:
    """The page; the form that was refused stands in place of its fresh one."""
    person = find_person(lead.person_id)
    is_open = Stage(lead.stage) not in CLOSED_STAGES
    reasons = reason_names()
    return render_template(
        "leads/show.html",
        lead=lead,
        person=person,
        is_open=is_open,
        sent=sent,
        call_token=new_token(),
        todo=next_action_of(lead.id) if is_open else None,
        next_form=sent if isinstance(sent, NextActionForm) else _next_action_form(lead),
        loss_form=sent if isinstance(sent, LossForm) else _loss_form(lead, reasons),
        events=timeline(person.id, lead_id=lead.id, since=lead.opened_at),
        opens_booking=opens_booking(),
        sources=source_names(),
        services=service_names(),
        staff=staff_names(),
        reason_names=reasons,
        state_words=STATE_WORDS,
        channel_words=CHANNEL_WORDS,
        **(lines_about(lead_id=lead.id) if may(Permission.MESSAGES_VIEW) else {}),
        message_words=MESSAGE_WORDS,
        message_state_words=MESSAGE_STATE_WORDS,
        **LEAD_WORDS,
    )


def _next_action_form(lead: Lead) -> NextActionForm:
    todo = next_action_of(lead.id)
    owner = todo.owner_staff_id if todo else lead.owner_staff_id
    form = NextActionForm(formdata=None, data={**planned(lead, todo), "owner": owner})
    form.owner.choices = _owner_choices()
    return form


def _loss_form(lead: Lead, reasons: dict[str, str]) -> LossForm:
    form = LossForm(formdata=None, data={"version": lead.version})
    form.reason.choices = [("", ""), *reasons.items()]
    return form


def _owner_choices() -> list[tuple[str | int, str]]:
    return [("", _("nobody yet")), *staff_names(active_only=True).items()]


def _reason_choices() -> list[tuple[str, str]]:
    return [("", ""), *reason_names().items()]
