"""Calls in one tap: they count in the lead's history, and the next try is put into opening hours."""

from datetime import date, datetime, time, timedelta

import pytest

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.clock import at_local
from backoffice.core.db import db
from backoffice.leads.actions import advance, capture_lead, lose, set_next_action
from backoffice.leads.calls import note_call, take_back_call
from backoffice.leads.lead_list import lead_row
from backoffice.leads.models import CallOutcome, Lead, Stage
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.reports.timeline import timeline
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo
from backoffice.todos.queries import next_action_of


@pytest.fixture
def person(gym: Studio, by: Actor, now: datetime) -> Person:
    return create_person(name="佐藤 春香", phones=["090-1111-2222"], by=by, now=now)


@pytest.fixture
def lead(person: Person, gym: Studio, by: Actor, now: datetime) -> Lead:
    return capture_lead(person, studio_id=gym.id, source="phone", by=by, now=now)


def due(lead: Lead) -> datetime:
    todo = next_action_of(lead.id)
    assert todo is not None
    db.session.refresh(todo)
    return todo.due_at


def next_day(gym: Studio, clock: str) -> datetime:
    """Wednesday of the test week; the studio is open from 9 to 22."""
    return at_local(date(2026, 11, 25), time.fromisoformat(clock), gym.zone)


@pytest.mark.parametrize(
    ("hours", "outcome", "again"),
    [
        (0, CallOutcome.NO_ANSWER, timedelta(hours=3)),
        (8, CallOutcome.NO_ANSWER, timedelta(hours=3 + 11)),
        (0, CallOutcome.VOICEMAIL, None),
        (0, CallOutcome.CALLS_BACK, None),
    ],
)
def test_the_next_try_is_in_opening_hours(
    lead: Lead,
    gym: Studio,
    by: Actor,
    now: datetime,
    hours: int,
    outcome: CallOutcome,
    again: timedelta | None,
) -> None:
    at = now + timedelta(hours=hours)
    note_call(gym, lead.person_id, outcome, by=by, now=at)
    assert due(lead) == (next_day(gym, "22:00") if again is None else at + again)


def test_a_message_left_is_the_first_reply_and_no_answer_is_none(
    lead: Lead, gym: Studio, by: Actor, now: datetime
) -> None:
    note_call(gym, lead.person_id, CallOutcome.NO_ANSWER, by=by, now=now)
    assert lead.first_reply_at is None
    later = now + timedelta(minutes=5)
    note_call(gym, lead.person_id, CallOutcome.VOICEMAIL, by=by, now=later)
    assert (lead.first_reply_at, lead.stage) == (later, Stage.NEW)


def test_it_is_told_in_the_history_and_in_the_list(lead: Lead, gym: Studio, by: Actor, now: datetime) -> None:
    for outcome in (CallOutcome.NO_ANSWER, CallOutcome.CALLS_BACK):
        note_call(gym, lead.person_id, outcome, by=by, now=now)
    told = [event.row.what for event in timeline(lead.person_id, lead_id=lead.id) if event.kind == "call"]
    assert sorted(told) == ["CALLS_BACK", "NO_ANSWER"]
    assert lead_row(gym.id, lead.id).last_call == "CALLS_BACK"


def test_a_slip_is_taken_back_with_what_it_changed(lead: Lead, gym: Studio, by: Actor, now: datetime) -> None:
    before = due(lead)
    call = note_call(gym, lead.person_id, CallOutcome.VOICEMAIL, by=by, now=now)
    for _ in range(2):
        take_back_call(gym.id, call.id, by=by, now=now)
    assert (due(lead), lead.first_reply_at) == (before, None)
    assert db.session.query(AuditLine).filter_by(action="person.call_taken_back").count() == 1
    assert not [event for event in timeline(lead.person_id) if event.kind == "call"]
    assert lead_row(gym.id, lead.id).last_call is None


def test_taking_back_leaves_alone_what_somebody_set_since(
    lead: Lead, gym: Studio, by: Actor, now: datetime
) -> None:
    call = note_call(gym, lead.person_id, CallOutcome.NO_ANSWER, by=by, now=now)
    wanted = now + timedelta(days=2)
    set_next_action(lead, "夜に電話", wanted, by=by, now=now)
    take_back_call(gym.id, call.id, by=by, now=now)
    assert due(lead) == wanted


def test_a_booked_visit_and_a_later_date_stay(lead: Lead, gym: Studio, by: Actor, now: datetime) -> None:
    far = now + timedelta(days=9)
    set_next_action(lead, "来週また", far, parked=True, by=by, now=now)
    note_call(gym, lead.person_id, CallOutcome.NO_ANSWER, by=by, now=now)
    assert due(lead) == far
    visit = now + timedelta(hours=1)
    advance(lead, Stage.TRIAL_BOOKED, due_at=visit, by=by, now=now)
    note_call(gym, lead.person_id, CallOutcome.CALLS_BACK, by=by, now=now)
    assert due(lead) == visit


def test_a_lead_that_rests_until_tomorrow_goes_on_resting(
    lead: Lead, gym: Studio, by: Actor, now: datetime
) -> None:
    tomorrow = next_day(gym, "10:00")
    set_next_action(lead, "明日また", tomorrow, parked=True, by=by, now=now)
    note_call(gym, lead.person_id, CallOutcome.VOICEMAIL, by=by, now=now)
    todo = next_action_of(lead.id)
    assert todo is not None
    assert (todo.due_at, todo.is_parked) == (tomorrow, True)


def test_a_person_without_an_open_lead_is_called_too(
    person: Person, lead: Lead, gym: Studio, by: Actor, now: datetime
) -> None:
    lose(lead, "price", by=by, now=now)
    call = note_call(gym, person.id, CallOutcome.NO_ANSWER, by=by, now=now)
    assert call.lead_id is None
    assert [event.kind for event in timeline(person.id)].count("call") == 1
    assert db.session.query(Todo).filter(Todo.done_at.is_(None)).count() == 0
