"""The numbers along the axis of a chart. Pure."""

from collections.abc import Sequence
from math import ceil, floor, log10

STEPS = (1, 2, 5, 10)


def round_marks(values: Sequence[float], least_spread: float = 0.5) -> list[float]:
    """Three to seven round numbers that hold all values between them; `least_spread` of equal values."""
    low, high = min(values), max(values)
    spread = max(high - low, abs(high) * 0.02, least_spread)
    size = 10 ** floor(log10(spread / 3))
    step = next(size * one for one in STEPS if spread / (size * one) <= 4)
    bottom, top = floor(low / step), ceil(high / step)
    if top == bottom:
        top += 1
    return [round(one * step, 6) for one in range(bottom, top + 1)]


def decimals_of(marks: Sequence[float]) -> int:
    """How many decimals the marks need, at most two."""
    return next((count for count in (0, 1) if all(round(one, count) == one for one in marks)), 2)
