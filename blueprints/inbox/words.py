"""What the inbox calls things: trays, roads, and where an answer stands, in plain words."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from backoffice.inbox.queries import Tray
from backoffice.messaging.conversation_queries import Said
from backoffice.messaging.entries import Road
from backoffice.messaging.models import Channel, MessageState
from blueprints.support.filters import show_daytime

TRAY_WORDS = {
    Tray.ALL: _l("All"),
    Tray.MINE: _l("Mine"),
    Tray.UNASSIGNED: _l("Nobody’s yet"),
    Tray.DONE: _l("Done"),
}
EMPTY_WORDS = {
    Tray.ALL: _l("Nobody waits for an answer. What people write on LINE appears here."),
    Tray.MINE: _l("No conversation is yours."),
    Tray.UNASSIGNED: _l("Every conversation has somebody."),
    Tray.DONE: _l("Nothing is done yet."),
}
ROAD_WORDS = {Channel.LINE: _l("LINE"), Channel.MAIL: _l("Mail")}
HEARD_WORDS = {Road.PHONE: _l("By phone"), Road.MAIL: _l("Mail")}
"""The roads of what is written down by hand."""
SAID_WORDS: dict[str, object] = {**ROAD_WORDS, **HEARD_WORDS}


def answer_state(one: Said) -> str:
    """Where an answer stands: planned, sent (accepted, nobody knows whether it was read), not sent and why."""
    state, reason = one.message_state, _(one.message_reason) if one.message_reason else ""
    if state == MessageState.PLANNED:
        return _("Planned for %(when)s", when=show_daytime(one.said_at)) + (f" · {reason}" if reason else "")
    if state == MessageState.SENT:
        return _("Sent %(when)s", when=show_daytime(one.accepted_at))
    if state == MessageState.CLAIMED:
        return _("Being sent")
    if state == MessageState.UNKNOWN:
        return _("Unclear whether it arrived: please ask.")
    if state == MessageState.HELD_FOR_REVIEW:
        return _("Held back after a restore")
    return _("Not sent: %(reason)s", reason=reason) if state else ""
