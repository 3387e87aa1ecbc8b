"""Remember language and brightness in a cookie. For visitors as well as staff; nothing is kept about a person."""

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from backoffice.core.language import Language
from blueprints.support import appearance
from blueprints.support import language as languages
from blueprints.support.access import anyone
from blueprints.support.next_page import own_path

preferences = Blueprint("preferences", __name__)
A_YEAR = 365 * 24 * 3600


@preferences.post("/language")
@anyone("visitors read in the language they choose")
def language() -> Response:
    """Choose Japanese or English; an unknown language changes nothing."""
    return _remember(languages.COOKIE, request.form.get("language", ""), tuple(Language))


@preferences.post("/theme")
@anyone("brightness of a browser is nobody's secret")
def theme() -> Response:
    """Choose light, dark or as the device; an unknown word changes nothing."""
    return _remember(appearance.COOKIE, request.form.get("theme", ""), appearance.THEMES)


def _remember(cookie: str, value: str, allowed: tuple[str, ...]) -> Response:
    response = redirect(_without_language(own_path(request.form.get("next"), "/")), code=303)
    if value in allowed:
        response.set_cookie(
            cookie, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure, httponly=True, path="/"
        )
    return response


def _without_language(path: str) -> str:
    """A `lang=` left in the address would win over the choice just made."""
    where, _, query = path.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "lang"]
    return f"{where}?{urlencode(kept)}" if kept else where
