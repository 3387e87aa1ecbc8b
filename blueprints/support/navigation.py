"""The main menu: only what the acting person may open."""

from dataclasses import dataclass

from flask import Flask
from flask_login import current_user

from backoffice.core.language import N_
from backoffice.staff.permissions import Permission


@dataclass(frozen=True)
class NavItem:
    """One entry of the menu; `section` groups entries, `feature` marks the current one by blueprint name."""

    endpoint: str
    label: str
    icon: str
    permission: Permission
    feature: str


NAV = (
    NavItem("today.show", N_("Today"), "home", Permission.TODAY_VIEW, "today"),
    NavItem("calendar.show", N_("Calendar"), "calendar", Permission.CALENDAR_VIEW, "calendar"),
    NavItem("leads.index", N_("Leads"), "address-book", Permission.LEADS_VIEW, "leads"),
    NavItem("people.index", N_("People"), "users", Permission.PEOPLE_VIEW, "people"),
    NavItem("messages.index", N_("Messages"), "send", Permission.MESSAGES_VIEW, "messages"),
    NavItem("reports.show", N_("Reports"), "chart-bar", Permission.REPORTS_VIEW, "reports"),
    NavItem("settings.index", N_("Settings"), "settings", Permission.STUDIO_EDIT, "settings"),
)


def nav() -> list[NavItem]:
    """The entries for the acting person."""
    return [item for item in NAV if item.permission in current_user.permissions]


def init_app(app: Flask) -> None:
    """Give `nav` to the layouts."""
    app.jinja_env.globals["nav"] = nav
