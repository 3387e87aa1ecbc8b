"""The list of leads, and the same list as CSV."""

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.audit import record
from backoffice.core.csv_export import write_csv
from backoffice.core.db import transaction
from backoffice.leads.lead_list import PAGE, LeadRow, cursor_of, lead_page
from backoffice.leads.models import Stage
from backoffice.staff.permissions import Permission
from blueprints.leads.blueprint import leads
from blueprints.leads.choices import reason_names, source_names, staff_names
from blueprints.leads.filters import read_cursor, read_filters, write_cursor
from blueprints.leads.lines import line_words
from blueprints.leads.saved import ViewForm, view_chips
from blueprints.leads.words import STAGE_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.asking import wants_fragment
from blueprints.support.clock import now
from blueprints.support.filters import show_daytime


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
        view_form=ViewForm(formdata=None),
        more=write_cursor(cursor_of(asked.filters, rows[-1])) if len(found) > PAGE else None,
        **line_words(rows),
    )
    response = make_response(page)
    response.vary.add("HX-Request")
    if wants_fragment():
        response.headers["HX-Push-Url"] = asked.link()  # without empty fields
    return response


@leads.get("/leads.csv")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def as_csv() -> ResponseReturnValue:
    """The leads the filters ask for, all of them; that they were taken is recorded."""
    asked = read_filters()
    rows = lead_page(asked.filters, now=now(), limit=None)
    names = (source_names(), staff_names(), reason_names())
    with transaction():
        record("export.made", "leads", None, by=actor(), now=now(), after={**asked.words, "rows": len(rows)})
    return Response(
        write_csv((_csv_row(row, *names) for row in rows), _csv_header()),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=leads.csv"},
    )


def _csv_header() -> list[str]:
    return [
        _("Lead number"), _("Name"), _("Kana"), _("Phone"), _("Stage"), _("Source"), _("Article"), _("Interested in"),
        _("In charge"), _("Enquiry"), _("First reply"), _("Next action"), _("Due"), _("Closed"), _("Why it was lost"),
    ]  # fmt: skip


def _csv_row(
    row: LeadRow, sources: dict[str, str], staff: dict[int, str], reasons: dict[str, str]
) -> list[str | int]:
    return [
        row.id, row.name, row.kana, row.phone or "", str(STAGE_WORDS[Stage(row.stage)]),
        sources.get(row.source, row.source), row.article, row.interest, staff.get(row.owner_staff_id or 0, ""),
        show_daytime(row.opened_at), show_daytime(row.first_reply_at), _(row.todo_title) if row.todo_title else "",
        show_daytime(row.due_at), show_daytime(row.closed_at), reasons.get(row.lost_reason or "", ""),
    ]  # fmt: skip
