"""The next load with its rule, and personal bests."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.session_logs.bests import estimated_max, new_bests
from backoffice.session_logs.shorthand import parse_sets
from backoffice.session_logs.suggestion import Rule, Suggestion, suggest


@pytest.mark.parametrize(
    ("last", "load", "rule"),
    [
        ("60x10x3", "62.5", Rule.MORE), ("60x10x3 @8", "62.5", Rule.MORE), ("60x10x3 @9", "60", Rule.SAME),
        ("60x10x2", "60", Rule.SAME), ("60x10,10,9", "60", Rule.SAME), ("60x8x3", "60", Rule.SAME),
        ("60x7,7,8", "55", Rule.LESS), ("60x8,7,8", "60", Rule.SAME), ("8x10x3", "9", Rule.MORE),
        ("12x10x3", "13", Rule.MORE), ("20x10x3", "22", Rule.MORE), ("40x10 60x10x3", "62.5", Rule.MORE),
    ],
)  # fmt: skip
def test_double_progression(last: str, load: str, rule: Rule) -> None:
    made = suggest(parse_sets(last), sets=3, amount=8, amount_to=10, rpe=None)
    assert made == Suggestion(Decimal(load), rule)


def test_a_planned_effort_is_the_measure() -> None:
    made = suggest(parse_sets("60x10x3 @9"), sets=3, amount=8, amount_to=10, rpe=Decimal(9))
    assert made == Suggestion(Decimal("62.5"), Rule.MORE)


@pytest.mark.parametrize(
    ("last", "load"), [("5x6x3", "4"), ("12x6x3", "11"), ("20x6x3", "17.5"), ("1x6x3", "1")]
)
def test_light_loads_go_down_by_a_kilogram(last: str, load: str) -> None:
    made = suggest(parse_sets(last), sets=3, amount=8, amount_to=10, rpe=None)
    assert made == Suggestion(Decimal(load), Rule.LESS)


def test_nobody_is_told_to_lift_more_than_can_be_written() -> None:
    made = suggest(parse_sets("998x10x3"), sets=3, amount=8, amount_to=10, rpe=None)
    assert made == Suggestion(Decimal(999), Rule.MORE)


def test_nothing_is_suggested_without_a_load_or_a_plan() -> None:
    assert suggest(parse_sets("10x3x3"), sets=3, amount=None, amount_to=None, rpe=None) is None
    assert suggest(parse_sets("12回x3"), sets=3, amount=8, amount_to=None, rpe=None) is None
    assert suggest([], sets=3, amount=8, amount_to=None, rpe=None) is None


@given(st.decimals("1", "300", places=1), st.integers(1, 20), st.integers(1, 5))
def test_a_step_is_never_more_than_a_tenth_or_a_kilogram(load: Decimal, reps: int, number: int) -> None:
    made = suggest(parse_sets(f"{load}x{reps}x{number}"), sets=number, amount=8, amount_to=10, rpe=None)
    assert made is not None
    assert 0 < made.load_kg <= max(load * Decimal("1.10"), load + 1)


def test_bests_by_load_and_by_estimate() -> None:
    assert estimated_max(Decimal(60), 10) == Decimal("80.0")
    assert estimated_max(Decimal(60), 1) == 60
    before = {1: parse_sets("60x8"), 2: parse_sets("60x8"), 3: parse_sets("60x8"), 4: []}
    done = {
        1: parse_sets("62.5x1"),
        2: parse_sets("60x10"),
        3: parse_sets("60x8 50x20"),
        4: parse_sets("60x8"),
    }
    found = new_bests(done, before)
    assert [(one.exercise_id, one.is_load) for one in found] == [(1, True), (2, False)]
