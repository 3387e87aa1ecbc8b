"""The smoothed line of a measurement, and what it says. Pure.

Definition: the line starts at the first day's value; from then on it moves towards each new value, by 10 % for a day
that passed since the one before, by 1 − 0.9^n for n days. That is an exponentially weighted moving average: with a
value every day the one of John Walker, The Hacker's Diet (1991); for uneven gaps that of Andreas Eckner, Algorithms for
Unevenly Spaced Time Series (2012), in its form with the next value. Several values of one day count as their mean.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Protocol

KEPT_PER_DAY = 0.9
SPAN = timedelta(weeks=4)
"""What the change that is told looks back over."""


class Measured(Protocol):
    """What has a day and a value."""

    @property
    def day(self) -> date: ...
    @property
    def value(self) -> object: ...


class DayValue(NamedTuple):
    """A value of a day, in the unit of its kind."""

    day: date
    value: float


def by_day(values: Sequence[Measured]) -> list[DayValue]:
    """The mean of each day, the oldest first."""
    ordered = sorted(values, key=attrgetter("day"))
    means = []
    for day, same in groupby(ordered, key=attrgetter("day")):
        numbers = [float(str(one.value)) for one in same]
        means.append(DayValue(day, sum(numbers) / len(numbers)))
    return means


def smoothed(days: Sequence[DayValue]) -> list[DayValue]:
    """The line, a point for each day that has a value. Expects one value a day, the oldest first."""
    line: list[DayValue] = []
    for one in days:
        if not line:
            line.append(one)
            continue
        before = line[-1]
        step = 1 - KEPT_PER_DAY ** (one.day - before.day).days
        line.append(DayValue(one.day, before.value + step * (one.value - before.value)))
    return line


def change(line: Sequence[DayValue]) -> float | None:
    """How far the line has moved in the four weeks before its last point; None while it is younger than that."""
    if not line:
        return None
    earlier = [one for one in line if one.day <= line[-1].day - SPAN]
    return line[-1].value - earlier[-1].value if earlier else None
