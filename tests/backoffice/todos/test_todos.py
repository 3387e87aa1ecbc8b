"""Tasks for humans: done once, undone when ticked by mistake."""

from datetime import datetime, timedelta

import pytest

from backoffice.core.audit import Actor
from backoffice.core.errors import Invalid, NotFound
from backoffice.people.actions import create_person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.todos import actions, queries
from backoffice.todos.models import Todo, TodoKind
from tests.gym import make_staff


def call(gym: Studio, *, by: Actor, now: datetime, kind: TodoKind = TodoKind.CALL_TO_CONFIRM) -> Todo:
    person = create_person(kana="サトウ", phones=["090-1234-5678"], by=by, now=now)
    return actions.add_todo(
        kind, "Call to confirm", studio_id=gym.id, due_at=now, person_id=person.id, by=by, now=now
    )


def test_a_task_is_listed_until_it_is_done(gym: Studio, by: Actor, now: datetime) -> None:
    todo = call(gym, by=by, now=now)
    later = now + timedelta(hours=1)
    rows = queries.open_todos(gym.id, due_before=later, reader_id=0)
    assert [(row.id, row.shown_name, row.phone) for row in rows] == [(todo.id, "サトウ", "+819012345678")]
    assert queries.open_todos(gym.id, due_before=now, reader_id=0) == []
    actions.finish_todo(todo.studio_id, todo.id, by=by, now=later)
    actions.finish_todo(todo.studio_id, todo.id, by=by, now=later + timedelta(hours=1))
    assert (queries.open_todos(gym.id, due_before=later, reader_id=0), todo.done_at) == ([], later)
    actions.reopen_todo(todo.studio_id, todo.id, by=by, now=later)
    assert len(queries.open_todos(gym.id, due_before=later, reader_id=0)) == 1


def test_what_only_a_trainer_can_do_is_asked_of_that_trainer_alone(
    gym: Studio, by: Actor, now: datetime
) -> None:
    mori, okada = (
        make_staff(f"{name}@test.example", [Role.TRAINER], now=now).id for name in ("mori", "okada")
    )
    for kind in (TodoKind.REVIEW, TodoKind.CARE_SILENT, TodoKind.CALL_TO_CONFIRM):
        actions.add_todo(kind, kind.value, studio_id=gym.id, due_at=now, owner_staff_id=mori, by=by, now=now)

    def seen(reader_id: int, *, only_own: bool) -> list[str]:
        later = now + timedelta(hours=1)
        rows = queries.open_todos(gym.id, due_before=later, reader_id=reader_id, only_own=only_own)
        return [row.kind for row in rows]

    assert (
        seen(mori, only_own=True)
        == seen(mori, only_own=False)
        == ["REVIEW", "CARE_SILENT", "CALL_TO_CONFIRM"]
    )
    assert seen(okada, only_own=True) == []
    assert seen(okada, only_own=False) == ["CALL_TO_CONFIRM"]


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
