"""A task is done, or was not done after all."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.staff.permissions import Permission
from backoffice.todos import actions
from backoffice.todos.models import Todo
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.next_page import own_path
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

todos = Blueprint("todos", __name__)


@todos.post("/todos/<int:todo_id>/done")
@permit(Permission.BOOKINGS_ATTEND)
def finish(todo_id: int) -> ResponseReturnValue:
    """Tick a task off."""
    with transaction():
        todo = actions.finish_todo(current_studio().id, todo_id, by=actor(), now=now())
        _check_scope(todo)
    flash_undo(
        _("Done: %(title)s", title=_(todo.title)), url_for("todos.reopen", todo_id=todo_id, next=_back())
    )
    return redirect(_back(), 303)


@todos.post("/todos/<int:todo_id>/done/undo")
@permit(Permission.BOOKINGS_ATTEND)
def reopen(todo_id: int) -> ResponseReturnValue:
    """It was not done after all."""
    with transaction():
        todo = actions.reopen_todo(current_studio().id, todo_id, by=actor(), now=now())
        _check_scope(todo)
    flash_done(_("Open again: %(title)s", title=_(todo.title)))
    return redirect(_back(), 303)


def _check_scope(todo: Todo) -> None:
    """A task about somebody else's guest does not exist for a trainer; raised inside, so that nothing is written."""
    if todo.person_id is not None:
        check_visible(todo.person_id)


def _back() -> str:
    return own_path(request.values.get("next"), url_for("today.show"))
