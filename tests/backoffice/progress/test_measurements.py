"""What was measured: within what a body can have, taken out and back, with goals that replace each other."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.merging.actions import merge, undo_merge
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.people.queries import MergedAway
from backoffice.progress.actions import (
    add_measurements,
    note_effect,
    remove_effect,
    remove_measurement,
    restore_effect,
    restore_measurement,
    set_goal,
)
from backoffice.progress.courses import courses_of
from backoffice.progress.kinds import KindDraft, archive_kind, change_kind, create_kind, restore_kind
from backoffice.progress.models import Effect, MeasureKind
from backoffice.progress.queries import effects_of, first_effects, goals_of, kinds, values_of, weights
from backoffice.studio.models import Studio
from tests.statements import statements

TODAY = date(2026, 11, 24)
GRIP = KindDraft("握力（両手）", "Grip (both)", "kg", 1, Decimal(1), Decimal(200))


@pytest.fixture
def who(gym: Studio, by: Actor, now: datetime) -> Person:
    return create_person(name="山田 花子", by=by, now=now)


def kind(slug: str) -> MeasureKind:
    return db.session.scalars(select(MeasureKind).where(MeasureKind.slug == slug)).one()


@pytest.fixture
def weigh(gym: Studio, who: Person, by: Actor, now: datetime) -> Callable[..., int]:
    """Keep a weight; its id."""

    def keep(value: str, day: date = TODAY) -> int:
        return add_measurements(gym, who.id, day, {kind("weight").id: Decimal(value)}, by=by, now=now)[0].id

    return keep


def test_a_studio_begins_with_twelve_kinds_in_order(gym: Studio) -> None:
    names = [(one.name_ja, one.unit) for one in kinds(gym.id)]
    assert (len(names), names[:3]) == (12, [("体重", "kg"), ("体脂肪率", "%"), ("ウエスト", "cm")])


def test_several_kinds_of_a_day_are_kept_at_once_and_the_audit_keeps_no_value(
    gym: Studio, who: Person, by: Actor, now: datetime
) -> None:
    values = {kind("weight").id: Decimal("65.84"), kind("pelvic_tilt").id: Decimal("12.6")}
    add_measurements(gym, who.id, TODAY, values, by=by, now=now)
    found = values_of(gym.id, who.id)
    assert [str(found[one][0].value) for one in values] == ["65.80", "13.00"], (
        "read to what the kind is read to"
    )
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "measurement.added")).one()
    assert (line.person_id, line.after) == (who.id, {"day": "2026-11-24", "values": "…", "count": 2})


@pytest.mark.parametrize("value", ["19.9", "300.1", "6580"])
def test_what_no_body_has_is_refused_at_its_field(weigh: Callable[..., int], value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        weigh(value)
    assert refusal.value.field == f"kind_{kind('weight').id}"


def test_a_day_to_come_and_one_long_ago_are_refused(weigh: Callable[..., int]) -> None:
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=21 * 366)):
        with pytest.raises(Invalid) as refusal:
            weigh("65", day)
        assert refusal.value.field == "day"


def test_nothing_and_kinds_that_are_not_measured_are_refused(
    gym: Studio, who: Person, by: Actor, now: datetime
) -> None:
    waist = kind("waist")
    archive_kind(gym.id, waist.id, by=by, now=now)
    for values in ({}, {999_999: Decimal(70)}, {waist.id: Decimal(70)}):
        with pytest.raises(Invalid):
            add_measurements(gym, who.id, TODAY, values, by=by, now=now)
    with pytest.raises(NotFound):
        add_measurements(gym, 999_999, TODAY, {kind("weight").id: Decimal(70)}, by=by, now=now)


def test_weights_by_day_for_other_features(
    gym: Studio, who: Person, weigh: Callable[..., int], by: Actor, now: datetime
) -> None:
    add_measurements(gym, who.id, TODAY, {kind("waist").id: Decimal(70)}, by=by, now=now)
    weigh("66", TODAY - timedelta(days=30))
    for value in ("65", "64"):
        weigh(value, TODAY - timedelta(days=2))
    with statements() as sent:
        assert weights(who.id, TODAY - timedelta(days=28)) == [(TODAY - timedelta(days=2), 64.5)]
    assert len(sent) == 1
    assert len(weights(who.id, date.min)) == 2


def test_a_wrong_value_is_taken_out_and_back(
    gym: Studio, who: Person, weigh: Callable[..., int], by: Actor, now: datetime
) -> None:
    wrong = weigh("56")
    for _ in range(2):
        remove_measurement(gym.id, wrong, by=by, now=now)
    assert (values_of(gym.id, who.id), weights(who.id, date.min)) == ({}, [])
    for _ in range(2):
        restore_measurement(gym.id, wrong, by=by, now=now)
    assert len(weights(who.id, date.min)) == 1
    told = select(AuditLine.action).where(AuditLine.subject_kind == "measurement").order_by(AuditLine.id)
    assert db.session.scalars(told).all() == [
        "measurement.added",
        "measurement.removed",
        "measurement.restored",
    ]
    for do in (remove_measurement, restore_measurement):
        with pytest.raises(NotFound):
            do(gym.id + 1, wrong, by=by, now=now)


def test_the_newest_goal_holds_and_one_without_a_target_ends_it(
    gym: Studio, who: Person, weigh: Callable[..., int], by: Actor, now: datetime
) -> None:
    weigh("65")
    weight, known = kind("weight").id, {"by": by, "now": now}
    for target in ("62", "60"):
        set_goal(gym, who.id, weight, Decimal(target), TODAY, **known)
    assert goals_of(gym.id, who.id) == {weight: (weight, 60, TODAY)}
    assert courses_of(gym.id, who.id)[0].left == -5
    set_goal(gym, who.id, weight, None, **known)
    assert goals_of(gym.id, who.id) == {}
    for target, by_day, field in (
        (Decimal(5), None, "target"),
        (Decimal(60), TODAY - timedelta(days=1), "by_day"),
    ):
        with pytest.raises(Invalid) as refusal:
            set_goal(gym, who.id, weight, target, by_day, **known)
        assert refusal.value.field == field


def test_a_line_knows_what_was_before_the_span(gym: Studio, who: Person, weigh: Callable[..., int]) -> None:
    weigh("70", TODAY - timedelta(days=100))
    weigh("60")
    course = courses_of(gym.id, who.id, since=TODAY - timedelta(days=90))[0]
    assert (len(course.values), len(course.line)) == (1, 1)
    assert 60 < course.line[0].value < 60.01


def test_a_page_of_values_costs_three_statements(gym: Studio, who: Person, weigh: Callable[..., int]) -> None:
    for number in range(10):
        weigh("65", TODAY - timedelta(days=number))
    with statements() as sent:
        courses_of(gym.id, who.id)
    assert len(sent) == 3


def test_what_was_noticed_is_unreadable_in_the_table_and_the_first_days_are_told(
    gym: Studio, who: Person, by: Actor, now: datetime
) -> None:
    known = {"by": by, "now": now}
    for effect, days in ((Effect.FELT, 10), (Effect.FELT, 3), (Effect.SEEN, 1)):
        note_effect(gym, who.id, effect, TODAY - timedelta(days=days), "肩が軽い", **known)
    row = db.session.execute(text("select * from effect_notes limit 1")).one()
    assert "肩".encode() not in b"".join(bytes(one) for one in row if isinstance(one, bytes | memoryview))
    found = effects_of(gym.id, who.id)
    assert {one.words for one in found} == {"肩が軽い"}
    firsts = first_effects(found)
    assert firsts == {Effect.FELT: TODAY - timedelta(days=10), Effect.SEEN: TODAY - timedelta(days=1)}
    for _ in range(2):
        remove_effect(gym.id, found[0].id, **known)
    assert first_effects(effects_of(gym.id, who.id))[Effect.FELT] == TODAY - timedelta(days=3)
    for _ in range(2):
        restore_effect(gym.id, found[0].id, **known)
    assert first_effects(effects_of(gym.id, who.id)) == firsts
    with pytest.raises(Invalid):
        note_effect(gym, who.id, Effect.SEEN, TODAY + timedelta(days=1), **known)
    for do in (remove_effect, restore_effect):
        with pytest.raises(NotFound):
            do(gym.id + 1, found[0].id, **known)
    assert "肩" not in str([(one.before, one.after) for one in db.session.scalars(select(AuditLine))])


def test_own_kinds_have_names_bounds_and_versions(gym: Studio, by: Actor, now: datetime) -> None:
    known = {"by": by, "now": now}
    made = create_kind(gym.id, GRIP, **known)
    assert kinds(gym.id)[-1].name_ja == GRIP.name_ja
    for wrong in (
        {"name_ja": " "},
        {"name_ja": "体重"},
        {"unit": ""},
        {"most": Decimal(0)},
        {"most": Decimal(100_000)},
    ):
        for do in (
            lambda draft: create_kind(gym.id, draft, **known),
            lambda draft: change_kind(gym.id, made.id, draft, version=1, **known),
        ):
            with pytest.raises(Invalid):
                do(KindDraft(**{**vars(GRIP), **wrong}))
    change_kind(gym.id, made.id, KindDraft(**{**vars(GRIP), "unit": "N"}), version=1, **known)
    with pytest.raises(Stale):
        change_kind(gym.id, made.id, GRIP, version=1, **known)
    with pytest.raises(NotFound):
        change_kind(gym.id + 1, made.id, GRIP, version=2, **known)


def test_a_kind_with_values_keeps_its_unit_and_weight_is_in_kg(
    gym: Studio, who: Person, by: Actor, now: datetime
) -> None:
    known = {"by": by, "now": now}
    made = create_kind(gym.id, GRIP, **known)
    add_measurements(gym, who.id, TODAY, {made.id: Decimal(40)}, **known)
    pounds = KindDraft(**{**vars(GRIP), "unit": "lb"})
    weight = KindDraft("体重", "Weight", "lb", 1, Decimal(20), Decimal(300))
    for kind_id, draft in ((made.id, pounds), (kind("weight").id, weight)):
        with pytest.raises(Invalid) as refusal:
            change_kind(gym.id, kind_id, draft, version=1, **known)
        assert refusal.value.field == "unit"


def test_out_of_use_and_back_unless_the_name_went(gym: Studio, by: Actor, now: datetime) -> None:
    known = {"by": by, "now": now}
    made = create_kind(gym.id, GRIP, **known)
    for _ in range(2):
        archive_kind(gym.id, made.id, **known)
    assert made.id not in [one.id for one in kinds(gym.id)]
    for _ in range(2):
        restore_kind(gym.id, made.id, **known)
    archive_kind(gym.id, made.id, **known)
    create_kind(gym.id, GRIP, **known)
    with pytest.raises(Invalid):
        restore_kind(gym.id, made.id, **known)


def test_there_is_an_end_to_kinds(
    gym: Studio, by: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.progress.kinds.MOST_KINDS", 12)
    with pytest.raises(Invalid):
        create_kind(gym.id, GRIP, by=by, now=now)


def test_everything_goes_along_when_two_rows_become_one_and_back(
    gym: Studio, who: Person, weigh: Callable[..., int], by: Actor, now: datetime
) -> None:
    known = {"by": by, "now": now}
    weigh("65")
    set_goal(gym, who.id, kind("weight").id, Decimal(60), **known)
    note_effect(gym, who.id, Effect.FELT, TODAY, **known)
    kept = create_person(name="山田 華子", **known)
    made = merge(kept.id, who.id, {}, **known)
    for asked in (values_of, goals_of, effects_of):
        assert (bool(asked(gym.id, kept.id)), bool(asked(gym.id, who.id))) == (True, False)
    with pytest.raises(MergedAway):
        add_measurements(gym, who.id, TODAY, {kind("weight").id: Decimal(65)}, **known)
    undo_merge(made.id, **known)
    assert values_of(gym.id, who.id)
