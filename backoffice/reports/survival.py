"""How long people take to join: Kaplan and Meier's curve (1958, J. Am. Stat. Assoc. 53, p. 457). Pure.

Who is still deciding counts for the days they have had so far and for no day more. Who decided against it has not
joined either and may come back, so they count as long as they could have joined until today (the risk set of Fine and
Gray 1999, J. Am. Stat. Assoc. 94, p. 496, where the end of watching is known for everybody). The band is Greenwood's
variance on the log-log scale (Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., p. 18),
so it stays within 0 and 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from backoffice.reports.intervals import Z95


@dataclass(frozen=True)
class Seen:
    """People of whom the same number of days is known: how many joined on that day, how many had not joined by then."""

    joined: int
    waiting: int


@dataclass(frozen=True)
class Step:
    """A day on which somebody joined. `share` have joined by its end, between `low` and `high` with 95 % confidence."""

    days: int
    at_risk: int
    joined: int
    share: float
    low: float
    high: float


def joining_curve(seen: Mapping[int, Seen], z: float = Z95) -> list[Step]:
    """The steps of the curve, the earliest first; none when nobody has joined.

    Who joins on a day is taken before who was watched until that day. Once everybody at risk has joined, the band ends
    where the curve does: both are 1.
    """
    at_risk = sum(one.joined + one.waiting for one in seen.values())
    left, variance = 1.0, 0.0
    steps = []
    for days, one in sorted(seen.items()):
        if one.joined:
            left *= 1 - one.joined / at_risk
            if left > 0:
                variance += one.joined / (at_risk * (at_risk - one.joined))
            low, high = _band(left, variance, z)
            steps.append(Step(days, at_risk, one.joined, 1 - left, 1 - high, 1 - low))
        at_risk -= one.joined + one.waiting
    return steps


def share_by(steps: Sequence[Step], days: int) -> Step | None:
    """The last step up to a number of days; None before the first one."""
    return next((step for step in reversed(steps) if step.days <= days), None)


def at_risk_on(seen: Mapping[int, Seen], days: int) -> int:
    """How many had not joined before that day and were watched at least until it."""
    return sum(one.joined + one.waiting for number, one in seen.items() if number >= days)


def _band(left: float, variance: float, z: float) -> tuple[float, float]:
    if left <= 0 or left >= 1:
        return left, left
    width = z * sqrt(variance) / abs(log(left))
    return left ** exp(width), left ** exp(-width)
