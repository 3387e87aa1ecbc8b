"""The page that lists the reports; each report has a module of its own."""

from flask import render_template
from flask.typing import ResponseReturnValue

from backoffice.staff.permissions import Permission
from blueprints.reports import (
    again,
    booking_tables,
    cohort_tables,
    costs,
    forecast,
    funnel,
    goals,
    home,
    hours,
    leaving,
    member_tables,
    members,
    money_tables,
    revenue,
    sources,
    trainers,
    visits,
)
from blueprints.reports.blueprint import reports
from blueprints.reports.catalogue import REPORTS
from blueprints.support.access import permit

__all__ = [
    "again", "booking_tables", "cohort_tables", "costs", "forecast", "funnel", "goals", "home", "hours",
    "leaving", "member_tables", "members", "money_tables", "reports", "revenue", "sources", "trainers", "visits",
]  # fmt: skip


@reports.get("/reports")
@permit(Permission.REPORTS_VIEW)
def index() -> ResponseReturnValue:
    """Which question each report answers."""
    return render_template("reports/index.html", reports=REPORTS)
