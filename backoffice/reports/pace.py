"""How a month goes: each of its numbers until now, beside the same days of the last month and beside its goal."""

from dataclasses import dataclass
from datetime import date, datetime

from backoffice.core.clock import at_local, local_date, month_span
from backoffice.reports.goals import Goals, goals_of
from backoffice.reports.home import Count, Span, counts, days_of, received_yen
from backoffice.reports.periods import months_after
from backoffice.studio.models import Studio

COUNTED = {
    "enquiries": Count.ENQUIRIES, "trials": Count.TRIALS, "joins": Count.JOINED, "sessions": Count.SESSIONS,
}  # fmt: skip
"""The goals that count rows; the goal of money is a sum of yen."""
MONEY = "revenue_yen"


@dataclass(frozen=True)
class Pace:
    """A number of this month until now, the same days of the month before, what is wanted of the month and by now."""

    so_far: int
    last_month: int
    goal: int | None
    by_now: int | None

    @property
    def behind(self) -> int:
        """By how much it is behind what is wanted by now; 0 without a goal."""
        return max(0, (self.by_now or 0) - self.so_far)


@dataclass(frozen=True)
class MonthSoFar:
    """The numbers of the month by the name of their goal, and the span they were counted over."""

    span: Span
    goals: Goals
    paces: dict[str, Pace]


def month_so_far(studio: Studio, *, now: datetime) -> MonthSoFar:
    """Every number that can have a goal; five statements."""
    this, before = months_so_far(studio, now=now)
    wanted = tuple(COUNTED.values())
    so_far, last = counts(studio, wanted, this), counts(studio, wanted, before)
    goals = goals_of(studio.id, local_date(now, studio.zone))
    share = _share_over(studio, now)

    def pace(name: str, here: int, there: int) -> Pace:
        goal = goals.wanted[name]
        return Pace(here, there, goal, None if goal is None else int(goal * share))

    paces = {name: pace(name, so_far[count], last[count]) for name, count in COUNTED.items()}
    paces[MONEY] = pace(MONEY, _received(studio, this), _received(studio, before))
    return MonthSoFar(this, goals, paces)


def month_in_all(studio: Studio, month: date) -> dict[str, int]:
    """What became of a month that is over, by the name of its goal; two statements."""
    begins, ends = month_span(month, studio.zone)
    span = Span(begins, ends)
    found = counts(studio, tuple(COUNTED.values()), span)
    return {**{name: found[count] for name, count in COUNTED.items()}, MONEY: _received(studio, span)}


def months_so_far(studio: Studio, *, now: datetime) -> tuple[Span, Span]:
    """The month until now, and as long a part of the month before (all of it when it is shorter)."""
    first = local_date(now, studio.zone).replace(day=1)
    begins, began = (
        at_local(day, datetime.min.time(), studio.zone) for day in (first, months_after(first, -1))
    )
    return Span(begins, now), Span(began, min(began + (now - begins), begins))


def _share_over(studio: Studio, now: datetime) -> float:
    """How much of the month is over, 0 to 1."""
    first = local_date(now, studio.zone).replace(day=1)
    begins, ends = (
        at_local(day, datetime.min.time(), studio.zone) for day in (first, months_after(first, 1))
    )
    return (now - begins) / (ends - begins)


def _received(studio: Studio, span: Span) -> int:
    return received_yen(studio, *days_of(span, studio.zone))
