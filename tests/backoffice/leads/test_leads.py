"""From an enquiry to joining or not: steps for ever, and always exactly one next action while open."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backoffice.core.audit import Actor
from backoffice.core.errors import DomainError, Invalid, Stale
from backoffice.leads import actions, queries
from backoffice.leads.board import move_by_hand
from backoffice.leads.bulk import BulkChange, BulkKind, run
from backoffice.leads.lead_list import lead_rows
from backoffice.leads.models import Lead, Stage
from backoffice.leads.sources import guess_source
from backoffice.leads.stages import CONTACT_AGAIN, NEXT_ACTIONS, REPLY_WITHIN
from backoffice.people.actions import create_person
from backoffice.people.queries import notes
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind
from backoffice.todos.queries import next_action_of

LATER = timedelta(days=1)


@pytest.fixture
def lead(gym: Studio, by: Actor, now: datetime) -> Lead:
    person = create_person(name="佐藤 春香", phones=["090-1234-5678"], by=by, now=now)
    return actions.capture_lead(
        person,
        studio_id=gym.id,
        source="column",
        article="back-fat",
        utm={"utm_source": "column"},
        by=by,
        now=now,
    )


def open_actions(session: Session, lead: Lead) -> list[Todo]:
    query = select(Todo).where(
        Todo.lead_id == lead.id, Todo.kind == TodoKind.NEXT_ACTION, Todo.done_at.is_(None)
    )
    return list(session.scalars(query))


def steps(lead: Lead) -> list[str]:
    return [step.to_stage for step in queries.steps_of(lead.id)]


def test_an_enquiry_begins_with_a_reply_due_within_the_hour(lead: Lead, now: datetime) -> None:
    todo = next_action_of(lead.id)
    assert todo is not None
    assert (todo.title, todo.due_at) == (NEXT_ACTIONS[Stage.NEW].title, now + REPLY_WITHIN)
    assert (lead.stage, steps(lead)) == (Stage.NEW, [Stage.NEW])
    assert queries.open_lead_of(lead.person_id) is lead


def test_an_old_enquiry_keeps_its_day_and_is_due_now(gym: Studio, by: Actor, now: datetime) -> None:
    person = create_person(name="佐藤", by=by, now=now)
    came = now - timedelta(days=100)
    lead = actions.capture_lead(person, studio_id=gym.id, source="???", opened_at=came, by=by, now=now)
    todo = next_action_of(lead.id)
    assert todo is not None
    assert (lead.opened_at, lead.source, todo.due_at) == (came, "other", now)
    assert [step.at for step in queries.steps_of(lead.id)] == [came]


def test_steps_go_forward_only_and_each_brings_its_own_next_action(
    lead: Lead, by: Actor, now: datetime
) -> None:
    at = now + LATER
    assert actions.advance(lead, Stage.TRIAL_BOOKED, due_at=at, by=by, now=now)
    todo = next_action_of(lead.id)
    assert todo is not None
    assert (todo.title, todo.due_at) == (NEXT_ACTIONS[Stage.TRIAL_BOOKED].title, at)
    for behind in (Stage.NEW, Stage.CONTACTED, Stage.TRIAL_BOOKED, Stage.LOST):
        assert not actions.advance(lead, behind, by=by, now=now)
    assert actions.step_back(lead, Stage.CONTACTED, reason="CANCELLED", by=by, now=now)
    assert not actions.step_back(lead, Stage.TRIALLED, reason="", by=by, now=now)
    assert steps(lead) == [Stage.NEW, Stage.TRIAL_BOOKED, Stage.CONTACTED]


def test_joining_closes_the_lead_with_nothing_left_to_do(lead: Lead, by: Actor, now: datetime) -> None:
    assert actions.advance(lead, Stage.JOINED, by=by, now=now)
    assert (lead.closed_at, next_action_of(lead.id), queries.open_lead_of(lead.person_id)) == (
        now,
        None,
        None,
    )
    assert not actions.step_back(lead, Stage.NEW, reason="", by=by, now=now)
    for act in (
        lambda: actions.lose(lead, "price", by=by, now=now),
        lambda: actions.reopen(lead, by=by, now=now),
        lambda: actions.set_next_action(lead, "x", now, by=by, now=now),
        lambda: actions.mark_replied(lead, by=by, now=now),
    ):
        with pytest.raises(Invalid):
            act()


def test_losing_needs_a_reason_of_the_list_and_its_note_is_a_note(
    lead: Lead, by: Actor, now: datetime
) -> None:
    for wrong in ("", "???"):
        with pytest.raises(Invalid) as refusal:
            actions.lose(lead, wrong, by=by, now=now)
        assert refusal.value.field == "reason"
    actions.lose(lead, "price", note="腰の手術が先", by=by, now=now)
    assert (lead.stage, lead.lost_reason, lead.closed_at) == (Stage.LOST, "price", now)
    assert next_action_of(lead.id) is None
    assert [note.body for note in notes(lead.person_id)] == ["腰の手術が先"]


@pytest.mark.parametrize(
    ("walk", "again"),
    [
        ([], Stage.NEW),
        ([Stage.TRIALLED], Stage.TRIALLED),
        ([Stage.COUNSELLING_BOOKED], Stage.CONTACTED),
        ([Stage.TRIAL_BOOKED], Stage.CONTACTED),
        ([Stage.COUNSELLED, Stage.TRIAL_BOOKED], Stage.COUNSELLED),
    ],
)
def test_a_reopened_lead_goes_on_where_the_talk_ended(
    walk: list[Stage], again: Stage, lead: Lead, by: Actor, now: datetime
) -> None:
    for stage in walk:
        actions.advance(lead, stage, by=by, now=now)
    actions.lose(lead, "price", by=by, now=now)
    actions.reopen(lead, by=by, now=now + LATER)
    todo = next_action_of(lead.id)
    assert todo is not None
    assert (lead.stage, lead.closed_at, lead.lost_reason) == (again, None, None)
    assert (todo.title, todo.due_at) == (CONTACT_AGAIN, now + LATER)
    assert steps(lead)[-2:] == [Stage.LOST, again]


def test_a_next_action_is_put_in_other_words_or_done_and_followed(
    lead: Lead, by: Actor, now: datetime, session: Session
) -> None:
    first = next_action_of(lead.id)
    actions.set_next_action(lead, "夜に電話", now + LATER, by=by, now=now)
    assert next_action_of(lead.id) is first
    actions.set_next_action(lead, "料金を送る", now + LATER, done=True, by=by, now=now)
    assert [todo.title for todo in open_actions(session, lead)] == ["料金を送る"]
    assert first is not None
    assert first.done_at == now
    with pytest.raises(Invalid):
        actions.set_next_action(lead, " ", now, by=by, now=now)


def test_a_parked_lead_rests_until_a_later_day_and_any_step_wakes_it(
    lead: Lead, by: Actor, now: datetime
) -> None:
    todo = next_action_of(lead.id)
    assert todo is not None
    with pytest.raises(Invalid) as refusal:
        actions.set_next_action(lead, "電話", now + timedelta(minutes=1), parked=True, by=by, now=now)
    assert refusal.value.field == "day"
    actions.set_next_action(lead, "電話", now + 30 * LATER, parked=True, by=by, now=now)
    assert (todo.is_parked, todo.due_at) == (True, now + 30 * LATER)
    actions.set_next_action(lead, "電話", now + 30 * LATER, by=by, now=now)
    assert not todo.is_parked
    actions.set_next_action(lead, "電話", now + 30 * LATER, done=True, parked=True, by=by, now=now)
    actions.advance(lead, Stage.CONTACTED, by=by, now=now)
    awake = next_action_of(lead.id)
    assert awake is not None
    assert not awake.is_parked


def test_the_first_reply_stops_the_clock_once(lead: Lead, by: Actor, now: datetime) -> None:
    actions.mark_replied(lead, by=by, now=now + LATER)
    actions.mark_replied(lead, by=by, now=now + 2 * LATER)
    assert (lead.first_reply_at, lead.stage) == (now + LATER, Stage.CONTACTED)


def test_an_owner_takes_the_next_action_too(lead: Lead, by: Actor, now: datetime) -> None:
    actions.assign(lead, by.id, by=by, now=now)
    todo = next_action_of(lead.id)
    assert todo is not None
    assert (lead.owner_staff_id, todo.owner_staff_id) == (by.id, by.id)


def test_two_people_changing_one_lead_do_not_overwrite_each_other(
    lead: Lead, by: Actor, now: datetime
) -> None:
    opened = lead.version
    actions.assign(lead, by.id, version=opened, by=by, now=now)
    for act in (
        lambda: actions.assign(lead, None, version=opened, by=by, now=now),
        lambda: actions.set_next_action(lead, "x", now, version=opened, by=by, now=now),
        lambda: actions.lose(lead, "price", version=opened, by=by, now=now),
        lambda: actions.mark_replied(lead, version=opened, by=by, now=now),
    ):
        with pytest.raises(Stale):
            act()


def test_the_database_refuses_a_second_next_action(lead: Lead, session: Session, now: datetime) -> None:
    session.add(
        Todo(
            kind=TodoKind.NEXT_ACTION,
            title="x",
            studio_id=lead.studio_id,
            lead_id=lead.id,
            due_at=now,
            created_at=now,
        )
    )
    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()


Act = Callable[[Lead, Actor, datetime], object]

ACTS: list[Act] = [
    *(
        lambda lead, by, now, to=to: move_by_hand(
            lead, to, reason="price", version=lead.version, by=by, now=now
        )
        for to in Stage
    ),
    *(lambda lead, by, now, to=to: actions.advance(lead, to, by=by, now=now) for to in Stage),
    *(lambda lead, by, now, to=to: actions.step_back(lead, to, reason="", by=by, now=now) for to in Stage),
    lambda lead, by, now: actions.lose(lead, "price", by=by, now=now),
    lambda lead, by, now: actions.reopen(lead, by=by, now=now),
    lambda lead, by, now: actions.mark_replied(lead, by=by, now=now),
    lambda lead, by, now: actions.assign(lead, by.id, by=by, now=now),
    lambda lead, by, now: actions.set_next_action(lead, "電話", now + LATER, by=by, now=now),
    lambda lead, by, now: actions.set_next_action(lead, "電話", now, done=True, by=by, now=now),
    lambda lead, by, now: actions.set_next_action(lead, "電話", now + LATER, parked=True, by=by, now=now),
    lambda lead, by, now: actions.set_next_action(lead, "電話", now, parked=True, by=by, now=now),
    *(
        lambda lead, by, now, change=change: run(
            lead_rows(lead.studio_id, [lead.id]), {lead.id: lead.version}, change, by=by, now=now
        )
        for change in (
            BulkChange(BulkKind.NEXT_ACTION, title="メール", due_at=None),
            BulkChange(BulkKind.LOST, reason="price"),
        )
    ),
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(st.sampled_from(ACTS), max_size=12))
def test_whatever_happens_an_open_lead_has_exactly_one_next_action(
    history: list[Act], gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    person = create_person(name="佐藤", by=by, now=now)
    lead = actions.capture_lead(person, studio_id=gym.id, source="web", by=by, now=now)
    for minute, act in enumerate(history):
        try:
            act(lead, by, now + timedelta(minutes=minute))
        except DomainError:
            continue
        finally:
            session.flush()
            assert len(open_actions(session, lead)) == (1 if lead.closed_at is None else 0)
            assert (lead.closed_at is None) == (lead.stage not in (Stage.JOINED, Stage.LOST))
            todo = next_action_of(lead.id)
            assert todo is None or not todo.is_parked or todo.due_at > now
    walked = queries.steps_of(lead.id)
    assert [step.from_stage for step in walked[1:]] == [step.to_stage for step in walked[:-1]]
    assert walked[-1].to_stage == lead.stage


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("コラム:背中痩せ", "column"),
        ("LINE", "line"),
        ("ご紹介", "referral"),
        ("Google検索", "google"),
        ("Ｉｎｓｔａｇｒａｍ", "instagram"),
        ("ホットペッパー", "hotpepper"),
        ("通りがかり", "walk_by"),
        ("online shop", "other"),
        ("", "other"),
    ],
)
def test_sources_as_they_are_written(text: str, key: str) -> None:
    assert guess_source(text) == key
    assert guess_source(text, article="back-fat") == "column"
