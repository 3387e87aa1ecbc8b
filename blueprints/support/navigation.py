"""The main menu: only what the acting person may open."""

from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_login import current_user

from backoffice.core.language import N_
from backoffice.staff.permissions import Permission
from blueprints.support.first_page import first_page


@dataclass(frozen=True)
class NavItem:
    """One entry of the menu; `section` groups entries, `feature` marks the current one (see `where`)."""

    endpoint: str
    label: str
    icon: str
    permission: Permission
    feature: str
    short: str = ""
    """What the narrow bar of a phone says, where the label is too long for it."""


NAV = (
    NavItem("today.show", N_("Today"), icon="home", permission=Permission.TODAY_VIEW, feature="today"),
    NavItem(
        "calendar.show",
        N_("Calendar"),
        icon="calendar",
        permission=Permission.CALENDAR_VIEW,
        feature="calendar",
    ),
    NavItem(
        "my_week.show",
        N_("My week"),
        icon="calendar-week",
        permission=Permission.TRAINING_EDIT,
        feature="my_week",
    ),
    NavItem("people.index", N_("People"), icon="users", permission=Permission.PEOPLE_VIEW, feature="people"),
    NavItem(
        "leads.index", N_("Leads"), icon="address-book", permission=Permission.LEADS_VIEW, feature="leads"
    ),
    NavItem("inbox.index", N_("Inbox"), icon="inbox", permission=Permission.INBOX_USE, feature="inbox"),
    NavItem(
        "messages.index", N_("Messages"), icon="send", permission=Permission.MESSAGES_VIEW, feature="messages"
    ),
    NavItem(
        "handover.index",
        N_("Handover"),
        icon="notes",
        permission=Permission.HANDOVER_EDIT,
        feature="handover",
    ),
    NavItem(
        "care_queue.show",
        N_("CARE"),
        icon="heart",
        permission=Permission.TRAINING_EDIT,
        feature="care_queue",
    ),
    NavItem(
        "shifts.show",
        N_("Shift table"),
        icon="calendar-user",
        permission=Permission.CALENDAR_VIEW,
        feature="shifts",
    ),
    NavItem(
        "program_templates.index",
        N_("Programs"),
        icon="list-details",
        permission=Permission.TRAINING_EDIT,
        feature="program_templates",
    ),
    NavItem(
        "exercises.index",
        N_("Exercises"),
        icon="barbell",
        permission=Permission.EXERCISES_EDIT,
        feature="exercises",
    ),
    NavItem(
        "incidents.index",
        N_("Incidents"),
        icon="alert-triangle",
        permission=Permission.INCIDENTS_WRITE,
        feature="incidents",
    ),
    NavItem(
        "money.index",
        N_("Money"),
        icon="cash",
        permission=Permission.BILLING_VIEW,
        feature="money",
    ),
    NavItem(
        "reports.home",
        N_("Home"),
        icon="layout-dashboard",
        permission=Permission.REPORTS_VIEW,
        feature="home",
        short=N_("Home"),
    ),
    NavItem(
        "reports.index",
        N_("Reports"),
        icon="chart-bar",
        permission=Permission.REPORTS_VIEW,
        feature="reports",
    ),
    NavItem(
        "settings.index",
        N_("Settings"),
        icon="settings",
        permission=Permission.STUDIO_EDIT,
        feature="settings",
    ),
)


BELONGS_TO = {
    "absences": "calendar", "bookings": "calendar", "care": "care_queue", "data": "settings", "joining": "leads",
    "my": "my_week", "programs": "program_templates", "progress": "people", "series": "calendar",
    "waiting": "calendar",
}  # fmt: skip
"""Pages whose address begins otherwise than the entry of the menu they were opened from."""


def where() -> str:
    """The feature of the menu the page belongs to, by the first part of its address: `/settings/team` to Settings."""
    first = request.path.split("/")[1]
    return BELONGS_TO.get(first, first)


def nav() -> list[NavItem]:
    """The entries for the acting person, their first page before all others."""
    open_to = [item for item in NAV if item.permission in current_user.permissions]
    begins = first_page().path
    return sorted(open_to, key=lambda item: url_for(item.endpoint) != begins)


def init_app(app: Flask) -> None:
    """Give `nav` and `where` to the layouts."""
    app.jinja_env.globals.update(nav=nav, where=where)
