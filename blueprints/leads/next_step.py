"""The next action of a lead as a form: filled with what is planned, and kept. Its page and its line share this."""

from typing import Any

from flask_babel import gettext as _

from backoffice.core.clock import local
from backoffice.leads import actions
from backoffice.leads.models import Lead
from backoffice.todos.models import Todo
from backoffice.todos.queries import next_action_of
from blueprints.leads.forms import NextStepForm
from blueprints.support.access import actor
from blueprints.support.clock import now, today
from blueprints.support.studio import current_studio


def planned(lead: Lead, todo: Todo | None) -> dict[str, Any]:
    """What the form begins with."""
    due = local(todo.due_at if todo else now(), current_studio().zone)
    return {
        "title": _(todo.title) if todo else "",
        "day": due.date(),
        "clock": due.time().replace(second=0, microsecond=0),
        "parked": bool(todo and todo.is_parked and due.date() > today()),
        "version": lead.version,
    }


def keep_next_step(
    lead: Lead, form: NextStepForm, *, owner_staff_id: int | None = None, done: bool = False
) -> None:
    """Write what was typed; `done` ticks the present action off first."""
    actions.set_next_action(
        lead,
        form.words(next_action_of(lead.id)),
        form.due_at(current_studio().zone),
        owner_staff_id=owner_staff_id,
        version=form.version.data,
        done=done,
        parked=form.parked.data,
        by=actor(),
        now=now(),
    )
