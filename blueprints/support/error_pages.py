"""What a person sees when something is refused or breaks: a plain sentence, the way back, never a trace."""

import logging

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from blueprints.support.language import say

log = logging.getLogger(__name__)

SENTENCES = {
    400: N_("The request could not be read."),
    401: N_("Please sign in."),
    403: N_("You may not open this page."),
    404: N_("This page does not exist."),
    405: N_("This page cannot be used in that way."),
    413: N_("That is too large."),
    423: N_("The screen is locked."),
    429: N_("That was a lot at once. Please wait a minute and try again."),
}


def _page(status: int, sentence: str) -> ResponseReturnValue:
    db.session.rollback()
    template = "errors/fragment.html" if request.headers.get("HX-Request") else "errors/page.html"
    return render_template(template, status=status, sentence=sentence), status


def http_error(error: HTTPException) -> ResponseReturnValue:
    """An answer of Flask or Werkzeug itself (404, 413 …)."""
    if error.code is None or error.code < 400:
        return error.get_response()
    return _page(error.code, _(SENTENCES.get(error.code, N_("Something did not work."))))


def csrf_error(error: CSRFError) -> ResponseReturnValue:
    """The form is older than the sign-in: what was typed is shown again by the browser's back button."""
    return _page(400, _("This form is no longer valid. Please go back, reload the page and send it again."))


def domain_error(error: DomainError) -> ResponseReturnValue:
    """A refusal that no form caught."""
    return _page(error.status, say(error))


def unexpected(error: Exception) -> ResponseReturnValue:
    """A fault of ours: logged with its trace (no form values), told in one sentence."""
    log.exception("unexpected error", extra={"endpoint": request.endpoint})
    return _page(500, _("Something went wrong on our side. Nothing was saved; please try again."))


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(CSRFError, csrf_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(DomainError, domain_error)
    if not app.testing:
        app.register_error_handler(Exception, unexpected)
