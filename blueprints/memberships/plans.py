"""Settings: what is sold."""

from typing import Any, ClassVar

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional

from backoffice.core.db import transaction
from backoffice.core.language import N_
from backoffice.core.submissions import first_use
from backoffice.memberships import selling
from backoffice.memberships.queries import all_plans, any_plan
from backoffice.staff.permissions import Permission
from blueprints.studio.forms import NAME, Sections, SettingsForm, amount
from blueprints.studio.pages import done, form_page, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name
from blueprints.support.forms import CreateForm, options
from blueprints.support.studio import current_studio

plans = Blueprint("plans", __name__, url_prefix="/settings/plans")


class PlanForm(SettingsForm):
    """Something that is sold."""

    SECTIONS: ClassVar[Sections] = (
        (N_("What it is"), ("name_ja", "name_en", "is_monthly", "sessions", "position")),
        (N_("Price"), ("price_yen", "tax_rate", "deposit_yen", "trial_credit_days")),
        (N_("How long tickets can be used"), ("valid_months", "carries_months")),
    )
    HINTS: ClassVar[dict[str, Any]] = {
        "sessions": _l("In the pack, or in each month. 1 for a single session."),
        "price_yen": _l("Tax included, for the whole pack or for a month."),
        "deposit_yen": _l("Kept while the membership lasts and paid back at its end. 0: none."),
        "trial_credit_days": _l(
            "Who joins within so many days of the trial gets its fee credited. 0: nobody."
        ),
        "valid_months": _l(
            "Packs only. Empty: without an end. More than 6 months is flagged: please have the law on prepaid means"
            " looked at."
        ),
        "carries_months": _l("Monthly plans only: for how many months more unused sessions can be used."),
        "position": _l("Smaller numbers stand first."),
    }

    name_ja = StringField(_l("Name (Japanese)"), validators=[DataRequired(), NAME])
    name_en = StringField(_l("Name (English)"), validators=[DataRequired(), NAME])
    is_monthly = SelectField(
        _l("Kind"), choices=options({"": _l("Pack of sessions"), "1": _l("Monthly plan")}), coerce=bool
    )
    sessions = amount(_l("Sessions"), 200)
    position = amount(_l("Place in the order"), 999)
    price_yen = amount(_l("Price (yen)"), 10_000_000)
    tax_rate = SelectField(_l("Tax rate"), coerce=int, choices=options({10: "10 %", 8: "8 %"}))
    deposit_yen = amount(_l("Deposit (yen)"), 1_000_000)
    trial_credit_days = amount(_l("Credit of the trial (days)"), 365)
    valid_months = IntegerField(_l("Months of use"), validators=[Optional(), NumberRange(1, 36)])
    carries_months = amount(_l("Months carried over"), 12)


class NewPlanForm(PlanForm):
    """The same for a plan to come."""

    form_token = CreateForm.form_token


USUAL = {
    "sessions": 4, "position": 0, "tax_rate": 10, "deposit_yen": 0, "trial_credit_days": 0, "valid_months": 6,
    "carries_months": 0, "is_monthly": False,
}  # fmt: skip


@plans.get("")
@permit(Permission.STUDIO_EDIT)
def index() -> ResponseReturnValue:
    """All plans, those out of use last."""
    rows = all_plans(current_studio().id)
    has_long = any(selling.is_long(row) for row in rows if row.archived_at is None)
    return render_template("memberships/plans.html", plans=rows, is_long=selling.is_long, has_long=has_long)


@plans.route("/new", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def new() -> ResponseReturnValue:
    """A plan to come."""
    form = NewPlanForm(data=None if request.method == "POST" else USUAL)

    def save() -> None:
        if first_use(form.form_token.data, "plan", now=now()):
            values = form.changes()
            del values["position"]
            selling.add_plan(current_studio().id, values, by=actor(), now=now())

    if saved(form, save):
        return done(url_for("plans.index"))
    return form_page(form, _("New plan"), url_for("plans.index"), status=422 if form.errors else 200)


@plans.route("/<int:plan_id>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def show(plan_id: int) -> ResponseReturnValue:
    """One plan."""
    row = any_plan(current_studio().id, plan_id)
    form = PlanForm(obj=row)
    version = form.version.data
    if saved(
        form, lambda: selling.update_plan(row.id, form.changes(), version=version, by=actor(), now=now())
    ):
        return done(url_for("plans.index"))
    return form_page(
        form, own_name(row), url_for("plans.index"), status=422 if form.errors else 200, row=row,
        archive_url=url_for("plans.archive", plan_id=row.id), restore_url=url_for("plans.restore", plan_id=row.id),
    )  # fmt: skip


@plans.post("/<int:plan_id>/archive")
@permit(Permission.STUDIO_EDIT)
def archive(plan_id: int) -> ResponseReturnValue:
    """Stop selling a plan."""
    with transaction():
        selling.archive_plan(any_plan(current_studio().id, plan_id).id, by=actor(), now=now())
    return done(url_for("plans.index"))


@plans.post("/<int:plan_id>/restore")
@permit(Permission.STUDIO_EDIT)
def restore(plan_id: int) -> ResponseReturnValue:
    """Sell a plan again."""
    with transaction():
        selling.restore_plan(any_plan(current_studio().id, plan_id).id, by=actor(), now=now())
    return done(url_for("plans.index"))
