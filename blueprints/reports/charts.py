"""Charts of reports, laid out on the server. Pure geometry in a box of 100 by 100: the page stretches it, strokes and
words keep their size. `templates/components/charts.html` draws them; what they show stands in the table below them too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from blueprints.support.scale import decimals_of, round_marks

MOST_LABELS = 6
"""So many words fit along the axis of a phone."""


@dataclass(frozen=True)
class Mark:
    """A word on an axis, and where: percent from the left, or from the top."""

    at: float
    label: str


@dataclass(frozen=True)
class Series:
    """What a line or a part of a bar stands for. `tone`: ai, matsu, kaki, yama, fuji or nezu."""

    label: str
    tone: str


@dataclass(frozen=True)
class Line:
    """Values to be joined: (x, y), None where nothing is known. `band` holds (x, low, high) around them."""

    series: Series
    points: Sequence[tuple[float, float | None]]
    band: Sequence[tuple[float, float, float]] = ()
    is_step: bool = False
    is_dashed: bool = False


@dataclass(frozen=True)
class Drawn:
    """A line as SVG paths."""

    series: Series
    path: str
    dots: str
    band: str
    is_dashed: bool


@dataclass(frozen=True)
class LineChart:
    """Lines over an axis of numbers."""

    lines: list[Drawn]
    across: list[Mark]
    along: list[Mark]

    @property
    def legend(self) -> list[Series]:
        """What stands beside the chart."""
        return [one.series for one in self.lines]


@dataclass(frozen=True)
class Rect:
    """A part of a bar, in percent of the box, and what it says when pointed at."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    says: str


@dataclass(frozen=True)
class BarChart:
    """Bars side by side, each a stack of parts."""

    rects: list[Rect]
    across: list[Mark]
    along: list[Mark]
    legend: list[Series]


@dataclass(frozen=True)
class SideBar:
    """A bar that lies beside its name; `total` is what its parts add up to."""

    label: str
    rects: list[Rect]
    total: float


@dataclass(frozen=True)
class SideBars:
    """Bars below each other: for names, which would not fit along an axis."""

    rows: list[SideBar]
    legend: list[Series]


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, and a value for each series."""

    label: str
    values: Sequence[float]


def percent(value: float) -> str:
    """0.4 as 40%, for axes."""
    return f"{100 * value:.0f}%"


def line_chart(
    lines: Sequence[Line],
    along: Sequence[tuple[float, str]],
    *,
    says: Callable[[float], str] | None = None,
    top: float | None = None,
) -> LineChart | None:
    """Lines from the smallest x to the largest, from 0 up; None when no value is known.

    `along` are the words below, at their x. `top` is the upper end when it is known (1 for shares).
    """
    values = [y for line in lines for _x, y in line.points if y is not None]
    if not values:
        return None
    highs = [high for line in lines for _x, _low, high in line.band]
    marks = round_marks([0.0, *values, *highs] if top is None else [0.0, top], least_spread=0.1)
    places = [x for x, _label in along] + [x for line in lines for x, _y in line.points]
    first, last = min(places), max(places)
    box = _Box(first, last if last > first else first + 1, marks[0], marks[-1])
    return LineChart(
        [_drawn(line, box) for line in lines],
        _across(marks, says),
        [Mark(box.x(x), label) for x, label in _thinned(along)],
    )


def bar_chart(
    bars: Sequence[Bar], series: Sequence[Series], *, says: Callable[[float], str] | None = None
) -> BarChart | None:
    """Stacked bars from the first to the last; None when there is nothing to stack. No value is below zero."""
    if not bars or not any(value for bar in bars for value in bar.values):
        return None
    marks = round_marks([0.0, *(sum(bar.values) for bar in bars)], least_spread=4)
    box, each = _Box(0, len(bars), marks[0], marks[-1]), 100 / len(bars)
    rects = [
        _rect(bar, number * each, each, part, box, series)
        for number, bar in enumerate(bars)
        for part in range(len(series))
        if bar.values[part]
    ]
    along = _thinned([(number + 0.5, bar.label) for number, bar in enumerate(bars)])
    return BarChart(rects, _across(marks, says), [Mark(box.x(x), label) for x, label in along], list(series))


def side_bars(bars: Sequence[Bar], series: Sequence[Series]) -> SideBars | None:
    """Stacked bars below each other, the longest across the whole box; None when there is nothing to stack."""
    longest = max((sum(bar.values) for bar in bars), default=0)
    if not longest:
        return None
    return SideBars([_side_bar(bar, longest, series) for bar in bars], list(series))


@dataclass(frozen=True)
class _Box:
    first: float
    last: float
    low: float
    high: float

    def x(self, value: float) -> float:
        return round(100 * (value - self.first) / (self.last - self.first), 2)

    def y(self, value: float) -> float:
        return round(100 * (self.high - min(value, self.high)) / (self.high - self.low), 2)


def _drawn(line: Line, box: _Box) -> Drawn:
    path, dots, before = [], [], None
    for x, y in line.points:
        if y is not None:
            at = f"{box.x(x)} {box.y(y)}"
            step = f"H{box.x(x)}" if line.is_step else ""
            path.append(f"M{at}" if before is None else f"{step}L{at}")
            dots.append(f"M{at}h0")
        before = y
    return Drawn(
        line.series, "".join(path), "" if line.is_step else "".join(dots), _band(line, box), line.is_dashed
    )


def _band(line: Line, box: _Box) -> str:
    """Along the upper edge and back along the lower one; in steps when the line has them."""
    if not line.band:
        return ""
    upper = _edge([(x, high) for x, _low, high in line.band], box, is_step=line.is_step)
    lower = _edge([(x, low) for x, low, _high in line.band], box, is_step=line.is_step)
    return "M" + "L".join([*upper, *reversed(lower)]) + "Z"


def _edge(points: Sequence[tuple[float, float]], box: _Box, *, is_step: bool) -> list[str]:
    edge: list[str] = []
    for number, (x, y) in enumerate(points):
        if is_step and number:
            edge.append(f"{box.x(x)} {box.y(points[number - 1][1])}")
        edge.append(f"{box.x(x)} {box.y(y)}")
    return edge


def _rect(bar: Bar, left: float, each: float, part: int, box: _Box, series: Sequence[Series]) -> Rect:
    upper = list(accumulate(bar.values))[part]
    value = bar.values[part]
    return Rect(
        x=round(left + each * 0.16, 2),
        y=box.y(upper),
        width=round(each * 0.68, 2),
        height=round(box.y(upper - value) - box.y(upper), 2),
        tone=series[part].tone,
        says=_says(bar, part, series),
    )


def _side_bar(bar: Bar, longest: float, series: Sequence[Series]) -> SideBar:
    ends = [round(100 * end / longest, 2) for end in accumulate(bar.values, initial=0)]
    rects = [
        Rect(ends[part], 0, round(ends[part + 1] - ends[part], 2), 100, one.tone, _says(bar, part, series))
        for part, one in enumerate(series)
        if bar.values[part]
    ]
    return SideBar(bar.label, rects, sum(bar.values))


def _says(bar: Bar, part: int, series: Sequence[Series]) -> str:
    return f"{bar.label} {series[part].label}: {bar.values[part]:,g}"


def _across(marks: Sequence[float], says: Callable[[float], str] | None) -> list[Mark]:
    low, high = marks[0], marks[-1]
    written = says or (lambda one: f"{one:,.{decimals_of(marks)}f}")
    return [Mark(round(100 * (high - one) / (high - low), 2), written(one)) for one in marks]


def _thinned(along: Sequence[tuple[float, str]]) -> Sequence[tuple[float, str]]:
    """Every so many words only, so that they do not touch; the last one always among them."""
    every = -(-len(along) // MOST_LABELS)
    return [one for number, one in enumerate(along) if (len(along) - 1 - number) % every == 0]
