"""Each warning has its reason: limits, muscles without a day of rest, too many sessions, loads that jump."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.programs.muscles import shade, weekly_sets
from backoffice.programs.plan import PlannedItem, PlannedVersion, PlannedWorkout
from backoffice.programs.warnings import PlanWarning, WarningKind, warnings_of

SQUAT = PlannedItem(
    1, 1, "スクワット", "Squat", "main", 1, "reps", "total", 3, 8, None, Decimal(50), None, 120, Decimal(8), "",
    ("knee", "low_back"), ("quadriceps", "glutes"), ("hamstrings",),
)  # fmt: skip
PRESS = replace(
    SQUAT, id=2, exercise_id=2, limits=("shoulder",), muscles=("pectorals",), supporting=("triceps",)
)


def day(weekday: int, *items: PlannedItem, week: int = 1) -> PlannedWorkout:
    return PlannedWorkout(1, 1, 10 * week + weekday, week, weekday, "", "", items)


def version(*days: PlannedWorkout, weeks: int = 1, weekly: int = 3) -> PlannedVersion:
    return PlannedVersion(1, 1, date(2026, 11, 24), date(2026, 11, 24), weeks, weekly, days)


def kinds(found: list[PlanWarning]) -> list[WarningKind]:
    return [one.kind for one in found]


def test_a_limit_of_the_person_is_met_by_an_exercise() -> None:
    found = warnings_of(version(day(0, SQUAT, PRESS)), limits=("knee", "wrist"))
    assert [(one.kind, one.keys, one.item) for one in found] == [(WarningKind.LIMIT, ("knee",), SQUAT)]


def test_an_exercise_that_stands_twice_on_a_day_is_warned_of_once() -> None:
    again = replace(SQUAT, id=3)
    found = warnings_of(version(day(0, SQUAT, again), day(3, again)), limits=("knee",))
    assert [(one.weekday, one.item) for one in found if one.kind == WarningKind.LIMIT] == [
        (0, SQUAT),
        (3, again),
    ]


@pytest.mark.parametrize(
    ("days", "weeks", "warned"),
    [
        ((day(0, SQUAT), day(1, SQUAT)), 1, [(1, 1)]),
        ((day(0, SQUAT), day(2, SQUAT)), 1, []),
        ((day(0, SQUAT), day(1, PRESS)), 1, []),
        ((day(6, SQUAT), day(0, SQUAT, week=2)), 2, [(2, 0)]),
        ((day(0, SQUAT), day(6, SQUAT, week=2)), 2, [(1, 0)]),
        ((day(0, SQUAT), day(6, SQUAT)), 1, [(1, 0)]),
        ((day(0, replace(SQUAT, section="cool_down")), day(1, SQUAT)), 1, []),
    ],
)
def test_the_same_muscles_on_consecutive_days(
    days: tuple[PlannedWorkout, ...], weeks: int, warned: list[tuple[int, int]]
) -> None:
    found = [one for one in warnings_of(version(*days, weeks=weeks)) if one.kind == WarningKind.CONSECUTIVE]
    assert [(one.week, one.weekday) for one in found] == warned
    assert all(one.keys == ("glutes", "quadriceps") for one in found)


def test_more_sessions_a_week_than_agreed() -> None:
    days = (day(0, SQUAT), day(2, PRESS), day(4, SQUAT))
    assert warnings_of(version(*days, weekly=3)) == []
    found = warnings_of(version(*days, weekly=2))
    assert [(one.kind, one.before, one.after) for one in found] == [(WarningKind.TOO_MANY, 2, 3)]


@given(was=st.decimals(1, 300, places=2), now=st.decimals(1, 330, places=2))
def test_a_load_jumps_above_ten_percent_and_only_above(was: Decimal, now: Decimal) -> None:
    before = version(day(0, replace(SQUAT, load_kg=was)))
    found = warnings_of(version(day(0, replace(SQUAT, load_kg=now))), before=before)
    assert (kinds(found) == [WarningKind.JUMP]) is (now * 10 > was * 11 and now > was + 1)


def test_the_next_dumbbell_is_no_jump() -> None:
    def found(was: str, now: str) -> list[WarningKind]:
        before = version(day(0, replace(SQUAT, load_kg=Decimal(was))))
        return kinds(warnings_of(version(day(0, replace(SQUAT, load_kg=Decimal(now)))), before=before))

    assert found("2", "2.5") == found("2", "3") == found("9", "10") == []
    assert found("2", "3.5") == found("10", "12.5") == [WarningKind.JUMP]


def test_a_load_jumps_from_week_to_week_and_from_the_last_one_it_stood_in() -> None:
    loads = {1: Decimal(50), 3: Decimal(55), 4: Decimal(61)}
    days = tuple(day(0, replace(SQUAT, load_kg=kg), week=week) for week, kg in loads.items())
    found = warnings_of(version(*days, weeks=4))
    assert [(one.week, one.before, one.after) for one in found] == [(4, 55, 61)]


def test_without_a_load_nothing_jumps() -> None:
    light = version(day(0, replace(SQUAT, load_kg=None)))
    assert warnings_of(version(day(0, SQUAT)), before=light) == []
    assert warnings_of(light, before=version(day(0, SQUAT))) == []


def test_sets_are_counted_whole_and_half_in_the_main_part() -> None:
    stretch = replace(SQUAT, section="cool_down")
    counted = weekly_sets(version(day(0, SQUAT, stretch), day(2, SQUAT), day(0, SQUAT, week=2), weeks=2), 1)
    assert counted == {"glutes": 6, "quadriceps": 6, "hamstrings": 3}
    assert [shade(Decimal(sets)) for sets in (0, "0.5", 4, 10)] == [0, 1, 2, 3]
