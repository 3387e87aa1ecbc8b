"""The inbox: who waits for an answer, and one conversation beside the list."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from backoffice.core.db import in_transaction
from backoffice.inbox import actions
from backoffice.staff.permissions import Permission
from blueprints.inbox import acts, answering, scope
from blueprints.inbox.blueprint import inbox
from blueprints.inbox.page import asked, fresh, list_of, show_page, thread_of
from blueprints.support.access import actor, permit
from blueprints.support.asking import wants_fragment
from blueprints.support.clock import now
from blueprints.support.studio import current_studio

__all__ = ["acts", "answering", "inbox"]


@inbox.get("/inbox")
@permit(Permission.INBOX_USE)
def index() -> ResponseReturnValue:
    """Who waits first, the longest on top. Asked again by the page itself, only the rows."""
    if wants_fragment():
        return fresh("inbox/_rows.html", **list_of(asked()), shown_id=_shown())
    return render_template("inbox/index.html", **list_of(asked()), shown_id=None)


@inbox.get("/inbox/<int:conversation_id>")
@permit(Permission.INBOX_USE)
def show(conversation_id: int) -> ResponseReturnValue:
    """One conversation; opening it writes nothing. Asked again by the page itself, only what was said."""
    conversation = scope.visible(conversation_id)
    if wants_fragment():
        return fresh("inbox/_thread.html", **thread_of(conversation), acts=True)
    return show_page(conversation)


@inbox.post("/inbox/<int:conversation_id>/read")
@permit(Permission.INBOX_USE)
def read(conversation_id: int) -> ResponseReturnValue:
    """Its page was opened and seen: what stands on it is read."""
    scope.visible(conversation_id)
    until = request.form.get("until", "")
    if until.isascii() and until.isdigit() and len(until) < 18:
        in_transaction(
            lambda: actions.mark_read(
                current_studio().id, conversation_id, until=int(until), by=actor(), now=now()
            )
        )
    return "", 204


def _shown() -> int | None:
    """Which conversation stands beside the list that asks again."""
    text = request.args.get("open", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
