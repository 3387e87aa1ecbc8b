"""Where the dots, the line and the marks of a chart lie. Pure; the template draws them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from backoffice.progress.courses import Course
from backoffice.progress.trend import DayValue
from blueprints.support.scale import decimals_of, round_marks

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 12, 24
SHORTEST = timedelta(days=7)


@dataclass(frozen=True)
class Chart:
    """A drawing of `WIDTH` by `HEIGHT`: dots, the points of the line, the goal, and marks with what they say."""

    dots: list[tuple[float, float]]
    line: str
    goal: float | None
    across: list[tuple[float, str]]
    along: list[tuple[float, date]]


def drawing(course: Course) -> Chart | None:
    """The chart of a course; None when nothing was measured in its span."""
    if not course.days:
        return None
    return draw(course.days, course.line, None if course.goal is None else float(course.goal.target))


def draw(days: Sequence[DayValue], line: Sequence[DayValue], goal: float | None = None) -> Chart:
    """The chart of at least one day. A goal is part of what must fit in."""
    first, last = days[0].day, max(days[-1].day, days[0].day + SHORTEST)
    marks = round_marks([one.value for one in (*days, *line)] + ([] if goal is None else [goal]))
    low, high = marks[0], marks[-1]

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / (last - first).days, 1)

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low), 1)

    return Chart(
        dots=[(x(one.day), y(one.value)) for one in days],
        line=" ".join(f"{x(one.day)},{y(one.value)}" for one in line) if len(line) > 1 else "",
        goal=None if goal is None else y(goal),
        across=[(y(one), f"{one:.{decimals_of(marks)}f}") for one in marks],
        along=[(x(day), day) for day in _thirds(first, last)],
    )


def _thirds(first: date, last: date) -> list[date]:
    """The first day, the last, and two between."""
    return [first + (last - first) * part // 3 for part in range(4)]
