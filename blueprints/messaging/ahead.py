"""What pages foresee of a message, and what can be done with it."""

from collections.abc import Mapping, Sequence

from flask import current_app

from backoffice.core.config import Settings
from backoffice.messaging import actions, own_messages
from backoffice.messaging.channels import SetUp, set_up
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.outlook import Outlook, outlook
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.reach import Reach, Send, reach_of
from backoffice.messaging.standing import Standing
from backoffice.messaging.wording import Source
from backoffice.providers import PROVIDERS
from blueprints.support.clock import now
from blueprints.support.studio import current_studio


def reached(sends: Sequence[Send]) -> Reach:
    """How these messages would arrive, for the people who are about to send them."""
    return reach_of(current_studio().id, sends, _channels(), now=now())


def foreseen(message: Message, own: Source | None = None) -> Outlook | None:
    """What a message would say and do; with the text that is just being written for it, if there is one."""
    return outlook(message, PROVIDERS, _channels(), own=own, now=now())


def possible(message: Standing) -> set[str]:
    """Which buttons make sense; the actions decide again. Answers by hand are changed and taken back in the inbox."""
    found = _possible(message)
    if POLICIES[Kind(message.kind)].is_by_hand:
        found -= {"cancel", "undo_cancel"} | (
            {"send_again"} if message.state == MessageState.CANCELLED else set()
        )
    return found


def _possible(message: Standing) -> set[str]:
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


def _channels() -> Mapping[Channel, SetUp]:
    settings: Settings = current_app.extensions["settings"]
    return set_up(settings)
