"""What a person sees when something is refused or breaks: a plain sentence, the way back, never a trace."""

import logging
import traceback
from dataclasses import dataclass

from flask import Flask, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from backoffice.people.queries import ERASED_PERSON, MERGED_PERSON, Erased, MergedAway
from blueprints.support import unsent
from blueprints.support.asking import wants_fragment, wants_json
from blueprints.support.first_page import first_page
from blueprints.support.language import say

log = logging.getLogger(__name__)

SENTENCES = {
    400: N_("The request could not be read."),
    401: N_("Please sign in."),
    403: N_("You may not open this page. If you need it, please ask the owner of the gym."),
    404: N_("This page does not exist. Perhaps the link is old or a letter is missing."),
    405: N_("This page cannot be used in that way."),
    409: N_("Somebody changed this in the meantime."),
    413: N_("That is too large to be sent."),
    423: N_("The screen is locked."),
    429: N_("That was a lot at once. Please wait a minute and try again."),
    503: N_("We are busy for a moment. Please try again in a minute."),
}
HEADINGS = {
    401: N_("Please sign in"),
    403: N_("Not open to you"),
    404: N_("Nothing here"),
    410: N_("Erased"),
    413: N_("Too large"),
    423: N_("Locked"),
    429: N_("One moment, please"),
}
OTHER_SENTENCE, OTHER_HEADING = N_("Something did not work."), N_("That did not work")
# What is left to say when not even the error page can be drawn (no database, no front end).
LAST_WORDS = (
    "申し訳ございません。ただいま表示できません。しばらくしてからもう一度お試しください。\n"
    "Sorry, this page cannot be shown just now. Please try again in a minute.\n"
)
# PostgreSQL's codes for a number out of range and for a character it cannot store: made-up input, not a fault.
IMPOSSIBLE_VALUES = frozenset({"22003", "22021", "22P05"})
STRANGE_HOST = "This site does not answer under that name. / このアドレスではご利用いただけません。\n"


@dataclass(frozen=True)
class WayBack:
    """Where the page leads from here."""

    url: str
    label: str


def refused(status: int, sentence: str) -> ResponseReturnValue:
    """A refusal in the form the caller reads: JSON, a fragment, or a page with the way back. Nothing stays written."""
    db.session.rollback()
    if wants_json():
        return jsonify(error=sentence), status
    heading = _(HEADINGS.get(status, OTHER_HEADING))
    template = "errors/fragment.html" if wants_fragment() else "errors/page.html"
    return render_template(
        template, status=status, heading=heading, sentence=sentence, back=_way_back()
    ), status


def http_error(error: HTTPException) -> ResponseReturnValue:
    """An answer of Flask or Werkzeug itself (404, 413 …)."""
    if error.code is None or error.code < 400:
        return error.get_response()
    answer = refused(
        error.code, _too_large() if error.code == 413 else _(SENTENCES.get(error.code, OTHER_SENTENCE))
    )
    response = current_app.make_response(answer)
    if valid := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(valid))
    if error.code == 413:
        response.headers["Connection"] = "close"
    return response


def _too_large() -> str:
    """How much may be sent, where that is worth saying (files)."""
    megabytes = (request.max_content_length or 0) // 1024**2
    if not megabytes:
        return _(SENTENCES[413])
    return _("That is too large to be sent. Files may have up to %(limit)s MB.", limit=megabytes)


def strange_host(error: SecurityError) -> ResponseReturnValue:
    """The request names a host that is not ours; no link can be built for it, so no page either."""
    return current_app.response_class(STRANGE_HOST, status=400, mimetype="text/plain")


def too_deep(error: RecursionError) -> ResponseReturnValue:
    """JSON nested deeper than anybody means it."""
    log.warning("nested too deep", extra={"endpoint": request.endpoint})
    return refused(400, _(SENTENCES[400]))


def csrf_error(error: CSRFError) -> ResponseReturnValue:
    """The form is older than the sign-in: what was typed comes back with a button that sends it again."""
    if unsent.can_offer():
        return unsent.offer(
            400, _("You were signed in anew since this form was opened, so nothing was saved yet.")
        )
    return refused(400, _("This form is no longer valid. Please go back, reload the page and send it again."))


def domain_error(error: DomainError) -> ResponseReturnValue:
    """A refusal that no form caught."""
    return refused(error.status, say(error))


def unexpected(error: Exception) -> ResponseReturnValue:
    """A fault of ours: logged by place and kind (never by values), told in one sentence."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    if code in (MERGED_PERSON, ERASED_PERSON):
        return domain_error(MergedAway() if code == MERGED_PERSON else Erased())
    if code in IMPOSSIBLE_VALUES:
        log.warning("a value no column can hold", extra={"endpoint": request.endpoint})
        return refused(400, _(SENTENCES[400]))
    frames = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    log.error(
        "unexpected error",
        extra={"endpoint": request.endpoint, "kind": type(error).__name__, "frames": frames},
    )
    if current_app.debug or current_app.testing:
        log.error("the same with its values, as this is not production", exc_info=error)
    try:
        return refused(500, _("Something went wrong on our side. Nothing was saved; please try again."))
    except Exception as second:  # the page may need the very thing that is broken
        log.error("error page failed", extra={"kind": type(second).__name__})
        return current_app.response_class(LAST_WORDS, status=500, mimetype="text/plain")


def _way_back() -> WayBack:
    if current_user and current_user.is_authenticated:
        return WayBack(first_page().path, _(first_page().back))
    if request.path.startswith(("/book", "/manage", "/unsubscribe")):
        return WayBack("/book", _("Back to booking"))
    return WayBack(url_for("staff.sign_in"), _("To the sign-in page"))


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(CSRFError, csrf_error)
    app.register_error_handler(SecurityError, strange_host)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(RecursionError, too_deep)
    app.register_error_handler(Exception, unexpected)
