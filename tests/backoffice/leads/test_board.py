"""The board: columns with counts and first cards; by hand only what no booking says."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.core.audit import Actor
from backoffice.core.errors import Invalid, Stale
from backoffice.leads import actions
from backoffice.leads import board as boards
from backoffice.leads.board import MOST_CARDS, board, card_of, move_by_hand
from backoffice.leads.lead_list import LeadFilters
from backoffice.leads.models import CLOSED_STAGES, Lead, Stage
from backoffice.leads.stages import moves_by_hand, refusal_by_hand
from backoffice.people.actions import create_person
from backoffice.studio.models import Studio
from backoffice.todos.queries import next_action_of

ALLOWED = {
    Stage.NEW: [Stage.CONTACTED, Stage.COUNSELLED, Stage.LOST],
    Stage.CONTACTED: [Stage.COUNSELLED, Stage.LOST],
    Stage.COUNSELLING_BOOKED: [Stage.LOST],
    Stage.COUNSELLED: [Stage.CONTACTED, Stage.LOST],
    Stage.TRIAL_BOOKED: [Stage.LOST],
    Stage.TRIALLED: [Stage.LOST],
    Stage.JOINED: [],
    Stage.LOST: [],
}


@pytest.fixture
def lead(gym: Studio, by: Actor, now: datetime) -> Lead:
    return captured("佐藤", gym, by, now)


def captured(name: str, gym: Studio, by: Actor, now: datetime) -> Lead:
    person = create_person(name=name, by=by, now=now)
    return actions.capture_lead(person, studio_id=gym.id, source="web", by=by, now=now)


def test_what_may_be_said_by_hand() -> None:
    assert {stage: moves_by_hand(stage) for stage in Stage} == ALLOWED


@given(stage=st.sampled_from(Stage), to=st.sampled_from(Stage))
def test_a_booked_or_held_visit_is_never_said_by_hand(stage: Stage, to: Stage) -> None:
    by_booking = {Stage.COUNSELLING_BOOKED, Stage.TRIAL_BOOKED, Stage.TRIALLED, Stage.JOINED}
    if to in by_booking or stage in CLOSED_STAGES:
        assert refusal_by_hand(stage, to)


@pytest.mark.parametrize("stage", list(boards.COLUMNS))
def test_a_move_by_hand_is_a_step_with_its_next_action_or_changes_nothing(
    stage: Stage, gym: Studio, by: Actor, now: datetime
) -> None:
    for to in Stage:
        lead = captured("佐藤", gym, by, now)
        actions.advance(lead, stage, by=by, now=now)
        version = lead.version
        if to in ALLOWED[stage]:
            move_by_hand(lead, to, reason="price", version=version, by=by, now=now)
            assert lead.stage == to
            assert (next_action_of(lead.id) is None) == (to is Stage.LOST)
        else:
            with pytest.raises(Invalid):
                move_by_hand(lead, to, reason="price", version=version, by=by, now=now)
            assert (lead.stage, lead.version) == (stage, version)


def test_losing_needs_its_reason_and_nobody_is_overwritten(lead: Lead, by: Actor, now: datetime) -> None:
    with pytest.raises(Invalid):
        move_by_hand(lead, Stage.LOST, version=lead.version, by=by, now=now)
    opened = lead.version
    actions.assign(lead, by.id, by=by, now=now)
    with pytest.raises(Stale):
        move_by_hand(lead, Stage.CONTACTED, version=opened, by=by, now=now)
    assert lead.stage == Stage.NEW


def test_a_column_counts_all_and_shows_the_longest_overdue_first(
    gym: Studio, by: Actor, now: datetime
) -> None:
    leads = [captured(f"客{number}", gym, by, now) for number in range(MOST_CARDS + 3)]
    for number, lead in enumerate(leads):
        actions.set_next_action(lead, "電話", now - timedelta(hours=number), by=by, now=now)
    contacted = captured("連絡", gym, by, now)
    actions.advance(contacted, Stage.CONTACTED, by=by, now=now)
    lost = captured("見送り", gym, by, now)
    actions.lose(lost, "price", by=by, now=now)
    columns = {one.stage: one for one in board(LeadFilters(studio_id=gym.id, zone=gym.zone), now=now)}
    assert list(columns) == list(boards.COLUMNS)
    new = columns[Stage.NEW]
    assert (new.number, len(new.cards)) == (MOST_CARDS + 3, MOST_CARDS)
    assert [card.id for card in new.cards] == [lead.id for lead in reversed(leads)][:MOST_CARDS]
    assert columns[Stage.CONTACTED].cards == [card_of(contacted)]
    assert card_of(lost) is None
    assert columns[Stage.TRIALLED].number == 0
