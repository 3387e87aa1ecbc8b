"""What the next months will bring, how sure that is, and how well it would have gone before.

Two parts, each simple. Agreements by the month: the fees of those that run, times the share that stays from one month
to the next, plus the median of what new ones added a month. Everything else: the median of what was paid beyond those
fees in the last twelve months. The 80 % interval joins the chance that each agreement stays (binomial) with the spread
of everything else (1.4826 × the median absolute deviation, which for a normal spread is its standard deviation:
Rousseeuw & Croux 1993, J. Am. Stat. Assoc. 88, p. 1273), at Student's t because the spread is estimated. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import pi, sqrt
from statistics import median

from backoffice.reports.periods import months_after

NEEDED_MONTHS = 3
"""With fewer months that are over nothing is foretold."""
LOOK_BACK = 12
AHEAD = 4
"""The month that runs and the next three."""
MAD_TO_SIGMA = 1.4826
T90 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363)
"""The 90 % points of Student's t with 1 to 11 degrees of freedom (two-sided: 80 %), as in any printed table."""


@dataclass(frozen=True)
class Known:
    """What is known of a month once it is over (`paid`), and at its beginning (everything else). Yen.

    `fees` of the `running` agreements by the month, the sum of their squares, how many of them `stayed` until the next
    month, and the fees that agreements begun in it will add from the next month on.
    """

    month: date
    paid: int
    fees: int
    squares: int
    running: int
    stayed: int
    new_fees: int

    @property
    def beyond(self) -> int:
        """What was paid beyond the fees of agreements."""
        return self.paid - self.fees


@dataclass(frozen=True)
class Foretold:
    """A month to come: what to expect and the 80 % interval, in yen."""

    month: date
    yen: int
    low: int
    high: int


@dataclass(frozen=True)
class Checked:
    """A month that is over beside what would have been foretold at its beginning."""

    foretold: Foretold
    paid: int

    @property
    def is_inside(self) -> bool:
        """Whether it lay in the interval."""
        return self.foretold.low <= self.paid <= self.foretold.high


@dataclass(frozen=True)
class Backtest:
    """Every month that could be checked, the mean error (share of what was paid) and the share that lay inside."""

    months: list[Checked]

    @property
    def error(self) -> float | None:
        """Mean of |foretold − paid| ÷ paid, over months with something paid (MAPE)."""
        errors = [abs(one.foretold.yen - one.paid) / one.paid for one in self.months if one.paid > 0]
        return sum(errors) / len(errors) if errors else None

    @property
    def inside(self) -> int:
        """How many lay in their interval."""
        return sum(one.is_inside for one in self.months)


def foretell(past: Sequence[Known], present: Known, *, ahead: int = AHEAD) -> list[Foretold]:
    """The month of `present`, which is not over, and those after it; nothing with fewer than three months behind.

    Of `present` only what is known at its beginning is used. `past` is in order, the newest last.
    """
    recent = past[-LOOK_BACK:]
    if len(recent) < NEEDED_MONTHS:
        return []
    running = sum(month.running for month in recent)
    stays = sum(month.stayed for month in recent) / running if running else 1.0
    beyond = [month.beyond for month in recent]
    middle, new = median(beyond), median(month.new_fees for month in recent)
    spread = MAD_TO_SIGMA * median(abs(one - middle) for one in beyond)
    # The variance of a median of n normal values is about pi/2n of theirs.
    of_beyond = spread**2 * (1 + pi / 2 / len(recent))
    found = []
    for step in range(ahead):
        still = stays**step
        expected = present.fees * still + sum(new * stays**later for later in range(step)) + middle
        half = T90[len(recent) - 2] * sqrt(of_beyond + present.squares * still * (1 - still))
        month = months_after(present.month, step)
        found.append(Foretold(month, _yen(expected), _yen(expected - half), _yen(expected + half)))
    return found


def landing(foretold: Foretold, received: int) -> Foretold:
    """The month that runs, once so much of it has come in: it cannot end below that. Pure."""
    return replace(
        foretold,
        yen=max(foretold.yen, received),
        low=max(foretold.low, received),
        high=max(foretold.high, received),
    )


def backtest(past: Sequence[Known]) -> Backtest:
    """One month ahead, for each of the last twelve months that has enough behind it: only with what was known then."""
    checked = []
    for number in range(max(NEEDED_MONTHS, len(past) - LOOK_BACK), len(past)):
        (foretold,) = foretell(past[:number], past[number], ahead=1)
        checked.append(Checked(foretold, past[number].paid))
    return Backtest(checked)


def _yen(value: float) -> int:
    return max(0, round(value))
