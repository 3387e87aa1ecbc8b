"""One change for many leads: each for itself, nothing changed behind the preview's back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.errors import Invalid
from backoffice.leads import actions
from backoffice.leads.bulk import CHANGED, MOST, BulkChange, BulkKind, Outcome, foresee, run
from backoffice.leads.lead_list import LeadRow, lead_rows
from backoffice.leads.models import Lead, Stage
from backoffice.leads.stages import CLOSED
from backoffice.people.actions import create_person
from backoffice.studio.models import Studio
from backoffice.todos.queries import next_action_of

LATER = timedelta(days=1)


@pytest.fixture
def leads(gym: Studio, by: Actor, now: datetime) -> list[Lead]:
    people = [create_person(name=f"客 {number}", by=by, now=now) for number in range(4)]
    return [actions.capture_lead(one, studio_id=gym.id, source="web", by=by, now=now) for one in people]


def rows_of(gym: Studio, leads: list[Lead]) -> list[LeadRow]:
    return lead_rows(gym.id, [lead.id for lead in leads])


def versions(rows: list[LeadRow]) -> dict[int, int]:
    return {row.id: row.version for row in rows}


def said(outcomes: list[Outcome]) -> list[str]:
    return [one.refusal.message if one.refusal else "" for one in outcomes]


def test_a_refusal_leaves_its_own_lead_alone_and_stops_no_other(
    gym: Studio, leads: list[Lead], by: Actor, now: datetime, session: Session
) -> None:
    actions.lose(leads[1], "price", by=by, now=now)
    rows = rows_of(gym, leads)
    seen = versions(rows)
    actions.assign(leads[2], by.id, by=by, now=now)
    before = next_action_of(leads[2].id)
    assert before is not None
    kept = before.title
    change = BulkChange(BulkKind.NEXT_ACTION, title="電話", due_at=now + LATER)
    outcomes = {one.row.id: one for one in run(rows, seen, change, by=by, now=now)}
    assert said([outcomes[lead.id] for lead in leads]) == ["", CLOSED, CHANGED, ""]
    for lead in (leads[0], leads[3]):
        todo = next_action_of(lead.id)
        assert todo is not None
        assert (todo.title, todo.due_at) == ("電話", now + LATER)
    assert next_action_of(leads[1].id) is None
    untouched = next_action_of(leads[2].id)
    assert untouched is not None
    assert untouched.title == kept
    lines = select(func.count()).where(AuditLine.action == "todo.changed")
    assert session.scalar(lines) == 2


@pytest.mark.parametrize("reason", ["", "???"])
def test_an_unknown_reason_loses_nobody(
    reason: str, gym: Studio, leads: list[Lead], by: Actor, now: datetime
) -> None:
    rows = rows_of(gym, leads)
    outcomes = run(rows, versions(rows), BulkChange(BulkKind.LOST, reason=reason), by=by, now=now)
    assert all(one.refusal is not None for one in outcomes)
    assert {lead.stage for lead in leads} == {Stage.NEW}


def test_what_is_foreseen_is_what_happens(gym: Studio, leads: list[Lead], by: Actor, now: datetime) -> None:
    actions.assign(leads[0], by.id, by=by, now=now)
    for change in (
        BulkChange(BulkKind.OWNER, owner_staff_id=by.id),
        BulkChange(BulkKind.OWNER),
        BulkChange(BulkKind.LOST, reason="price"),
        BulkChange(BulkKind.LOST, reason="price"),
        BulkChange(BulkKind.NEXT_ACTION, title="電話", due_at=now),
    ):
        rows = rows_of(gym, leads)
        foreseen = foresee(rows, change)
        assert said(foreseen) == said(run(rows, versions(rows), change, by=by, now=now))
    assert {lead.stage for lead in leads} == {Stage.LOST}


def test_many_are_many_but_not_endless(gym: Studio, leads: list[Lead], by: Actor, now: datetime) -> None:
    row = rows_of(gym, leads)[0]
    with pytest.raises(Invalid):
        run([row] * (MOST + 1), {}, BulkChange(BulkKind.OWNER), by=by, now=now)


def test_what_was_half_done_for_a_refused_lead_is_taken_back(
    gym: Studio,
    leads: list[Lead],
    by: Actor,
    now: datetime,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assign = actions.assign

    def refuse_late(lead: Lead, *given: object, **known: object) -> None:
        assign(lead, *given, **known)  # type: ignore[arg-type]
        session.flush()
        if lead is leads[1]:
            raise Invalid("late")

    monkeypatch.setattr(actions, "assign", refuse_late)
    rows = rows_of(gym, leads)
    change = BulkChange(BulkKind.OWNER, owner_staff_id=by.id)
    outcomes = run(rows, versions(rows), change, by=by, now=now)
    assert sorted(said(outcomes)) == ["", "", "", "late"]
    session.expire_all()
    assert [lead.owner_staff_id for lead in leads] == [by.id, None, by.id, by.id]
