"""The icons of buttons and signs, from the sprite that the front-end build makes."""

from functools import lru_cache

from flask import Flask, current_app
from markupsafe import Markup

_ICON = Markup(
    '<svg class="icon {more}" aria-hidden="true" focusable="false"><use href="{sprite}#{name}"/></svg>'
)


def icon(name: str, more: str = "") -> Markup:
    """An icon by its Tabler outline name, written as a literal (the build collects the names it sees in templates).

    Decoration only: a button that shows nothing but an icon needs an aria-label of its own.
    """
    sprite = current_app.jinja_env.globals["static_asset"]("icons.svg")  # type: ignore[operator]
    return _drawn(name, more, sprite)


@lru_cache(maxsize=1024)
def _drawn(name: str, more: str, sprite: str) -> Markup:
    return _ICON.format(name=name, more=more, sprite=sprite)


def init_app(app: Flask) -> None:
    """Make `icon('phone')` and `icon('phone', 'icon-sm')` known to templates."""
    app.jinja_env.globals["icon"] = icon
