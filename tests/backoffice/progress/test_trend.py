"""The smoothed line: Walker's for daily values, bounded by what was measured, the same wherever the scale begins."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.progress.trend import DayValue, by_day, change, smoothed

START = date(2026, 3, 1)
VALUES = st.lists(
    st.tuples(st.integers(1, 60), st.integers(400, 1_200)), min_size=1, max_size=40
)  # gaps in days, tenths of a kilogram


def course(gaps: list[tuple[int, int]], *, more: float = 0.0) -> list[DayValue]:
    day, days = START, []
    for gap, tenths in gaps:
        day += timedelta(days=gap)
        days.append(DayValue(day, tenths / 10 + more))
    return days


def test_a_value_every_day_moves_the_line_by_a_tenth() -> None:
    days = [DayValue(START + timedelta(days=number), value) for number, value in enumerate((80, 79, 81))]
    assert [round(one.value, 4) for one in smoothed(days)] == [80, 79.9, 80.01]


def test_a_gap_moves_it_as_if_the_new_value_had_stood_every_day() -> None:
    daily = [DayValue(START, 80), *(DayValue(START + timedelta(days=n), 76) for n in range(1, 11))]
    gap = [daily[0], daily[-1]]
    assert smoothed(gap)[-1].value == pytest.approx(smoothed(daily)[-1].value)


@given(VALUES)
def test_the_line_stays_between_the_smallest_and_the_largest(gaps: list[tuple[int, int]]) -> None:
    days = course(gaps)
    numbers = [one.value for one in days]
    for one in smoothed(days):
        assert min(numbers) - 1e-9 <= one.value <= max(numbers) + 1e-9
    assert [one.day for one in smoothed(days)] == [one.day for one in days]


@given(VALUES, st.integers(-50, 50))
def test_it_does_not_matter_where_the_scale_begins(gaps: list[tuple[int, int]], more: int) -> None:
    moved = smoothed(course(gaps, more=more))
    for one, other in zip(smoothed(course(gaps)), moved, strict=True):
        assert other.value == pytest.approx(one.value + more)


@given(st.permutations([(START, 70), (START, 72), (START + timedelta(days=1), 71)]))
def test_a_day_counts_once_in_whatever_order_it_was_measured(rows: list[tuple[date, int]]) -> None:
    assert by_day([DayValue(*row) for row in rows]) == [(START, 71), (START + timedelta(days=1), 71)]


def test_the_change_looks_back_four_weeks_or_says_nothing() -> None:
    assert change([]) is None
    young = [DayValue(START, 80), DayValue(START + timedelta(days=27), 78)]
    assert change(young) is None
    old = [
        DayValue(START, 80),
        DayValue(START + timedelta(days=1), 79),
        DayValue(START + timedelta(days=29), 77),
    ]
    assert change(old) == -2, "from the last point that is at least 28 days old"
