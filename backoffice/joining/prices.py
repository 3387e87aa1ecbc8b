"""What joining costs: plan and joining fee, less what is taken off. Pure; yen are whole, tax included."""

from collections.abc import Iterable
from typing import NamedTuple

from backoffice.joining.models import Discount, TakenFrom


class Taken(NamedTuple):
    """One discount and the yen it takes off."""

    discount: Discount
    yen: int


def take_off(discounts: Iterable[Discount], *, price_yen: int, fee_yen: int) -> list[Taken]:
    """What each discount takes off, in their order: percent of the full amount, yen rounded down, never below zero."""
    full = {TakenFrom.PLAN: price_yen, TakenFrom.FEE: fee_yen}
    left = dict(full)
    taken = []
    for one in discounts:
        base = TakenFrom(one.taken_from)
        asked = one.yen if one.yen is not None else full[base] * (one.percent or 0) // 100
        yen = min(asked, left[base])
        left[base] -= yen
        taken.append(Taken(one, yen))
    return taken
