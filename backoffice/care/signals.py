"""What stands out in check-ins: the last seven days against the person's own 28 before, and against their targets.

Pure rules over counts and means; days on which nothing was told are no answer and raise nothing. The limits are the
house's judgement: one step of a five-step scale, an hour of sleep, every fourth meal. They say "look here", never what
somebody has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from backoffice.care.measures import MORE_IS_WORSE, Measure

RECENT_DAYS, BEFORE_DAYS = 7, 28
NEEDED_RECENT, NEEDED_BEFORE = 3, 10
"""Answers needed in the last seven days, and in the 28 before them, for a comparison."""

CHANGES: dict[Measure, Decimal] = {
    Measure.SLEEP: Decimal(1),
    Measure.FATIGUE: Decimal(1),
    Measure.SORENESS: Decimal(1),
    Measure.STRESS: Decimal(1),
    Measure.MEALS: Decimal("0.75"),
}
"""How much worse than their own usual somebody has to be, in the unit of the question."""
SHORTFALLS: dict[Measure, Decimal] = {
    Measure.SLEEP: Decimal("0.5"),
    Measure.WATER: Decimal("0.25"),
    Measure.PROTEIN: Decimal("0.5"),
    Measure.SCREENS: Decimal(15),
}
"""How far below a target the mean has to be."""
TODAY: dict[Measure, Decimal] = {Measure.SORENESS: Decimal(4), Measure.FATIGUE: Decimal(5)}
"""What is said at once, from a single answer of today."""


class SignalKind(StrEnum):
    """What an answer was compared with."""

    SELF = "SELF"
    TARGET = "TARGET"
    TODAY = "TODAY"


WEIGHTS = {SignalKind.SELF: 3, SignalKind.TODAY: 2, SignalKind.TARGET: 1}


@dataclass(frozen=True)
class Span:
    """How often a question was answered in a span of days, and the mean."""

    count: int = 0
    mean: Decimal = Decimal(0)


@dataclass(frozen=True)
class Told:
    """What somebody told until a day: the last seven days, the 28 before them, and that day itself."""

    recent: Mapping[Measure, Span] = field(default_factory=dict)
    before: Mapping[Measure, Span] = field(default_factory=dict)
    today: Mapping[Measure, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Signal:
    """One thing that stands out, with what it was compared with: `usual` is their own mean or the target."""

    kind: SignalKind
    measure: Measure
    value: Decimal
    count: int
    usual: Decimal
    usual_count: int = 0

    @property
    def weight(self) -> int:
        """How much it counts in the order of the queue."""
        return WEIGHTS[self.kind]


def first_recent(day: date) -> date:
    """The first of the last seven days."""
    return day - timedelta(days=RECENT_DAYS - 1)


def first_before(day: date) -> date:
    """The first of the 28 days before them."""
    return first_recent(day) - timedelta(days=BEFORE_DAYS)


def signals_of(told: Told, targets: Mapping[Measure, Decimal]) -> list[Signal]:
    """What stands out, the weightiest first."""
    found = [*_against_self(told), *_today(told), *_against_targets(told, targets)]
    return sorted(found, key=lambda one: -one.weight)


def concern(signals: list[Signal]) -> int:
    """One number to sort people by; nothing stands out: 0."""
    return sum(one.weight for one in signals)


def _against_self(told: Told) -> list[Signal]:
    found = []
    for measure, change in CHANGES.items():
        recent, before = told.recent.get(measure, Span()), told.before.get(measure, Span())
        if recent.count < NEEDED_RECENT or before.count < NEEDED_BEFORE:
            continue
        worse = recent.mean - before.mean if measure in MORE_IS_WORSE else before.mean - recent.mean
        if worse >= change:
            kind = SignalKind.SELF
            found.append(Signal(kind, measure, recent.mean, recent.count, before.mean, before.count))
    return found


def _against_targets(told: Told, targets: Mapping[Measure, Decimal]) -> list[Signal]:
    found = []
    for measure, shortfall in SHORTFALLS.items():
        recent = told.recent.get(measure, Span())
        if recent.count >= NEEDED_RECENT and targets[measure] - recent.mean >= shortfall:
            kind = SignalKind.TARGET
            found.append(Signal(kind, measure, recent.mean, recent.count, targets[measure]))
    return found


def _today(told: Told) -> list[Signal]:
    return [
        Signal(SignalKind.TODAY, measure, told.today[measure], 1, limit)
        for measure, limit in TODAY.items()
        if measure in told.today and told.today[measure] >= limit
    ]
