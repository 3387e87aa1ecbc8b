"""What else is done with a conversation: begun, handed on, done, opened again, a photo filed as a meal."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.inbox import actions
from backoffice.inbox.meal_photos import file_as_meal
from backoffice.staff.permissions import Permission
from blueprints.inbox import scope
from blueprints.inbox.blueprint import inbox
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import optional_int
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error, flash_undo


@inbox.post("/people/<int:person_id>/conversation")
@permit(Permission.INBOX_USE)
def begin(person_id: int) -> ResponseReturnValue:
    """Open the conversation with somebody, also if nothing was said yet."""
    check_visible(person_id)
    made = in_transaction(lambda: actions.begin(current_studio().id, person_id, now=now()).id)
    return redirect(url_for("inbox.show", conversation_id=made), 303)


@inbox.post("/inbox/<int:conversation_id>/assignment")
@permit(Permission.INBOX_USE)
def assign(conversation_id: int) -> ResponseReturnValue:
    """Take it, hand it to a colleague, or leave it to nobody."""
    scope.visible(conversation_id)
    text = request.args["was"] if "was" in request.args else request.form.get("staff", "")
    chosen = current_user.id if text == "me" else optional_int(text if _is_id(text) else "")
    before = in_transaction(
        lambda: actions.assign(current_studio().id, conversation_id, chosen, by=actor(), now=now())
    )
    if before != chosen:
        undo = url_for("inbox.assign", conversation_id=conversation_id, was=before or "")
        flash_undo(_("Handed on.") if chosen else _("Nobody’s now."), undo)
    return _back(conversation_id)


@inbox.post("/inbox/<int:conversation_id>/done")
@permit(Permission.INBOX_USE)
def close(conversation_id: int) -> ResponseReturnValue:
    """Nothing in it needs an answer."""
    scope.visible(conversation_id)
    in_transaction(lambda: actions.close(current_studio().id, conversation_id, by=actor(), now=now()))
    flash_undo(_("Done."), url_for("inbox.reopen", conversation_id=conversation_id))
    return redirect(url_for("inbox.index"), 303)


@inbox.post("/inbox/<int:conversation_id>/done/undo")
@permit(Permission.INBOX_USE)
def reopen(conversation_id: int) -> ResponseReturnValue:
    """It was not done after all."""
    scope.visible(conversation_id)
    in_transaction(lambda: actions.reopen(current_studio().id, conversation_id, by=actor(), now=now()))
    flash_done(_("Open again."))
    return _back(conversation_id)


@inbox.post("/inbox/entries/<int:entry_id>/meal")
@permit(Permission.INBOX_USE)
def file_meal(entry_id: int) -> ResponseReturnValue:
    """A photo of a meal goes to the queue of the client's trainers."""
    conversation = scope.around(entry_id)
    try:
        filed = in_transaction(lambda: file_as_meal(current_studio(), entry_id, by=actor(), now=now()))
        flash_done(_("Filed for the trainer.") if filed else _("This photo was filed already."))
    except DomainError as error:
        if error.status == 404:
            raise
        flash_error(say(error))
    return _back(conversation.id)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def _back(conversation_id: int) -> ResponseReturnValue:
    return redirect(url_for("inbox.show", conversation_id=conversation_id), 303)
