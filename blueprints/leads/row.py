"""One line of the list: its next action is changed without leaving the list (fragments for htmx)."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.clock import local
from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.leads import actions, queries
from backoffice.leads.lead_list import lead_row
from backoffice.leads.models import Lead
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from backoffice.todos.queries import next_action_of
from blueprints.leads.blueprint import leads
from blueprints.leads.forms import NextStepForm
from blueprints.leads.lines import line_words
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio


@leads.get("/<int:lead_id>/row")
@permit(Permission.LEADS_VIEW)
def show_row(lead_id: int) -> ResponseReturnValue:
    """The line as the list shows it."""
    return _line(_visible(lead_id).id)


@leads.get("/<int:lead_id>/row/form")
@permit(Permission.LEADS_EDIT)
def edit_row(lead_id: int) -> ResponseReturnValue:
    """The line as a form, with what is planned now."""
    lead = _visible(lead_id)
    todo = next_action_of(lead.id)
    due = local(todo.due_at if todo else now(), current_studio().zone)
    planned = {
        "title": _(todo.title) if todo else "",
        "day": due.date(),
        "clock": due.time().replace(second=0, microsecond=0),
        "parked": bool(todo and todo.is_parked and due.date() > today()),
        "version": lead.version,
    }
    return _form_line(lead, NextStepForm(formdata=None, data=planned, prefix=_prefix(lead_id)))


@leads.post("/<int:lead_id>/row/next-action")
@permit(Permission.LEADS_EDIT)
def save_row(lead_id: int) -> ResponseReturnValue:
    """Keep what was typed and show the line; a refusal shows the form again, in its place."""
    lead, form = _visible(lead_id), NextStepForm(prefix=_prefix(lead_id))
    if not form.validate_on_submit():
        return _form_line(lead, form), 422
    try:
        with transaction():
            _save(lead, form)
    except DomainError as error:
        add_domain_error(form, error)
        return _form_line(_visible(lead_id), form), error.status
    return _line(lead_id)


def _save(lead: Lead, form: NextStepForm) -> None:
    actions.set_next_action(
        lead,
        form.words(next_action_of(lead.id)),
        form.due_at(current_studio().zone),
        version=form.version.data,
        parked=form.parked.data,
        by=actor(),
        now=now(),
    )


def _prefix(lead_id: int) -> str:
    """Several lines may be open at once; each has fields of its own."""
    return f"lead{lead_id}"


def _visible(lead_id: int) -> Lead:
    lead = queries.lead(current_studio().id, lead_id)
    check_visible(lead.person_id)
    return lead


def _line(lead_id: int) -> str:
    row = lead_row(current_studio().id, lead_id)
    return render_template("leads/_row_lines.html", **line_words([row], changed=lead_id))


def _form_line(lead: Lead, form: NextStepForm) -> str:
    return render_template("leads/_row_form.html", lead=lead, person=bare_person(lead.person_id), form=form)
