"""Where LINE tells what happened. Nothing is done here: events are kept and answered for at once."""

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue

from backoffice.core.config import Settings
from backoffice.core.db import in_transaction
from backoffice.core.errors import Invalid
from backoffice.line.intake import keep_events, read_events
from backoffice.line.signature import is_signed
from blueprints.support.access import anyone
from blueprints.support.clock import now
from blueprints.support.csrf import protect
from blueprints.support.limits import SMALL_BODY, body_limit
from blueprints.support.studio import current_studio

line_webhook = Blueprint("line_webhook", __name__)

SIGNATURE = "X-Line-Signature"


@line_webhook.post("/line/webhook")
@protect.exempt
@anyone("LINE sends events; the signature over the body is the proof")
@body_limit(SMALL_BODY)
def receive() -> ResponseReturnValue:
    """Keep what LINE tells. Without a channel there is no such page; without the right signature nothing is read."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.line_channel_secrets:
        abort(404)
    body = request.get_data(cache=False)
    if not is_signed(body, request.headers.get(SIGNATURE, ""), settings.line_channel_secrets):
        return "", 401
    try:
        received = read_events(body, now=now())
    except Invalid:
        return "", 400
    if received:
        in_transaction(lambda: keep_events(current_studio().id, received, now=now()))
    return "", 200
