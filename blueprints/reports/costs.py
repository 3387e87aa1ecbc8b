"""What sources cost in a month: one amount for each, entered by a manager."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from backoffice.leads.queries import Choice, all_sources
from backoffice.reports.costs import MOST_YEN, MonthCosts, costs_of, set_costs
from backoffice.reports.periods import months_after
from backoffice.staff.permissions import Permission
from blueprints.reports.blueprint import reports
from blueprints.reports.near_months import NearMonths
from blueprints.studio.pages import done, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name
from blueprints.support.forms import SafeForm, VersionField
from blueprints.support.studio import current_studio

MONTHS = NearMonths("reports.month_costs", back=36, ahead=1)


@reports.get("/reports/costs")
@permit(Permission.STUDIO_EDIT)
def costs() -> ResponseReturnValue:
    """The month that runs."""
    return redirect(url_for("reports.month_costs", month=f"{today():%Y-%m}"))


@reports.route("/reports/costs/<month>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def month_costs(month: str) -> ResponseReturnValue:
    """The costs of a month; `?copy=1` shows those of the month before, to be saved."""
    first = MONTHS.read(month)
    found, last = costs_of(current_studio().id, first), costs_of(current_studio().id, months_after(first, -1))
    listed = [one for one in all_sources() if not one.is_archived or one.key in found.yen]
    form = _form(listed, last if request.args.get("copy") else found, found.version)
    if saved(form, lambda: _set(first, listed, form)):
        return done(url_for("reports.month_costs", month=month))
    page = render_template(
        "reports/costs.html", form=form, month=first, listed=listed, last=last,
        before=MONTHS.link(months_after(first, -1)), after=MONTHS.link(months_after(first, 1)),
        next_month=months_after(first, 1),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _form(listed: list[Choice], shown: MonthCosts, version: int) -> SafeForm:
    """A field for each source, made anew because the sources are the gym's own."""
    amount = [Optional(), NumberRange(0, MOST_YEN)]
    fields: dict[str, Any] = {
        f"yen_{one.key}": IntegerField(own_name(one), validators=amount) for one in listed
    }
    made = type("CostsForm", (SafeForm,), {**fields, "version": VersionField()})
    return made(data={**{f"yen_{key}": yen for key, yen in shown.yen.items()}, "version": version})


def _set(first: date, listed: list[Choice], form: SafeForm) -> MonthCosts:
    yen = {one.key: form[f"yen_{one.key}"].data for one in listed}
    version = form["version"].data or 0
    return set_costs(current_studio().id, first, yen, version=version, by=actor(), now=now())
