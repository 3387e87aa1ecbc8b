"""Goals of the month, and how many days a month of the funnel counts as young."""

from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.reports.goals import MEASURES, Goals, goals_of, set_goals
from backoffice.reports.pace import month_in_all
from backoffice.reports.periods import months_after
from backoffice.staff.permissions import Permission
from backoffice.studio.actions import update_studio
from backoffice.studio.queries import the_studio
from blueprints.reports.blueprint import reports
from blueprints.reports.goal_forms import GoalsForm, MaturityForm
from blueprints.reports.near_months import NearMonths
from blueprints.studio.pages import done, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.studio import current_studio

MONTHS = NearMonths("reports.month_goals", back=12, ahead=6)


@reports.get("/reports/goals")
@permit(Permission.STUDIO_EDIT)
def goals() -> ResponseReturnValue:
    """The month that runs."""
    return redirect(url_for("reports.month_goals", month=f"{today():%Y-%m}"))


@reports.route("/reports/goals/<month>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def month_goals(month: str) -> ResponseReturnValue:
    """The goals of a month; `?copy=1` shows those of the month before, to be saved."""
    first = MONTHS.read(month)
    found = goals_of(current_studio().id, first)
    copied = goals_of(current_studio().id, months_after(first, -1)) if request.args.get("copy") else found
    form = GoalsForm(data={**copied.wanted, "version": found.version})
    if saved(form, lambda: _set(first, form)):
        return done(url_for("reports.month_goals", month=month))
    page = render_template(
        "reports/goals.html",
        form=form,
        month=first,
        before=MONTHS.link(months_after(first, -1)),
        after=MONTHS.link(months_after(first, 1)),
        next_month=months_after(first, 1),
        last_month=goals_of(current_studio().id, months_after(first, -1)),
        last_words=_last_words(months_after(first, -1)),
        measures=MEASURES,
    )
    return page, 422 if form.errors else 200


@reports.route("/settings/maturity", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def maturity_days() -> ResponseReturnValue:
    """How many days people are given before a month counts as settled."""
    form = MaturityForm(obj=the_studio())
    changes, version = form.changes(), form.version.data
    if saved(
        form, lambda: update_studio(current_studio().id, changes, version=version, by=actor(), now=now())
    ):
        return done(url_for("settings.index"))
    page = render_template(
        "studio/form.html", form=form, title=_("Days to decide"), back=url_for("settings.index")
    )
    return page, 422 if form.errors else 200


def _last_words(month: date) -> dict[str, str]:
    """What became of the month before (so far, while it runs), and what was wanted of it."""
    studio, this = current_studio(), today().replace(day=1)
    if month > this:
        return {}
    became, wanted = month_in_all(studio, month), goals_of(studio.id, month).wanted
    said = {}
    for name, number in became.items():
        goal = wanted[name]
        so_far = month == this
        if goal is None:
            words = _("this month so far: %(n)s") if so_far else _("last month: %(n)s")
        else:
            words = (
                _("this month so far: %(n)s (goal %(goal)s)")
                if so_far
                else _("last month: %(n)s (goal %(goal)s)")
            )
        said[name] = words % {"n": f"{number:,}", "goal": f"{goal or 0:,}"}
    return said


def _set(first: date, form: GoalsForm) -> Goals:
    wanted = {name: form[name].data for name in MEASURES}
    return set_goals(
        current_studio().id, first, wanted, version=form.version.data or 0, by=actor(), now=now()
    )
