"""Calls in one tap: nobody answered, a voice message, they call back. The next try is put where it makes sense."""

from datetime import datetime, timedelta

from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.leads.models import Call, CallOutcome, Lead, Stage
from backoffice.leads.queries import open_lead_of
from backoffice.leads.reply_clock import LOOKS_AHEAD, after_open_time
from backoffice.people.queries import bare_person
from backoffice.studio.calendar_days import closing_times, open_times
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio
from backoffice.todos.queries import next_action_of

TRY_AGAIN_AFTER = timedelta(hours=3)
"""Open time until the next try after nobody answered."""

TALKING = frozenset({Stage.NEW, Stage.CONTACTED, Stage.COUNSELLED, Stage.TRIALLED})
"""The stages in which the next action is a talk; in the others it waits for a booked visit."""


def note_call(studio: Studio, person_id: int, outcome: CallOutcome, *, by: Actor, now: datetime) -> Call:
    """Keep a call in which nobody was spoken to. It counts in the history of the person's open lead, if there is one.

    The next action of the lead is due again later, in opening hours, unless it waits for a visit or a later day.
    A voice message, or a call that will be returned, stops the clock of the first reply. Raises `NotFound`,
    `MergedAway`.
    """
    bare_person(person_id)
    lead = open_lead_of(person_id)
    call = Call(
        studio_id=studio.id,
        person_id=person_id,
        lead_id=None if lead is None else lead.id,
        outcome=CallOutcome(outcome).value,
        at=now,
        by_label=by.label,
    )
    db.session.add(call)
    if lead is not None:
        _after(call, of_studio(Lead, lead.studio_id, lead.id, lock=True), studio, now=now)
    db.session.flush()
    record(
        "person.called", "person", person_id, by=by, now=now, person_id=person_id,
        after={"outcome": call.outcome},
    )  # fmt: skip
    return call


def take_back_call(studio_id: int, call_id: int, *, by: Actor, now: datetime) -> Call:
    """It was a slip: the call is not counted, and what it changed goes back where nobody has changed it since."""
    call = of_studio(Call, studio_id, call_id, lock=True)
    if call.taken_back_at is not None:
        return call
    call.taken_back_at = now
    if call.lead_id is not None:
        _put_back(call, of_studio(Lead, studio_id, call.lead_id, lock=True))
    record(
        "person.call_taken_back", "person", call.person_id, by=by, now=now, person_id=call.person_id,
        after={"outcome": call.outcome},
    )  # fmt: skip
    return call


def _after(call: Call, lead: Lead, studio: Studio, *, now: datetime) -> None:
    if call.outcome != CallOutcome.NO_ANSWER and lead.first_reply_at is None:
        lead.first_reply_at, call.stopped_clock = now, True
    todo = next_action_of(lead.id)
    again_at = _next_try(CallOutcome(call.outcome), studio, now=now)
    if todo is None or Stage(lead.stage) not in TALKING or todo.due_at >= again_at:
        return
    if todo.is_parked and todo.due_at > now:
        return
    call.due_before, call.due_after = todo.due_at, again_at
    todo.due_at, todo.is_parked = again_at, False
    todo.version += 1
    lead.version += 1


def _put_back(call: Call, lead: Lead) -> None:
    if call.stopped_clock and lead.first_reply_at == call.at:
        lead.first_reply_at = None
    todo = next_action_of(lead.id)
    if todo is not None and call.due_before is not None and todo.due_at == call.due_after:
        todo.due_at = call.due_before
        todo.version += 1
    lead.version += 1


def _next_try(outcome: CallOutcome, studio: Studio, *, now: datetime) -> datetime:
    """Nobody answered: some hours later; a message was left or they call back: by the end of the next open day."""
    if outcome is not CallOutcome.NO_ANSWER:
        return closing_times(studio.id, 1, now=now)[0]
    today = local_date(now, studio.zone)
    hours = open_times(studio.id, today, today + LOOKS_AHEAD)
    return after_open_time(now, TRY_AGAIN_AFTER, hours, zone=studio.zone)
