"""New enquiries, one or twenty thousand: the lead, its first step, its first next action, its audit line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from backoffice.core.audit import Actor, Entry, record_many
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.leads.models import Lead, LeadSource, Stage, StageChange
from backoffice.leads.reply_clock import LOOKS_AHEAD, LOOKS_BACK, reply_due
from backoffice.leads.sources import OTHER_SOURCE
from backoffice.leads.stages import NEXT_ACTIONS
from backoffice.studio.calendar_days import open_times
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind

LONGEST_ENQUIRY = 10_000
LONGEST_LABEL = 200
MOST_UTM = 10


@dataclass(frozen=True, slots=True)
class NewEnquiry:
    """What is known of an enquiry when it arrives. `opened_at` is when it really came in (None: just now).

    `reply_by` is when the reply is due; None leaves it to the clock of the first reply, which asks for opening hours.
    """

    person_id: int
    source: str
    article: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    interest: str = ""
    enquiry: str = ""
    owner_staff_id: int | None = None
    opened_at: datetime | None = None
    reply_by: datetime | None = None
    import_key: str | None = None


def capture_leads(enquiries: Sequence[NewEnquiry], *, studio_id: int, by: Actor, now: datetime) -> list[Lead]:
    """A lead at stage NEW for each enquiry, with "reply" as its next action, in a handful of statements.

    A source the studio has no name for is kept as `other`. The reply to an old enquiry is due now, or as it says.
    """
    sources = frozenset(db.session.scalars(select(LeadSource.key)))
    leads = [_lead(enquiry, sources, studio_id=studio_id, now=now) for enquiry in enquiries]
    db.session.add_all(leads)
    db.session.flush()
    db.session.add_all(_first_step(lead, by=by) for lead in leads)
    due = _replies_due(leads, enquiries, now=now)
    todos = [_reply(lead, due_at, now=now) for lead, due_at in zip(leads, due, strict=True)]
    db.session.add_all(todos)
    db.session.flush()
    lines = [Entry("lead.captured", "lead", lead.id, lead.person_id, after=_seen(lead)) for lead in leads]
    lines += [
        Entry("todo.added", "todo", todo.id, todo.person_id, after={"kind": todo.kind}) for todo in todos
    ]
    record_many(lines, by=by, now=now)
    return leads


def _lead(enquiry: NewEnquiry, sources: frozenset[str], *, studio_id: int, now: datetime) -> Lead:
    opened_at = enquiry.opened_at or now
    return Lead(
        studio_id=studio_id,
        person_id=enquiry.person_id,
        source=enquiry.source if enquiry.source in sources else OTHER_SOURCE,
        article=plain_text(enquiry.article, LONGEST_LABEL),
        utm=_short(enquiry.utm),
        interest=plain_text(enquiry.interest, LONGEST_LABEL),
        enquiry=plain_text(enquiry.enquiry, LONGEST_ENQUIRY) or None,
        owner_staff_id=enquiry.owner_staff_id,
        stage=Stage.NEW.value,
        stage_since=opened_at,
        opened_at=opened_at,
        import_key=enquiry.import_key,
        version=1,
    )


def _first_step(lead: Lead, *, by: Actor) -> StageChange:
    return StageChange(
        lead_id=lead.id, from_stage=None, to_stage=lead.stage, at=lead.opened_at, by_label=by.label
    )


def _replies_due(leads: Sequence[Lead], enquiries: Sequence[NewEnquiry], *, now: datetime) -> list[datetime]:
    """When each reply is due: as said, else by the clock of the first reply. Two statements at most."""
    if all(enquiry.reply_by is not None for enquiry in enquiries):
        return [enquiry.reply_by or now for enquiry in enquiries]
    studio = db.session.get_one(Studio, leads[0].studio_id)
    first = local_date(now - LOOKS_BACK, studio.zone)
    hours = open_times(studio.id, first, local_date(now, studio.zone) + LOOKS_AHEAD)
    return [
        enquiry.reply_by or max(now, reply_due(lead.opened_at, hours, zone=studio.zone))
        for lead, enquiry in zip(leads, enquiries, strict=True)
    ]


def _reply(lead: Lead, due_at: datetime, *, now: datetime) -> Todo:
    return Todo(
        studio_id=lead.studio_id,
        kind=TodoKind.NEXT_ACTION.value,
        title=NEXT_ACTIONS[Stage.NEW].title,
        person_id=lead.person_id,
        lead_id=lead.id,
        owner_staff_id=lead.owner_staff_id,
        due_at=due_at,
        created_at=now,
    )


def _seen(lead: Lead) -> dict[str, Any]:
    return {"source": lead.source, "article": lead.article, "interest": lead.interest}


def _short(utm: Mapping[str, str]) -> dict[str, Any]:
    """The campaign words of a link, bounded: they come from anybody."""
    cleaned = {
        plain_text(key, 40): plain_text(value, LONGEST_LABEL) for key, value in list(utm.items())[:MOST_UTM]
    }
    return {key: value for key, value in cleaned.items() if key and value}
