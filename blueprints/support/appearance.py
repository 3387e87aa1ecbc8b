"""What layouts ask for: the studio, light or dark, the words for roles, and parts of the shell drawn once and kept."""

from collections.abc import Hashable, Iterable, Mapping

from flask import Flask, current_app, request
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from backoffice.core.language import N_
from backoffice.staff.models import Role
from blueprints.support.first_page import first_page
from blueprints.support.language import language
from blueprints.support.navigation import where
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


_parts: dict[tuple[Hashable, ...], Markup] = {}
MOST_PARTS = 1000


def shell_part(name: str, *variation: Hashable, **given: object) -> Markup:
    """A part of the frame around every page, drawn once per language and `variation` and then kept.

    Only for templates that show nothing of a person and nothing of a request beyond `variation` (menu, search box,
    lock screen): the frame would otherwise cost more than the page inside it. `given` is what `variation` stands for.
    """
    key = (name, language(), *variation)
    part = _parts.get(key)
    if part is None:
        part = Markup(current_app.jinja_env.get_template(name).render(**given))  # noqa: S704 - drawn by our own template
        if not current_app.debug:
            if len(_parts) >= MOST_PARTS:
                _parts.clear()
            _parts[key] = part
    return part


def menu_part(name: str, badges: Mapping[str, int]) -> Markup:
    """The side list or the bottom bar: it varies by what the person may open and begins with, where they are, and
    the numbers on it."""
    numbers = tuple(sorted(badges.items()))
    return shell_part(name, where(), current_user.permissions, first_page().path, numbers, badges=badges)


def init_app(app: Flask) -> None:
    """Make them known to templates."""
    app.jinja_env.globals.update(
        theme=theme,
        role_words=role_words,
        current_studio=current_studio,
        shell_part=shell_part,
        menu_part=menu_part,
    )
