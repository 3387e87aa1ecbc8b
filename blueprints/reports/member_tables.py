"""The tables about members as files, row by row as the page shows them: by month, and 入会月別の継続率."""

from flask import Response
from flask_babel import gettext as _

from backoffice.reports.members import member_months
from backoffice.reports.retention import retention
from backoffice.staff.permissions import Permission
from blueprints.reports.blueprint import reports
from blueprints.reports.listing import Column, list_file
from blueprints.reports.members import member_question
from blueprints.support.access import permit
from blueprints.support.clock import today


@reports.get("/reports/members.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def members_table(kind: str) -> Response:
    """Joined, left, net and members, a row for each month."""
    question = member_question()
    columns = [
        Column(_("Month"), lambda row: f"{row.month:%Y-%m}"),
        Column(_("Joined"), lambda row: row.joined),
        Column(_("Left"), lambda row: row.left),
        Column(_("Net"), lambda row: row.net),
        Column(_("Members at the end"), lambda row: row.members),
        Column(_("Of them frozen"), lambda row: row.frozen),
    ]
    return list_file(
        "members", kind, columns, lambda: member_months(question.filters), question.asked.address()
    )


@reports.get("/reports/members/retention.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def retention_table(kind: str) -> Response:
    """A row for each month of joining: how many joined, and how many of them were still here so many months later."""
    question = member_question()
    rows = retention(question.filters, today=today())
    width = max((len(row.stayed) for row in rows), default=0)
    columns = [
        Column(_("Joined in"), lambda row: f"{row.month:%Y-%m}"),
        Column(_("Joined"), lambda row: row.joined),
        *(_still(number) for number in range(width)),
    ]
    return list_file("members", kind, columns, lambda: rows, question.asked.address(table="retention"))


def _still(number: int) -> Column:
    return Column(
        _("Still members after %(months)s months", months=number),
        lambda row: row.stayed[number] if number < len(row.stayed) else None,
    )
