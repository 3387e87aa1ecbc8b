"""Where the day begins, by what somebody does in the gym: after signing in, behind the gym's name, after an error."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask
from flask_login import current_user

from backoffice.core.language import N_
from backoffice.staff.models import Role


@dataclass(frozen=True)
class FirstPage:
    """The page, and the words (N_) of a link that leads back to it."""

    path: str
    back: str


TODAY = FirstPage("/today", N_("Back to today"))
MANAGERS = FirstPage("/home", N_("Back to the manager’s page"))
MANAGING = {Role.MANAGER.value, Role.OWNER.value}


def first_page_of(roles: Iterable[str]) -> FirstPage:
    """The manager's page for those who manage and do nothing else. Whoever also works at the desk or trains begins with
    the day, for their guests come first; the menu has the other page."""
    held = set(roles)
    return MANAGERS if held and held <= MANAGING else TODAY


def first_page() -> FirstPage:
    """Of whoever acts; a stranger is led to the sign-in page by any."""
    return first_page_of(current_user.roles if current_user.is_authenticated else ())


def init_app(app: Flask) -> None:
    """Give templates `first_page`."""
    app.jinja_env.globals["first_page"] = first_page
