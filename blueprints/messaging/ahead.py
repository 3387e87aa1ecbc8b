"""What pages foresee of a message, and what can be done with it."""

from flask import current_app

from backoffice.core.config import Settings
from backoffice.messaging import actions, own_messages
from backoffice.messaging.channels import set_up
from backoffice.messaging.models import Message, MessageState
from backoffice.messaging.outlook import Outlook, outlook
from backoffice.messaging.standing import Standing
from backoffice.messaging.wording import Source
from backoffice.providers import PROVIDERS
from blueprints.support.clock import now


def foreseen(message: Message, own: Source | None = None) -> Outlook | None:
    """What a message would say and do; with the text that is just being written for it, if there is one."""
    settings: Settings = current_app.extensions["settings"]
    return outlook(message, PROVIDERS, set_up(settings), own=own, now=now())


def possible(message: Standing) -> set[str]:
    """Which buttons make sense; the actions decide again."""
    if actions.can_be_planned_again(message, now=now()):
        return {"undo_cancel", "send_again"}
    if message.expires_at <= now():
        return {"cancel"} if message.state in {"PLANNED", "HELD_FOR_REVIEW"} else set()
    if message.state == MessageState.PLANNED:
        edit = {"edit"} if own_messages.can_be_edited(message) else set()
        return {"send_now", "cancel"} | edit
    if message.state == MessageState.HELD_FOR_REVIEW:
        return {"release", "cancel"}
    return {"send_again"} if message.state == "SENT" or message.state in actions.REPEATABLE else set()
