"""The forecast: worked by hand, never from the future, and as often inside its interval as it says."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.reports.forecast import T90, Foretold, Known, backtest, foretell, landing
from backoffice.reports.periods import months_after

START = date(2025, 1, 1)


def months(*paid: int, fees: int = 0, running: int = 0, stayed: int = 0, new: int = 0) -> list[Known]:
    squares = fees * fees // running if running else 0
    return [
        Known(months_after(START, number), yen, fees, squares, running, stayed, new)
        for number, yen in enumerate(paid)
    ]


def test_nothing_is_foretold_from_two_months() -> None:
    *past, present = months(100, 100, 100)
    assert foretell(past, present) == []
    assert backtest(past).months == []
    assert backtest(past).error is None


def test_steady_months_go_on_without_doubt() -> None:
    *past, present = months(*[100_000] * 7)
    found = foretell(past, present)
    assert [(one.yen, one.low, one.high) for one in found] == [(100_000,) * 3] * 4
    assert [one.month for one in found] == [date(2025, month, 1) for month in (7, 8, 9, 10)]


def test_a_worked_example() -> None:
    """Ten agreements of 10,000 of which nine in ten stay; 20,000 of new ones a month; 30, 50 and 40 thousand beyond."""
    *past, present = months(130_000, 150_000, 140_000, 0, fees=100_000, running=10, stayed=9, new=20_000)
    this, following, third, _fourth = foretell(past, present)
    assert this.yen == 100_000 + 40_000
    assert following.yen == 90_000 + 20_000 + 40_000
    assert third.yen == 81_000 + 20_000 * 1.9 + 40_000
    # The spread is 1.4826 × 10,000; t with two degrees of freedom is 1.886; pi/6 for the median of three.
    half = 1.886 * 14_826 * (1 + 3.141593 / 6) ** 0.5
    assert this.high - this.yen == pytest.approx(half, abs=1)
    # A month later each of the ten stays with 0.9: variance 10 × 10,000² × 0.09.
    wider = 1.886 * (14_826**2 * (1 + 3.141593 / 6) + 10 * 10_000**2 * 0.09) ** 0.5
    assert following.high - following.yen == pytest.approx(wider, abs=1)


def test_what_the_present_month_brought_so_far_changes_nothing() -> None:
    *past, present = months(90_000, 110_000, 100_000, 105_000, 5_000)
    assert foretell(past, present) == foretell(past, replace(present, paid=999_999))


def test_twelve_months_at_most_are_looked_at() -> None:
    *past, present = months(*[1] * 10, *[100_000] * 13)
    assert foretell(past, present)[0].yen == 100_000


def test_no_month_is_foretold_below_nothing() -> None:
    *past, present = months(0, 500, 0, 900, 0)
    assert all(one.low >= 0 for one in foretell(past, present))


@given(st.lists(st.integers(0, 10**7), min_size=4, max_size=20), st.integers(0, 19), st.integers(0, 10**7))
def test_a_check_never_uses_what_came_later(paid: list[int], place: int, other: int) -> None:
    """Another amount in one month changes no forecast of that month or of one before it."""
    place %= len(paid)
    changed = [other if number == place else yen for number, yen in enumerate(paid)]
    before, after = backtest(months(*paid)).months, backtest(months(*changed)).months
    until = months_after(START, place)
    assert [one.foretold for one in before if one.foretold.month <= until] == [
        one.foretold for one in after if one.foretold.month <= until
    ]


def test_four_in_five_lie_inside_when_months_spread_normally() -> None:
    """300 gyms with 24 months of normal spread: the share inside is what the interval says, within five points."""
    random = Random(20261124)
    inside = count = 0
    for _gym in range(300):
        found = backtest(months(*[max(0, round(random.gauss(500_000, 60_000))) for _month in range(24)]))
        inside += found.inside
        count += len(found.months)
    assert count == 300 * 12
    assert 0.75 <= inside / count <= 0.85


def test_error_is_the_mean_share_of_what_was_paid() -> None:
    """Foretold 100,000 each time; paid 80,000 and 125,000: errors of 25 % and 20 %."""
    found = backtest(months(100_000, 100_000, 100_000, 80_000, 125_000))
    assert [one.foretold.yen for one in found.months] == [100_000, 100_000]
    assert found.error == pytest.approx(0.225)


def test_student_t_is_that_of_the_table() -> None:
    assert (T90[0], T90[4], T90[10]) == (3.078, 1.476, 1.363)
    assert list(T90) == sorted(T90, reverse=True)


def test_a_month_cannot_end_below_what_has_come_in() -> None:
    alone = Foretold(date(2026, 11, 1), 200_000, 150_000, 250_000)
    assert landing(alone, 180_000) == Foretold(alone.month, 200_000, 180_000, 250_000)
    assert landing(alone, 300_000) == Foretold(alone.month, 300_000, 300_000, 300_000)
    assert landing(alone, 0) == alone
