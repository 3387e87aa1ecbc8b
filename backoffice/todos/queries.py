"""Questions about human tasks."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select

from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.todos.models import TRAINERS_OWN, Todo, TodoKind


class TodoRow(NamedTuple):
    """A task in a list, with whom it is about."""

    id: int
    kind: str
    title: str
    due_at: datetime
    done_at: datetime | None
    owner_staff_id: int | None
    person_id: int | None
    lead_id: int | None
    booking_id: int | None
    message_id: int | None
    shift_swap_id: int | None
    conversation_id: int | None
    name: str | None
    kana: str | None
    phone: str | None

    @property
    def shown_name(self) -> str:
        """The name of the person it is about, or nothing."""
        return self.name or self.kana or ""


def open_todos(
    studio_id: int, *, due_before: datetime, reader_id: int, only_own: bool = False, limit: int = 50
) -> list[TodoRow]:
    """Open tasks due before an instant, the longest due first; next actions of leads are on the lead list.

    Tasks of the training side go to the staff member they are for, with `only_own` all others do as well.
    """
    query = (
        select(
            Todo.id,
            Todo.kind,
            Todo.title,
            Todo.due_at,
            Todo.done_at,
            Todo.owner_staff_id,
            Todo.person_id,
            Todo.lead_id,
            Todo.booking_id,
            Todo.message_id,
            Todo.shift_swap_id,
            Todo.conversation_id,
            Person.name,
            Person.kana,
            first_phone(),
        )
        .outerjoin(Person, Person.id == Todo.person_id)
        .where(
            Todo.studio_id == studio_id,
            Todo.done_at.is_(None),
            Todo.kind != TodoKind.NEXT_ACTION,
            Todo.due_at < due_before,
        )
        .order_by(Todo.due_at, Todo.id)
        .limit(limit)
    )
    is_own = Todo.owner_staff_id == reader_id
    query = query.where(is_own if only_own else or_(is_own, Todo.kind.not_in(TRAINERS_OWN)))
    return [TodoRow._make(row) for row in db.session.execute(query)]


def next_action_of(lead_id: int) -> Todo | None:
    """The one open next action of a lead; None when the lead is closed."""
    return db.session.scalar(
        select(Todo).where(Todo.lead_id == lead_id, Todo.kind == TodoKind.NEXT_ACTION, Todo.done_at.is_(None))
    )


def overdue_next_actions(studio_id: int, *, now: datetime, owner_staff_id: int | None = None) -> int:
    """How many next actions of open leads are past their date."""
    query = select(func.count()).where(
        Todo.studio_id == studio_id,
        Todo.kind == TodoKind.NEXT_ACTION,
        Todo.done_at.is_(None),
        Todo.due_at < now,
    )
    if owner_staff_id is not None:
        query = query.where(Todo.owner_staff_id == owner_staff_id)
    return db.session.scalar(query) or 0
