"""The list of leads, and the same list as a file."""

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.tables.writing import Row
from backoffice.leads.lead_list import PAGE, LeadRow, cursor_of, every_lead, lead_page
from backoffice.leads.models import Stage
from backoffice.staff.permissions import Permission
from blueprints.leads.blueprint import leads
from blueprints.leads.choices import reason_names, service_names, source_names, staff_names
from blueprints.leads.filters import read_cursor, read_filters, write_cursor
from blueprints.leads.lines import line_words
from blueprints.leads.saved import ViewForm, view_chips
from blueprints.leads.words import STAGE_WORDS
from blueprints.support.access import permit
from blueprints.support.asking import wants_fragment
from blueprints.support.clock import now
from blueprints.support.exports import hand_out, phone_cell


@leads.get("")
@permit(Permission.LEADS_VIEW)
def index() -> ResponseReturnValue:
    """Leads by their next action, the longest overdue first; the filters stand in the address."""
    asked = read_filters()
    found = lead_page(asked.filters, now=now(), after=read_cursor(), limit=PAGE + 1)
    rows = found[:PAGE]
    page = render_template(
        "leads/_rows.html" if wants_fragment() else "leads/index.html",
        asked=asked,
        views=view_chips(asked),
        view_form=ViewForm(formdata=None) if asked.is_narrowed else None,
        more=write_cursor(cursor_of(asked.filters, rows[-1])) if len(found) > PAGE else None,
        **line_words(rows),
    )
    response = make_response(page)
    response.vary.add("HX-Request")
    if wants_fragment():
        response.headers["HX-Push-Url"] = asked.link()  # without empty fields
    return response


@leads.get("/leads.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def as_file(kind: str) -> ResponseReturnValue:
    """The leads the filters ask for, all of them; that they were taken is recorded, but not whom was searched for."""
    asked = read_filters()
    names = (source_names(), service_names(), staff_names(), reason_names())
    return hand_out(
        "leads",
        kind,
        _header(),
        lambda: (_file_row(row, *names) for row in every_lead(asked.filters, now=now())),
        {name: value for name, value in asked.words.items() if name != "q"},
    )


def _header() -> list[str]:
    return [
        _("Lead number"), _("Name"), _("Kana"), _("Phone"), _("Stage"), _("Source"), _("Article"), _("Interested in"),
        _("In charge"), _("Enquiry"), _("First reply"), _("Next action"), _("Due"), _("Closed"), _("Why it was lost"),
    ]  # fmt: skip


def _file_row(
    row: LeadRow,
    sources: dict[str, str],
    services: dict[str, str],
    staff: dict[int, str],
    reasons: dict[str, str],
) -> Row:
    return [
        row.id, row.name, row.kana, phone_cell(row.phone), str(STAGE_WORDS[Stage(row.stage)]),
        sources.get(row.source, row.source), row.article, services.get(row.interest, row.interest),
        staff.get(row.owner_staff_id or 0, ""),
        row.opened_at, row.first_reply_at, _(row.todo_title) if row.todo_title else "", row.due_at, row.closed_at,
        reasons.get(row.lost_reason or "", ""),
    ]  # fmt: skip
