"""Time travel: however a program is edited on, each day reads as it was planned when that day came."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.people.models import Person
from backoffice.programs import actions
from backoffice.programs.draft import DayDraft, ItemDraft
from backoffice.programs.models import Program, ProgramVersion
from backoffice.programs.plan import PlannedVersion
from backoffice.programs.queries import planned_for, program_of, running, workouts_of
from tests.backoffice.bookings.conftest import Desk
from tests.backoffice.programs.conftest import TODAY
from tests.statements import statements

Plan = Callable[..., ProgramVersion]


def day_of(count: int) -> date:
    return TODAY + timedelta(days=count)


def loads(person: Person, day: date) -> list[object]:
    return [item.load_kg for one in workouts_of(person.id, day) for item in one.items]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.tuples(
            st.integers(0, 4), st.integers(0, 9), st.integers(1, 2), st.integers(0, 6), st.integers(1, 99)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_day_that_has_passed_reads_as_it_was(
    desk: Desk, program: Program, plan: Plan, edits: list[tuple[int, int, int, int, int]]
) -> None:
    """Each edit: days that go by before it, from how many days ahead it holds, week, weekday and kg."""
    person_id = program.person_id
    assert person_id is not None
    with db.session.begin_nested() as undone:
        read: dict[date, PlannedVersion | None] = {}
        gone = 0
        for wait, ahead, week, weekday, kg in edits:
            for one in range(gone, gone + wait):
                read[day_of(one)] = running(person_id, day_of(one))
            gone += wait
            before = {one: running(person_id, day_of(one)) for one in range(gone, gone + ahead)}
            now = desk.now + timedelta(days=gone)
            plan(kg, week=week, weekday=weekday, valid_from=day_of(gone + ahead), now=now)
            assert before == {one: running(person_id, day_of(one)) for one in before}, (
                "days before it are as planned"
            )
            held = running(person_id, day_of(gone + ahead))
            place = held.at(week, weekday) if held else None
            assert place
            assert [item.load_kg for item in place.items] == [kg]
        for day, was in read.items():
            assert running(person_id, day) == was
        undone.rollback()


def test_a_change_from_a_date_on_leaves_the_days_before_it(person: Person, plan: Plan) -> None:
    plan(20)
    plan(30, valid_from=day_of(14))
    assert loads(person, TODAY) == [20]
    assert loads(person, day_of(13)) == [20]
    assert loads(person, day_of(14)) == [30]
    assert loads(person, day_of(-1)) == [], "nothing was planned before it began"


def test_of_two_changes_from_one_date_the_later_holds(person: Person, plan: Plan) -> None:
    plan(20)
    plan(25)
    assert loads(person, TODAY) == [25]


def test_nobody_plans_for_days_gone_by(desk: Desk, person: Person, program: Program, plan: Plan) -> None:
    plan(20)
    later = desk.now + timedelta(days=3)
    with pytest.raises(Invalid) as refused:
        plan(30, valid_from=day_of(2), now=later)
    assert refused.value.field == "valid_from"
    for starts_on in (day_of(-1), day_of(367)):
        with pytest.raises(Invalid):
            actions.start_program(
                desk.studio, person.id, "遠すぎる", starts_on=starts_on, by=desk.by, now=desk.now
            )
    with pytest.raises(Invalid):
        actions.reshape(
            desk.studio, person.id, program.id, weeks=1, weekly=2, valid_from=day_of(2), version=None, by=desk.by,
            now=later,
        )  # fmt: skip


@pytest.mark.parametrize("change", [
    "update program_items set load_kg = 99", "update workouts set weekday = 6",
    "update program_versions set valid_from = valid_from - 7",
])  # fmt: skip
def test_the_database_lets_nobody_change_what_was_planned(plan: Plan, change: str) -> None:
    plan(20)
    with pytest.raises(DatabaseError, match="written once"), db.session.begin_nested():
        db.session.execute(text(change))


def test_what_two_people_have_open_is_saved_once(person: Person, program: Program, plan: Plan) -> None:
    seen = program.version
    plan(20, version=seen)
    with pytest.raises(Stale):
        plan(99, version=seen)
    assert loads(person, TODAY) == [20]


def test_the_card_gets_the_day_itself_else_the_nearest_of_the_week(person: Person, plan: Plan) -> None:
    plan(10, weekday=0, week=1)
    plan(40, weekday=4, week=1)
    on = {day: planned_for(person.id, day_of(day)) for day in (-1, 0, 1, 2, 3, 6)}
    assert on[-1] is None
    assert {day: one.weekday for day, one in on.items() if one} == {0: 0, 1: 0, 2: 4, 3: 4}
    assert on[6] is None, "the second week holds nothing"
    with statements() as sent:
        planned_for(person.id, TODAY)
    assert len(sent) == 2


def test_weeks_go_round_from_the_monday_of_the_first(person: Person, plan: Plan) -> None:
    plan(10, week=1)
    plan(20, week=2)
    assert [loads(person, day_of(7 * week)) for week in range(4)] == [[10], [20], [10], [20]]
    assert loads(person, day_of(6)) == [20], "the Monday after"


def test_a_program_ends_and_its_past_stays(desk: Desk, person: Person, program: Program, plan: Plan) -> None:
    plan(20)
    end = {"version": None, "by": desk.by}
    actions.end_program(desk.studio, person.id, program.id, day_of(2), now=desk.now, **end)  # type: ignore[arg-type]
    assert loads(person, day_of(2)) == [20]
    assert loads(person, day_of(3)) == []
    later = desk.now + timedelta(days=5)
    for changed in (None, day_of(9)):
        with pytest.raises(Invalid):
            actions.end_program(desk.studio, person.id, program.id, changed, now=later, **end)  # type: ignore[arg-type]
    assert loads(person, day_of(3)) == []
    with pytest.raises(Invalid):
        actions.end_program(desk.studio, person.id, program.id, day_of(-2), now=desk.now, **end)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        plan(30, valid_from=day_of(5))


def test_fewer_weeks_cut_off_more_begin_like_the_first(
    desk: Desk, person: Person, program: Program, plan: Plan
) -> None:
    plan(10, week=1)
    plan(20, week=2)
    how = {"weekly": 3, "version": None, "by": desk.by, "now": desk.now}
    actions.reshape(desk.studio, person.id, program.id, weeks=3, valid_from=TODAY, **how)  # type: ignore[arg-type]
    assert [loads(person, day_of(7 * week)) for week in range(4)] == [[10], [20], [10], [10]]
    actions.reshape(desk.studio, person.id, program.id, weeks=1, valid_from=day_of(7), **how)  # type: ignore[arg-type]
    assert loads(person, day_of(7)) == [10]


def test_a_template_is_copied_and_then_apart(
    desk: Desk, person: Person, program: Program, plan: Plan, exercise: Callable[[str], int]
) -> None:
    plan(20)
    how = {"by": desk.by, "now": desk.now}
    made = actions.add_template(desk.studio, "ひな形", source=program, **how)  # type: ignore[arg-type]
    other = desk.meet()
    actions.start_program(
        desk.studio,
        other.id,
        "新しい",
        starts_on=day_of(7),
        template_id=made.id,
        **how,  # type: ignore[arg-type]
    )
    empty = DayDraft((ItemDraft(exercise("bird_dog")),))
    actions.save_day(
        desk.studio,
        None,
        made.id,
        1,
        1,
        replace(empty, items=()),
        valid_from=TODAY,
        version=None,
        **how,  # type: ignore[arg-type]
    )
    assert loads(other, day_of(7)) == [20]
    unnamed = actions.start_program(
        desk.studio,
        other.id,
        " ",
        starts_on=day_of(7),
        template_id=made.id,
        **how,  # type: ignore[arg-type]
    )
    assert unnamed.name_ja == "ひな形"
    with pytest.raises(NotFound):
        program_of(desk.studio.id, other.id, made.id)
    with pytest.raises(NotFound):
        program_of(desk.studio.id, other.id, program.id)


def test_neither_the_tables_nor_the_audit_hold_the_words(
    desk: Desk, person: Person, program: Program, exercise: Callable[[str], int]
) -> None:
    words = ("姿勢改善", "膝をかばう日", "痛みが出たら止める")
    day = DayDraft((ItemDraft(exercise("bird_dog"), note=words[2]),), words[1])
    actions.save_day(
        desk.studio,
        person.id,
        program.id,
        1,
        1,
        day,
        valid_from=TODAY,
        version=None,
        by=desk.by,
        now=desk.now,
    )
    kept = ""
    for table in ("programs", "workouts", "program_items", "audit_lines"):
        for row in db.session.execute(text(f"select * from {table}")):
            kept += " ".join(
                bytes(value).decode("latin-1") if isinstance(value, (bytes, memoryview)) else str(value)
                for value in row
            )
    for one in words:
        assert one not in kept
        assert one.encode().decode("latin-1") not in kept


def test_a_day_holds_no_more_than_a_session_can(
    desk: Desk, person: Person, program: Program, exercise: Callable[[str], int]
) -> None:
    item = ItemDraft(exercise("bird_dog"))
    with pytest.raises(Invalid):
        actions.save_day(
            desk.studio, person.id, program.id, 1, 1, DayDraft((item,) * 31), valid_from=TODAY, version=None,
            by=desk.by, now=desk.now,
        )  # fmt: skip
