"""One line of the list: its next action is changed without leaving the list (fragments for htmx)."""

from urllib.parse import urlsplit

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import new_token
from backoffice.leads import queries
from backoffice.leads.lead_list import lead_row
from backoffice.leads.models import Lead
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from backoffice.todos.queries import next_action_of
from blueprints.leads.blueprint import leads
from blueprints.leads.forms import NextStepForm
from blueprints.leads.lines import line_words
from blueprints.leads.next_step import keep_next_step, planned
from blueprints.leads.words import LEAD_WORDS
from blueprints.people.scope import check_visible
from blueprints.support.access import permit
from blueprints.support.forms import add_domain_error
from blueprints.support.next_page import own_path
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
    data = planned(lead, next_action_of(lead.id))
    return _form_line(lead, NextStepForm(formdata=None, data=data, prefix=_prefix(lead_id)))


@leads.post("/<int:lead_id>/row/next-action")
@permit(Permission.LEADS_EDIT)
def save_row(lead_id: int) -> ResponseReturnValue:
    """Keep what was typed and show the line; a refusal shows the form again, in its place."""
    lead, form = _visible(lead_id), NextStepForm(prefix=_prefix(lead_id))
    if not form.validate_on_submit():
        return _form_line(lead, form), 422
    try:
        with transaction():
            keep_next_step(lead, form)
    except DomainError as error:
        add_domain_error(form, error)
        return _form_line(_visible(lead_id), form), error.status
    return _line(lead_id)


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
    return render_template(
        "leads/_row_form.html", lead=lead, person=bare_person(lead.person_id), form=form,
        call_token=new_token(), here=_list_shown(), **LEAD_WORDS,
    )  # fmt: skip


def _list_shown() -> str:
    """The list around the line, with its filters: a call that is noted comes back to it."""
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    return own_path(f"{shown.path}?{shown.query}", url_for("leads.index"))
