"""A person's measurements as a page shows them: each kind with its values, its line and its goal."""

from dataclasses import dataclass
from datetime import date

from backoffice.progress.queries import Goal, KindRow, Value, goals_of, kinds, values_of
from backoffice.progress.trend import DayValue, by_day, change, smoothed


@dataclass(frozen=True)
class Course:
    """How one kind went. `values`, `days` and `line` are from the asked day on; the line knows what was before."""

    kind: KindRow
    values: list[Value]
    days: list[DayValue]
    line: list[DayValue]
    goal: Goal | None
    newest: Value
    change: float | None

    @property
    def left(self) -> float | None:
        """What lies between the newest value and the goal; positive when the goal is higher."""
        return None if self.goal is None else float(self.goal.target - self.newest.value)


def courses_of(studio_id: int, person_id: int, *, since: date | None = None) -> list[Course]:
    """Every kind somebody has values of, in the studio's order. Three statements, however many values there are."""
    found, goals = values_of(studio_id, person_id), goals_of(studio_id, person_id)
    return [
        _course(kind, found[kind.id], goals.get(kind.id), since or date.min)
        for kind in kinds(studio_id, with_archived=True)
        if kind.id in found
    ]


def _course(kind: KindRow, values: list[Value], goal: Goal | None, since: date) -> Course:
    days = by_day(values)
    line = smoothed(days)
    return Course(
        kind=kind,
        values=[one for one in values if one.day >= since],
        days=[one for one in days if one.day >= since],
        line=[one for one in line if one.day >= since],
        goal=goal,
        newest=values[-1],
        change=change(line),
    )
