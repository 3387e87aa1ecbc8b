"""Tasks for humans: done once, undone when ticked by mistake."""

from datetime import datetime, timedelta

import pytest

from backoffice.core.audit import Actor
from backoffice.core.errors import Invalid, NotFound
from backoffice.people.actions import create_person
from backoffice.studio.models import Studio
from backoffice.todos import actions, queries
from backoffice.todos.models import Todo, TodoKind


def call(gym: Studio, *, by: Actor, now: datetime, kind: TodoKind = TodoKind.CALL_TO_CONFIRM) -> Todo:
    person = create_person(kana="サトウ", phones=["090-1234-5678"], by=by, now=now)
    return actions.add_todo(
        kind, "Call to confirm", studio_id=gym.id, due_at=now, person_id=person.id, by=by, now=now
    )


def test_a_task_is_listed_until_it_is_done(gym: Studio, by: Actor, now: datetime) -> None:
    todo = call(gym, by=by, now=now)
    later = now + timedelta(hours=1)
    rows = queries.open_todos(gym.id, due_before=later)
    assert [(row.id, row.shown_name, row.phone) for row in rows] == [(todo.id, "サトウ", "+819012345678")]
    assert queries.open_todos(gym.id, due_before=now) == []
    actions.finish_todo(todo.studio_id, todo.id, by=by, now=later)
    actions.finish_todo(todo.studio_id, todo.id, by=by, now=later + timedelta(hours=1))
    assert (queries.open_todos(gym.id, due_before=later), todo.done_at) == ([], later)
    actions.reopen_todo(todo.studio_id, todo.id, by=by, now=later)
    assert len(queries.open_todos(gym.id, due_before=later)) == 1


def test_the_next_action_of_a_lead_is_not_ticked_here(gym: Studio, by: Actor, now: datetime) -> None:
    todo = call(gym, by=by, now=now, kind=TodoKind.NEXT_ACTION)
    for act in (actions.finish_todo, actions.reopen_todo):
        with pytest.raises(Invalid):
            act(todo.studio_id, todo.id, by=by, now=now)


def test_a_task_says_what_is_to_be_done(gym: Studio, by: Actor, now: datetime) -> None:
    with pytest.raises(Invalid):
        actions.add_todo(TodoKind.CHECK_MESSAGE, " ", studio_id=gym.id, due_at=now, by=by, now=now)
    with pytest.raises(NotFound):
        actions.finish_todo(gym.id, 0, by=by, now=now)
