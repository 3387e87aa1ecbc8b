"""Small multiples: every panel on the same days, gaps where nothing was told."""

from datetime import date, timedelta
from decimal import Decimal

from blueprints.care.charts import DAYS, Axis, panel

LAST = date(2026, 11, 24)
AXIS = Axis.until(LAST)


def drawn(*back: int) -> str:
    values = {LAST - timedelta(days=days): Decimal(3) for days in back}
    return panel("Sleep", values, AXIS, low=Decimal(1), high=Decimal(5)).line


def test_only_days_that_follow_each_other_are_joined() -> None:
    assert [drawn(3, 2, 0).count(letter) for letter in "ML"] == [2, 1]
    assert drawn() == ""


def test_a_weight_is_joined_from_one_measuring_to_the_next() -> None:
    values = {LAST - timedelta(days=days): Decimal(60) for days in (30, 9, 0)}
    line = panel("Weight", values, AXIS, low=Decimal(59), high=Decimal(61), joined=True).line
    assert [line.count(letter) for letter in "ML"] == [1, 2]


def test_the_weeks_share_the_axis_of_the_days() -> None:
    days = [day for _x, day in AXIS.weeks]
    assert (len(days), days[0], days[-1]) == (8, AXIS.first, LAST - timedelta(days=6))
    assert [x for x, _day in AXIS.weeks] == [number * 12.5 for number in range(8)]
    assert 0 < AXIS.x(AXIS.first) < AXIS.x(LAST) < 100
    assert (LAST - AXIS.first).days == DAYS - 1


def test_the_most_stands_on_top_and_what_lies_outside_stays_in_the_box() -> None:
    values = {LAST: Decimal(9), LAST - timedelta(days=1): Decimal(1), LAST - timedelta(days=99): Decimal(3)}
    made = panel("Tired", values, AXIS, low=Decimal(1), high=Decimal(5), target=Decimal(3))
    assert made.dots.count("M") == 2, "older days are not drawn"
    assert f"{AXIS.x(LAST)} 0.0" in made.dots
    assert f"{AXIS.x(LAST - timedelta(days=1))} 100.0" in made.dots
    assert made.target == 50
    assert (made.low, made.high) == ("1", "5")
