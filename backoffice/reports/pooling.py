"""Shares of several small groups, each drawn towards what all have in common, the more the less is known of it. Pure.

Groups differ as a beta distribution says, people inside a group by chance (beta-binomial). How much groups differ
beyond chance is estimated by the method of moments with the sizes as weights (Kleinman 1973, J. Am. Stat. Assoc. 68,
p. 46); each group's share is then the mean of its posterior. Where they differ no more than chance makes, the estimate
is 0 and all are shown alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from backoffice.reports.beta import beta_quantile

MOST_APART = 0.1
"""The moments of two or three groups jump about, so the spread is held to what people of one house can differ by: where
a third joins, true shares of about 10 to 60 %. What all have in common weighs at least as much as nine people then.
"""

MOST_ALIKE = 1e-6
"""A smaller spread than this is none: everybody is taken to be alike."""


class Against(StrEnum):
    """How a group stands to all together, once chance is allowed for."""

    WITHIN_CHANCE = "within"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True)
class Pooled:
    """What is believed of a group's share: its middle and the 95 % around it."""

    share: float
    low: float
    high: float
    against: Against


def pool(groups: Sequence[tuple[int, int]]) -> list[Pooled]:
    """For (successes, trials) of each group, in their order. A group without trials is what all have in common."""
    successes, trials = sum(one for one, _n in groups), sum(n for _one, n in groups)
    if not trials:
        return [Pooled(0.0, 0.0, 1.0, Against.WITHIN_CHANCE) for _ in groups]
    common, spread = successes / trials, _spread(groups, successes / trials)
    if spread < MOST_ALIKE:
        alike = Pooled(common, *_interval(successes + 0.5, trials - successes + 0.5), Against.WITHIN_CHANCE)
        return [alike for _ in groups]
    strength = (1 - spread) / spread
    return [_posterior(common, strength, one, n) for one, n in groups]


def _spread(groups: Sequence[tuple[int, int]], common: float) -> float:
    """The correlation inside groups: 0 when they are alike, at most `MOST_APART`."""
    sizes = [n for _one, n in groups if n]
    trials, chance = sum(sizes), common * (1 - common)
    between = sum(n * (one / n - common) ** 2 for one, n in groups if n)
    room = trials - sum(n * n for n in sizes) / trials - (len(sizes) - 1)
    if chance == 0 or room <= 0:
        return 0.0
    return min(MOST_APART, max(0.0, (between - chance * (len(sizes) - 1)) / (chance * room)))


def _posterior(common: float, strength: float, successes: int, trials: int) -> Pooled:
    a, b = common * strength + successes, (1 - common) * strength + trials - successes
    low, high = _interval(a, b)
    against = Against.ABOVE if low > common else Against.BELOW if high < common else Against.WITHIN_CHANCE
    return Pooled(a / (a + b), low, high, against)


def _interval(a: float, b: float) -> tuple[float, float]:
    return beta_quantile(0.025, a, b), beta_quantile(0.975, a, b)
