"""What sources cost in a month: one amount for each, entered by a manager."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from backoffice.core.errors import NotFound
from backoffice.leads.queries import Choice, all_sources
from backoffice.reports.costs import MOST_YEN, MonthCosts, costs_of, set_costs
from backoffice.reports.periods import months_after
from backoffice.staff.permissions import Permission
from blueprints.reports.blueprint import reports
from blueprints.studio.pages import done, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name
from blueprints.support.forms import SafeForm, VersionField
from blueprints.support.studio import current_studio

AHEAD = 1
BACK = 36
"""Months around this one that can be filled in."""


@reports.get("/reports/costs")
@permit(Permission.STUDIO_EDIT)
def costs() -> ResponseReturnValue:
    """The month that runs."""
    return redirect(url_for("reports.month_costs", month=f"{today():%Y-%m}"))


@reports.route("/reports/costs/<month>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def month_costs(month: str) -> ResponseReturnValue:
    """The costs of a month; `?copy=1` shows those of the month before, to be saved."""
    first = _month(month)
    found, last = costs_of(current_studio().id, first), costs_of(current_studio().id, months_after(first, -1))
    listed = [one for one in all_sources() if not one.is_archived or one.key in found.yen]
    form = _form(listed, last if request.args.get("copy") else found, found.version)
    if saved(form, lambda: _set(first, listed, form)):
        return done(url_for("reports.month_costs", month=month))
    page = render_template(
        "reports/costs.html", form=form, month=first, listed=listed, last=last,
        before=month_link(months_after(first, -1)), after=month_link(months_after(first, 1)),
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


def _month(text: str) -> date:
    """The first day of 2026-11. Raises `NotFound` for nonsense and for months that are far away."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise NotFound from error
    if not _is_near(first):
        raise NotFound
    return first


def _is_near(first: date) -> bool:
    this = today().replace(day=1)
    return months_after(this, -BACK) <= first <= months_after(this, AHEAD)


def month_link(first: date) -> str:
    """The page of a month; empty for one that is far away."""
    return url_for("reports.month_costs", month=f"{first:%Y-%m}") if _is_near(first) else ""
