"""Small multiples on one time axis, drawn on the server: a panel for each measure, days from left to right.

A day on which nothing was told is a gap, never a line across it. Pure geometry in a box of 100 by 100; the page
stretches it, strokes keep their width.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

DAYS = 56
"""How much a panel shows: eight weeks."""


@dataclass(frozen=True)
class Panel:
    """One measure over the days: `line` joins days that follow each other, `dots` are the days themselves."""

    title: Any
    newest: str
    line: str
    dots: str
    target: float | None
    low: str
    high: str


@dataclass(frozen=True)
class Axis:
    """The days of all panels."""

    first: date
    last: date

    @classmethod
    def until(cls, last: date) -> "Axis":
        """The eight weeks that end on a day."""
        return cls(last - timedelta(days=DAYS - 1), last)

    def x(self, day: date) -> float:
        """How far to the right a day stands: in the middle of its 56th of 100."""
        return round(((day - self.first).days + 0.5) * 100 / DAYS, 2)

    @property
    def weeks(self) -> list[tuple[float, date]]:
        """Where each of the eight weeks begins, and its first day."""
        return [(number * 700 / DAYS, self.first + timedelta(weeks=number)) for number in range(DAYS // 7)]


def panel(
    title: Any,
    values: Mapping[date, Decimal],
    axis: Axis,
    *,
    low: Decimal,
    high: Decimal,
    words: Sequence[str] = (),
    newest: str = "",
    target: Decimal | None = None,
    joined: bool = False,
) -> Panel:
    """The panel of a measure whose answers lie between `low` and `high`; `words` are written at both ends instead.

    `joined`: what is measured now and then; a line from one value to the next is right.
    """
    span = high - low or Decimal(1)

    def y(value: Decimal) -> float:
        return round(float((high - min(max(value, low), high)) * 100 / span), 2)

    points = {
        day: (axis.x(day), y(value))
        for day, value in sorted(values.items())
        if axis.first <= day <= axis.last
    }
    ends = words or (f"{low.normalize():f}", f"{high.normalize():f}")
    return Panel(
        title=title,
        newest=newest,
        line=_line(points, joined=joined),
        dots="".join(f"M{x} {at}h0" for x, at in points.values()),
        target=None if target is None else y(target),
        low=ends[0],
        high=ends[-1],
    )


def _line(points: Mapping[date, tuple[float, float]], *, joined: bool) -> str:
    drawn, before = [], None
    for day, (x, at) in points.items():
        follows = before is not None and (joined or day - before == timedelta(days=1))
        drawn.append(f"{'L' if follows else 'M'}{x} {at}")
        before = day
    return "".join(drawn)
