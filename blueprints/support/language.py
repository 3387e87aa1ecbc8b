"""The language of a request: chosen (cookie), the staff member's own, or what the browser asks for."""

from flask import Flask, g, request
from flask_babel import Babel
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.core.errors import DomainError
from backoffice.core.language import TRANSLATIONS, Language

COOKIE = "language"


def language() -> str:
    """`ja` or `en` for this request."""
    if "language" not in g:
        g.language = _choose()
    return g.language  # type: ignore[no-any-return]


def _choose() -> str:
    chosen = request.args.get("lang") or request.cookies.get(COOKIE)
    if chosen in tuple(Language):
        return str(chosen)
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    return request.accept_languages.best_match(["ja", "en"]) or "ja"


def say(error: DomainError) -> str:
    """A refusal in the reader's language; parameters that are marked texts are translated too."""
    return _(error.message, **{key: _(value) if isinstance(value, str) else value for key, value in error.params.items()})


def init_app(app: Flask) -> None:
    """Tell Flask-Babel where the texts are and how the language is chosen."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, default_locale="en", locale_selector=language)
    app.jinja_env.globals["language"] = language
