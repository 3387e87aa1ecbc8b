"""What layouts ask for: the studio, light or dark, and the words for roles. Nothing here reads the database twice."""

from collections.abc import Iterable

from flask import Flask, request
from flask_babel import gettext as _

from backoffice.core.language import N_
from backoffice.staff.models import Role
from blueprints.support.studio import current_studio

COOKIE = "theme"
THEMES = ("auto", "light", "dark")

ROLE_WORDS = {
    Role.FRONT_DESK: N_("Front desk"),
    Role.TRAINER: N_("Trainer"),
    Role.MANAGER: N_("Manager"),
    Role.OWNER: N_("Owner"),
}


def theme() -> str:
    """`light`, `dark` or `auto` (as the device wishes), decided before the page is drawn, so nothing flashes."""
    chosen = request.cookies.get(COOKIE)
    return chosen if chosen in THEMES else "auto"


def role_words(roles: Iterable[str]) -> str:
    """The roles of one person in the reader's language."""
    held = set(roles)
    return " · ".join(_(words) for role, words in ROLE_WORDS.items() if role in held)


def init_app(app: Flask) -> None:
    """Make them known to templates."""
    app.jinja_env.globals.update(theme=theme, role_words=role_words, current_studio=current_studio)
