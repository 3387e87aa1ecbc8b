"""The one next action of an open lead. Called with the lead locked; a unique index refuses a second one."""

from datetime import datetime

from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.leads.models import Lead
from backoffice.studio.models import Studio
from backoffice.todos.actions import LONGEST_TITLE, add_todo
from backoffice.todos.models import TodoKind
from backoffice.todos.queries import next_action_of


def put(
    lead: Lead,
    title: str,
    due_at: datetime,
    *,
    owner_staff_id: int | None = None,
    parked: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """Make this the next action: the open one is put in these words, or a new one is added.

    `parked`: the lead is left alone until the day this is due, which must lie ahead.
    """
    if parked:
        _check_ahead(lead, due_at, now=now)
    todo = next_action_of(lead.id)
    owner = owner_staff_id or (todo and todo.owner_staff_id) or lead.owner_staff_id
    if todo is None:
        todo = add_todo(
            TodoKind.NEXT_ACTION,
            title,
            studio_id=lead.studio_id,
            due_at=due_at,
            person_id=lead.person_id,
            lead_id=lead.id,
            owner_staff_id=owner,
            by=by,
            now=now,
        )
        todo.is_parked = parked
        return
    words = plain_text(title, LONGEST_TITLE)
    if not words:
        raise Invalid(N_("Please say what is to be done."), field="title")
    before = {"due_at": todo.due_at, "owner_staff_id": todo.owner_staff_id, "parked": todo.is_parked}
    todo.title, todo.due_at, todo.owner_staff_id, todo.is_parked = words, due_at, owner, parked
    todo.version += 1
    after = {"due_at": due_at, "owner_staff_id": owner, "parked": parked}
    record(
        "todo.changed", "todo", todo.id, by=by, now=now, person_id=lead.person_id, before=before, after=after
    )


def finish(lead: Lead, *, by: Actor, now: datetime) -> None:
    """Tick the open next action off, if there is one. The caller closes the lead or puts another."""
    todo = next_action_of(lead.id)
    if todo is None:
        return
    todo.done_at, todo.done_by = now, by.label
    db.session.flush()
    record("todo.finished", "todo", todo.id, by=by, now=now, person_id=lead.person_id)


def give(lead: Lead, staff_id: int | None) -> None:
    """Hand the open next action to somebody."""
    todo = next_action_of(lead.id)
    if todo is not None:
        todo.owner_staff_id = staff_id
        todo.version += 1


def _check_ahead(lead: Lead, due_at: datetime, *, now: datetime) -> None:
    zone = db.session.get_one(Studio, lead.studio_id).zone
    if local_date(due_at, zone) <= local_date(now, zone):
        raise Invalid(N_("A lead can only rest until a later day."), field="day")
