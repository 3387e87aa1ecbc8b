"""How sure a share is: the Wilson score interval (Wilson 1927, J. Am. Stat. Assoc. 22, p. 209)."""

from math import sqrt

Z95 = 1.959963984540054
"""The 97.5 % point of the standard normal distribution: a two-sided interval of 95 %."""


def wilson(successes: int, trials: int, z: float = Z95) -> tuple[float, float] | None:
    """Lower and upper bound of a share between 0 and 1; None when nothing was tried.

    Unlike the usual mean ± z·se it stays inside 0…1 and is honest for few trials.
    """
    if trials <= 0:
        return None
    share = successes / trials
    shrink = 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / shrink
    half = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / shrink
    # At 0 and 1 the bound is the share itself; rounding must not put it a hair outside.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
