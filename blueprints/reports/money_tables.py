"""The tables about money as files, row by row as the pages show them: by month, foretold, and how well."""

from flask import Response
from flask_babel import gettext as _

from backoffice.reports.revenue import KINDS, Flow, money_months
from backoffice.staff.permissions import Permission
from blueprints.reports.blueprint import reports
from blueprints.reports.forecast import known_outlook
from blueprints.reports.listing import Column, list_file
from blueprints.reports.revenue import flow_names, kind_names, money_question
from blueprints.support.access import permit
from blueprints.support.exports import yes_or_no


@reports.get("/reports/revenue.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def revenue_table(kind: str) -> Response:
    """All three tables beside each other, a row for each month."""
    question, flows = money_question(), flow_names()
    columns = [
        Column(_("Month"), lambda row: f"{row.month:%Y-%m}"),
        _sum(Flow.PAID),
        _sum(Flow.DELIVERED),
        Column(_("Paid − delivered"), lambda row: row.deferred),
        _sum(Flow.LAPSED),
        _sum(Flow.OWED),
        *(_of_kind(flow, one, flows[flow]) for flow in (Flow.PAID, Flow.DELIVERED) for one in KINDS[flow]),
    ]
    return list_file(
        "revenue", kind, columns, lambda: money_months(question.filters), question.asked.address()
    )


@reports.get("/reports/forecast.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def forecast_table(kind: str) -> Response:
    """This month and the next three, to the yen."""
    outlook = known_outlook()
    columns = [
        Column(_("Month"), lambda row: f"{row.month:%Y-%m}"),
        Column(_("Foretold"), lambda row: row.yen),
        Column(_("80 percent interval from"), lambda row: row.low),
        Column(_("80 percent interval to"), lambda row: row.high),
        Column(_("Received so far"), lambda row: outlook.so_far if row == outlook.ahead[0] else None),
    ]
    return list_file("forecast", kind, columns, lambda: outlook.ahead, {})


@reports.get("/reports/forecast/check.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def forecast_check_table(kind: str) -> Response:
    """The months that are over, beside what would have been foretold."""
    columns = [
        Column(_("Month"), lambda row: f"{row.foretold.month:%Y-%m}"),
        Column(_("Foretold"), lambda row: row.foretold.yen),
        Column(_("80 percent interval from"), lambda row: row.foretold.low),
        Column(_("80 percent interval to"), lambda row: row.foretold.high),
        Column(_("Paid"), lambda row: row.paid),
        Column(_("In the interval"), lambda row: yes_or_no(row.is_inside)),
    ]
    return list_file("forecast", kind, columns, lambda: known_outlook().checked.months, {"table": "check"})


def _sum(flow: Flow) -> Column:
    return Column(flow_names()[flow], lambda row: row.sum(flow))


def _of_kind(flow: Flow, kind: str, words: str) -> Column:
    return Column(f"{words}: {kind_names()[kind]}", lambda row: row.by_kind(flow).get(kind, 0))
