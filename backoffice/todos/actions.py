"""What changes human tasks."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.studio.scope import of_studio
from backoffice.todos.models import Todo, TodoKind

LONGEST_TITLE = 200


def add_todo(
    kind: TodoKind,
    title: str,
    *,
    studio_id: int,
    due_at: datetime,
    person_id: int | None = None,
    lead_id: int | None = None,
    booking_id: int | None = None,
    message_id: int | None = None,
    shift_swap_id: int | None = None,
    conversation_id: int | None = None,
    owner_staff_id: int | None = None,
    run_id: int | None = None,
    step_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Todo:
    """Something a human has to do by `due_at`. A title of ours is English and translated where it is shown."""
    text = plain_text(title, LONGEST_TITLE)
    if not text:
        raise Invalid(N_("Please say what is to be done."), field="title")
    todo = Todo(
        kind=TodoKind(kind).value,
        title=text,
        studio_id=studio_id,
        due_at=due_at,
        person_id=person_id,
        lead_id=lead_id,
        booking_id=booking_id,
        message_id=message_id,
        shift_swap_id=shift_swap_id,
        conversation_id=conversation_id,
        owner_staff_id=owner_staff_id,
        run_id=run_id,
        step_id=step_id,
        created_at=now,
    )
    db.session.add(todo)
    db.session.flush()
    record("todo.added", "todo", todo.id, by=by, now=now, person_id=person_id, after={"kind": todo.kind})
    return todo


def finish_todo(studio_id: int, todo_id: int, *, by: Actor, now: datetime) -> Todo:
    """Tick a task off; ticking twice changes nothing.

    Refuses the next action of a lead: an open lead never has none, so it is answered on the lead's page. Refuses a
    swap of shifts as well: its answer closes it.
    """
    todo = _lock(studio_id, todo_id)
    if todo.done_at is None:
        todo.done_at, todo.done_by = now, by.label
        record("todo.finished", "todo", todo.id, by=by, now=now, person_id=todo.person_id)
    return todo


def reopen_todo(studio_id: int, todo_id: int, *, by: Actor, now: datetime) -> Todo:
    """Take a tick back. Refuses the next action of a lead, which may have got another one since."""
    todo = _lock(studio_id, todo_id)
    if todo.done_at is not None:
        todo.done_at = todo.done_by = None
        record("todo.reopened", "todo", todo.id, by=by, now=now, person_id=todo.person_id)
    return todo


def drop(todos: Iterable[Todo], *, by: Actor, now: datetime) -> None:
    """Close open tasks, held by the caller, that nobody needs to do any more."""
    for todo in todos:
        todo.done_at, todo.done_by = now, by.label
        record("todo.dropped", "todo", todo.id, by=by, now=now, person_id=todo.person_id)


def drop_for_booking(booking_id: int, kinds: Iterable[TodoKind], *, by: Actor, now: datetime) -> int:
    """Close the open tasks of these kinds about a booking that needs them no more; how many there were."""
    is_meant = Todo.kind.in_([TodoKind(kind).value for kind in kinds])
    return _drop(is_meant & (Todo.booking_id == booking_id), by=by, now=now)


def drop_for_person(person_id: int, kinds: Iterable[TodoKind], *, by: Actor, now: datetime) -> int:
    """Close the open tasks of these kinds about a person that nobody needs to do any more; how many there were."""
    is_meant = Todo.kind.in_([TodoKind(kind).value for kind in kinds])
    return _drop(is_meant & (Todo.person_id == person_id), by=by, now=now)


def drop_titled(
    kind: TodoKind, person_id: int, title: str, due_at: datetime, *, by: Actor, now: datetime
) -> int:
    """Close this one open task about a person and leave others of its kind; how many there were."""
    is_meant = (Todo.kind == TodoKind(kind).value) & (Todo.person_id == person_id)
    return _drop(is_meant & (Todo.title == title) & (Todo.due_at == due_at), by=by, now=now)


def drop_for_swap(shift_swap_id: int, *, by: Actor, now: datetime) -> int:
    """Close the open tasks about a swap of shifts that was answered; how many there were."""
    return _drop(Todo.shift_swap_id == shift_swap_id, by=by, now=now)


def drop_for_runs(run_ids: Collection[int], *, by: Actor, now: datetime) -> int:
    """Close the open tasks of playbook runs that have ended; how many there were."""
    return _drop(Todo.run_id.in_(run_ids), by=by, now=now)


def drop_for_conversation(conversation_id: int, *, by: Actor, now: datetime) -> int:
    """Close the open task about a conversation in which nothing waits any more; how many there were."""
    return _drop(Todo.conversation_id == conversation_id, by=by, now=now)


def hand_over_answer(conversation_id: int, owner_staff_id: int | None) -> None:
    """The open task about a conversation goes to whoever answers it from now on."""
    about = (Todo.conversation_id == conversation_id, Todo.done_at.is_(None))
    db.session.execute(update(Todo).where(*about).values(owner_staff_id=owner_staff_id))


def answer_goes_on(from_id: int, to_id: int, person_id: int, *, by: Actor, now: datetime) -> None:
    """Two conversations become one, with `person_id`: so do their tasks, of which at most one stays open."""
    is_asked = exists().where(Todo.conversation_id == to_id, Todo.done_at.is_(None))
    if db.session.scalar(select(is_asked)):
        drop_for_conversation(from_id, by=by, now=now)
    goes_on = {"conversation_id": to_id, "person_id": person_id}
    db.session.execute(update(Todo).where(Todo.conversation_id == from_id).values(goes_on))


def _drop(is_meant: ColumnElement[bool], *, by: Actor, now: datetime) -> int:
    query = select(Todo).where(is_meant, Todo.done_at.is_(None)).order_by(Todo.id).with_for_update()
    open_todos = list(db.session.scalars(query))
    drop(open_todos, by=by, now=now)
    return len(open_todos)


def _lock(studio_id: int, todo_id: int) -> Todo:
    todo = of_studio(Todo, studio_id, todo_id, lock=True)
    if todo.kind == TodoKind.NEXT_ACTION:
        raise Invalid(N_("Please choose the next action on the page of this lead."))
    if todo.kind == TodoKind.SHIFT_SWAP:
        raise Invalid(N_("Please answer on the page of this request."))
    return todo
