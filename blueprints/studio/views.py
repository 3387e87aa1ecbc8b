"""The entrance to the settings, the studio's own data and its weekly hours."""

from datetime import time
from typing import NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.language import N_
from backoffice.staff.permissions import Permission
from backoffice.studio import actions, queries
from backoffice.studio.models import OpeningHours
from blueprints.studio import absences, days, rooms, services, trainers
from blueprints.studio.blueprint import settings
from blueprints.studio.forms import StudioForm
from blueprints.studio.pages import done, form_page, saved
from blueprints.studio.week_form import WeekForm
from blueprints.support.access import actor, may, permit
from blueprints.support.clock import now
from blueprints.support.studio import current_studio

__all__ = ["absences", "days", "rooms", "services", "settings", "trainers"]


class Door(NamedTuple):
    """An entry of the settings page."""

    endpoint: str
    title: str
    text: str
    permission: Permission
    given: tuple[tuple[str, str], ...] = ()


DOORS = (
    Door(
        "settings.studio",
        N_("The studio"),
        N_("Name, way, what to bring, quiet hours"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "settings.services",
        N_("Services"),
        N_("What can be booked, how long, at what price"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "joining_house.discounts",
        N_("Joining fee and discounts"),
        N_("What joining costs, and what is taken off"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "joining_house.terms",
        N_("Terms of membership"),
        N_("What new members sign, in versions"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "joining_house.visit_terms",
        N_("Terms for visitors"),
        N_("What visitors agree to when they book, in versions"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "plans.index",
        N_("Plans"),
        N_("Packs and monthly plans, prices, how long they last"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "money.house",
        N_("Money: settings"),
        N_("What stands on invoices, days to pay, cancellation fees, the float"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "lead_lists.index",
        N_("Sources"),
        N_("Where enquiries come from"),
        Permission.STUDIO_EDIT,
        (("list_kind", "source"),),
    ),
    Door(
        "lead_lists.index",
        N_("Reasons for not joining"),
        N_("What is chosen when a lead is lost"),
        Permission.STUDIO_EDIT,
        (("list_kind", "lost_reason"),),
    ),
    Door(
        "reports.goals", N_("Goals of the month"), N_("What you want of each month"), Permission.STUDIO_EDIT
    ),
    Door(
        "reports.costs",
        N_("Costs of sources"),
        N_("What each source cost in a month"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "reports.maturity_days",
        N_("Days to decide"),
        N_("How long a month of the funnel counts as young"),
        Permission.STUDIO_EDIT,
    ),
    Door("settings.rooms", N_("Rooms"), N_("Each takes one booking at a time"), Permission.STUDIO_EDIT),
    Door(
        "settings.opening",
        N_("Opening hours"),
        N_("When the studio is open on each weekday"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "settings.special_days",
        N_("Closing and short days"),
        N_("Obon, New Year, days with other hours"),
        Permission.SHIFTS_EDIT,
    ),
    Door(
        "settings.trainers",
        N_("Trainers and shifts"),
        N_("Profiles and weekly hours"),
        Permission.SHIFTS_EDIT,
    ),
    Door("settings.time_off", N_("Time off"), N_("When a trainer does not work"), Permission.SHIFTS_EDIT),
    Door(
        "settings.blocks",
        N_("Blocked times"),
        N_("Breaks, cleaning, meetings of a trainer or a room"),
        Permission.SHIFTS_EDIT,
    ),
    Door(
        "questions.show",
        N_("Health check sheet"),
        N_("What is asked before somebody trains"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "playbooks.index",
        N_("Playbooks"),
        N_("Follow-ups that begin and stop by themselves"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "message_roads.show",
        N_("Messages by LINE"),
        N_("Which messages go by LINE, and how many this month has left"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "message_texts.index",
        N_("Texts of messages"),
        N_("What confirmations, reminders and follow-ups say"),
        Permission.STUDIO_EDIT,
    ),
    Door(
        "quick_replies.index",
        N_("Quick replies"),
        N_("Answers to what many people ask, in both languages"),
        Permission.STUDIO_EDIT,
    ),
    Door("exchange.index", N_("Data in and out"), N_("Lists as files for Excel"), Permission.EXPORTS_MAKE),
    Door("staff.team", N_("Staff"), N_("Accounts, roles and invitations"), Permission.STAFF_EDIT),
    Door("staff.audit", N_("Audit"), N_("Who changed what, and when"), Permission.AUDIT_VIEW),
    Door(
        "imports.choose",
        N_("Import enquiries"),
        N_("A CSV file from a form or a spreadsheet"),
        Permission.LEADS_IMPORT,
    ),
)


GROUPS = (
    (N_("The gym"), ("settings.studio", "settings.opening", "settings.special_days", "settings.rooms")),
    (
        N_("What is sold"),
        (
            "settings.services",
            "plans.index",
            "joining_house.discounts",
            "joining_house.terms",
            "joining_house.visit_terms",
            "money.house",
        ),
    ),
    (
        N_("Trainers and staff"),
        ("settings.trainers", "settings.time_off", "settings.blocks", "staff.team", "questions.show"),
    ),
    (
        N_("Messages and follow-up"),
        ("message_roads.show", "message_texts.index", "quick_replies.index", "playbooks.index"),
    ),
    (
        N_("Leads and goals"),
        ("lead_lists.index", "reports.goals", "reports.costs", "reports.maturity_days", "imports.choose"),
    ),
    (N_("Data"), ("exchange.index", "staff.audit")),
)
"""Under which heading each entry stands."""


@settings.get("")
@permit(Permission.STUDIO_EDIT)
def index() -> ResponseReturnValue:
    """What can be set, for those who may."""
    doors = [door for door in DOORS if may(door.permission)]
    return render_template("studio/index.html", groups=_grouped(doors))


@settings.route("/studio", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def studio() -> ResponseReturnValue:
    """The studio's own data."""
    form = StudioForm(obj=queries.the_studio())
    studio_id = current_studio().id
    version = form.version.data
    if saved(
        form, lambda: actions.update_studio(studio_id, form.changes(), version=version, by=actor(), now=now())
    ):
        return done(url_for("settings.index"))
    return form_page(form, _("The studio"), url_for("settings.index"), status=422 if form.errors else 200)


@settings.route("/opening-hours", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def opening() -> ResponseReturnValue:
    """Opening and closing time of each weekday."""
    row = queries.the_studio()
    form = WeekForm(
        data=None if request.method == "POST" else _week(queries.opening_hours(row.id), row.version)
    )
    version = form.version.data
    if saved(
        form, lambda: actions.set_opening_hours(row.id, form.week(), version=version, by=actor(), now=now())
    ):
        return done(url_for("settings.index"))
    status = 422 if form.errors else 200
    return render_template("studio/opening_hours.html", form=form, back=url_for("settings.index")), status


def _grouped(doors: list[Door]) -> list[tuple[str, list[Door]]]:
    """The doors under their headings, in the order of `GROUPS`; a door that no group names stands under the last."""
    last = GROUPS[-1][0]
    heading_of = {name: heading for heading, names in GROUPS for name in names}
    found = [
        (heading, [door for door in doors if heading_of.get(door.endpoint, last) == heading])
        for heading, _names in GROUPS
    ]
    return [(heading, some) for heading, some in found if some]


def _week(hours: list[OpeningHours], version: int) -> dict[str, object]:
    values: dict[str, time | int] = {"version": version}
    for row in hours:
        values[f"opens_{row.weekday}"], values[f"closes_{row.weekday}"] = row.opens_at, row.closes_at
    return dict(values)
