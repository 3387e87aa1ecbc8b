"""Consumption tax inside prices that include it, as a qualified invoice states it."""

from collections.abc import Iterable
from typing import NamedTuple


class AtRate(NamedTuple):
    """What of an invoice is taxed at one rate (percent; 0: outside the tax), in yen: all of it, and the tax in it."""

    rate: int
    total_yen: int
    tax_yen: int


def by_rate(lines: Iterable[tuple[int, int]]) -> list[AtRate]:
    """Sums of (rate, yen with tax), the highest rate first. Pure.

    The fraction of a yen is dropped once for each rate of an invoice, never line by line, and towards zero, so that
    what takes an invoice back states the same tax (Order for Enforcement of the Consumption Tax Act, article 70-10).
    """
    sums: dict[int, int] = {}
    for rate, yen in lines:
        sums[rate] = sums.get(rate, 0) + yen
    return [AtRate(rate, yen, _inside(yen, rate)) for rate, yen in sorted(sums.items(), reverse=True)]


def _inside(yen: int, rate: int) -> int:
    whole = abs(yen) * rate // (100 + rate)
    return whole if yen >= 0 else -whole
