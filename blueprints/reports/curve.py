"""The curve of joining as a page shows it: a line with its band, and the same in a table for a few days."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from backoffice.reports.survival import Seen, Step, at_risk_on, joining_curve, share_by
from blueprints.reports.charts import Line, LineChart, Series, line_chart, percent

TOLD = (0, 3, 7, 14, 30, 60, 90)
"""Days after entering that the table tells."""

LAST = 90
"""Where the chart ends; who joins later is told in the table of months."""


@dataclass(frozen=True)
class TimeToJoin:
    """The drawing, and for each day told: the day, the step that holds on it, and how many are still watched then."""

    chart: LineChart | None
    rows: list[tuple[int, Step, int]]


def time_to_join(seen: Mapping[int, Seen]) -> TimeToJoin:
    """Nothing to draw when nobody has joined. The line ends on the last day anybody was watched for."""
    steps = [step for step in joining_curve(seen) if step.days <= LAST]
    if not steps:
        return TimeToJoin(None, [])
    end = min(LAST, max(seen))
    last = steps[-1]
    known = [(step.days, step.share, step.low, step.high) for step in steps]
    known = [(0, 0.0, 0.0, 0.0)] * (steps[0].days > 0) + known
    known += [(end, last.share, last.low, last.high)] * (end > last.days)
    line = Line(
        Series(_("Joined by then"), "matsu"),
        [(days, share) for days, share, _low, _high in known],
        band=[(days, low, high) for days, _share, low, high in known],
        is_step=True,
    )
    marks = [(float(days), str(days)) for days in TOLD if days != 3]
    rows = [
        (days, step, at_risk_on(seen, days))
        for days in TOLD
        if days <= end and (step := share_by(steps, days)) is not None
    ]
    return TimeToJoin(line_chart([line], marks, says=percent, top=_top(last.high)), rows)


def _top(high: float) -> float:
    """The upper end of the axis: as many quarters as hold the band."""
    return next(top for top in (0.25, 0.5, 0.75, 1.0) if high <= top)
