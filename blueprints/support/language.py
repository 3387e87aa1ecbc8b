"""The language of a request: chosen (cookie), the staff member's own, or what the browser asks for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import TypeVar

from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from backoffice.core.errors import DomainError
from backoffice.core.language import TRANSLATIONS, Language, translations
from blueprints.support.clock import today
from blueprints.support.days import written

COOKIE = "language"
Word = TypeVar("Word")


def language() -> str:
    """`ja` or `en` for this request."""
    kept: str | None = g.get("language")
    if kept is None:
        kept = g.language = _choose()
    return kept


def _choose() -> str:
    chosen = request.args.get("lang") or request.cookies.get(COOKIE)
    if chosen in tuple(Language):
        return str(chosen)
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    return request.accept_languages.best_match(["ja", "en"]) or "ja"


@contextmanager
def speaking(wanted: Language) -> Iterator[None]:
    """Say what is said inside the block in this language, whatever the reader's: for a page in both."""
    before = language()
    g.language = wanted.value
    try:
        yield
    finally:
        g.language = before


def say(error: DomainError) -> str:
    """A refusal in the reader's language; marked texts in it are translated too, days written as on pages."""
    return _(error.message, **{key: _said(value) for key, value in error.params.items()})


def _said(value: object) -> object:
    if isinstance(value, date):
        return written(value, today=today(), is_japanese=language() == Language.JA)
    return _(value) if isinstance(value, str) else value


def say_in_template(message: str, **variables: object) -> str:
    """What `_('…')` does in a template: Flask-Babel's gettext without looking for the locale at each text."""
    return _text(message, language()) % variables if variables else _sentence(message, language())


def _text(message: str, language: str) -> Markup:
    return Markup(translations(language).ugettext(message))  # noqa: S704 - the catalogue is ours


@lru_cache(maxsize=4096)
def _sentence(message: str, language: str) -> Markup:
    return _text(message, language) % {}


def spoken(words: Mapping[Word, object]) -> dict[Word, str]:
    """Words in the reader's language, said once: for a list that shows one of them in every row."""
    return {key: str(word) for key, word in words.items()}


class _Catalogue(Domain):
    """Flask-Babel's texts by the language of the request, without looking for the locale at each text."""

    def get_translations(self) -> NullTranslations:
        return translations(language()) if has_request_context() else NullTranslations()


def init_app(app: Flask) -> None:
    """Tell Flask-Babel where the texts are and how the language is chosen."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, default_locale="en", locale_selector=language).domain_instance = _Catalogue()
    app.jinja_env.globals.update(language=language, _=say_in_template)
