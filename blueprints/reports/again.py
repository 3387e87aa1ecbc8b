"""Counting visits anew where they are kept: a ring of the doorbell, not work of the page."""

from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.reports.kept import call_keeper
from backoffice.staff.permissions import Permission
from blueprints.reports.blueprint import reports
from blueprints.reports.catalogue import REPORTS
from blueprints.support.access import permit
from blueprints.support.toasts import flash_done


@reports.post("/reports/count-again")
@permit(Permission.REPORTS_VIEW)
def count_again() -> ResponseReturnValue:
    """Ask for it and go back to the report as it was asked."""
    call_keeper()
    flash_done(_("Visits are being counted anew. Show the report again in a few seconds."))
    asked = {name: value for name, value in request.form.items() if name not in {"csrf_token", "report"}}
    endpoint = request.form.get("report")
    if endpoint not in [report.endpoint for report in REPORTS]:
        return redirect(url_for("reports.index"), 303)
    return redirect(f"{url_for(endpoint)}?{urlencode(asked)}", 303)
