"""The page that lists the reports; each report has a module of its own."""

from flask import render_template
from flask.typing import ResponseReturnValue

from backoffice.staff.permissions import Permission
from blueprints.reports import (
    costs,
    funnel,
    goals,
    home,
    hours,
    leaving,
    members,
    revenue,
    sources,
    trainers,
    visits,
)
from blueprints.reports.blueprint import reports
from blueprints.reports.catalogue import REPORTS
from blueprints.support.access import permit

__all__ = [
    "costs", "funnel", "goals", "home", "hours", "leaving", "members", "reports", "revenue", "sources", "trainers",
    "visits",
]  # fmt: skip


@reports.get("/reports")
@permit(Permission.REPORTS_VIEW)
def index() -> ResponseReturnValue:
    """Which question each report answers."""
    return render_template("reports/index.html", reports=REPORTS)
