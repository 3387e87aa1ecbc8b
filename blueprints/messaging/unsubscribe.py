"""The way out of follow-ups: by the button of a mail program (RFC 8058) or on a page. A GET changes nothing."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core import links
from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import NotFound
from backoffice.core.language import N_
from backoffice.messaging.consent import is_subscribed, withdraw_consent
from backoffice.people.models import Purpose
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.csrf import protect
from blueprints.support.language import language

unsubscribe = Blueprint("unsubscribe", __name__)

WORDS = {Purpose.FOLLOW_UP: N_("messages after a visit")}
ONE_CLICK = "One-Click"
WORDING = "unsubscribe-1"


@unsubscribe.get("/unsubscribe/<token>")
@link_holder("unsubscribe")
def show(token: str) -> ResponseReturnValue:
    """Say what would stop, with a button. Mail scanners and previews open this, so nothing happens here."""
    person_id, purpose = _read(token)
    is_on = is_subscribed(person_id, purpose)
    return render_template("messaging/unsubscribe.html", token=token, is_on=is_on, what=_(WORDS[purpose]))


@unsubscribe.post("/unsubscribe/<token>")
@protect.exempt
@link_holder("unsubscribe")
def act(token: str) -> ResponseReturnValue:
    """Stop messages of this purpose. No CSRF token: mail programs send this, and the link itself is the proof."""
    person_id, purpose = _read(token)
    by_program = request.form.get("List-Unsubscribe") == ONE_CLICK
    in_transaction(
        lambda: withdraw_consent(
            person_id,
            purpose,
            wording=WORDING,
            source="one-click" if by_program else "page",
            language=language(),
            by=Actor("link", person_id, "unsubscribe"),
            now=now(),
        )
    )
    if by_program:
        return "", 200
    return render_template("messaging/unsubscribe.html", token=token, is_on=False, what=_(WORDS[purpose]))


def _read(token: str) -> tuple[int, Purpose]:
    parts = links.read("unsubscribe", token)
    if parts is None or len(parts) != 2 or not isinstance(parts[0], int) or parts[1] not in WORDS:
        raise NotFound
    return parts[0], Purpose(parts[1])
