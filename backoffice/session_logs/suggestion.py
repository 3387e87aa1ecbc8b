"""What to load next time, by double progression: first more repetitions inside the planned range, then more load.

A well-known rule of strength training; the steps below are ours. It is shown with its reason, never applied by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from backoffice.core.language import N_
from backoffice.exercises.vocabulary import Unit
from backoffice.session_logs.shorthand import HEAVIEST, DoneSet

STEP = Decimal("2.5")
LIGHT = Decimal(10)
LIGHT_STEP = Decimal(1)
LARGEST_STEP = Decimal("0.10")
LESS = Decimal("0.95")
USUAL_EFFORT = Decimal(8)


class Rule(StrEnum):
    """Why."""

    MORE = "MORE"
    SAME = "SAME"
    LESS = "LESS"


RULE_WORDS = {
    Rule.MORE: N_("all sets reached the top of the range"),
    Rule.SAME: N_("more repetitions first"),
    Rule.LESS: N_("two sets or more stayed below the range"),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A load in kg and the rule behind it."""

    load_kg: Decimal
    rule: Rule


def suggest(
    last: Sequence[DoneSet],
    *,
    sets: int | None,
    amount: int | None,
    amount_to: int | None,
    rpe: Decimal | None,
) -> Suggestion | None:
    """The load for next time from how it went last time and what is planned. None without loads or a plan.

    All planned sets at the top of the range with an effort of at most the planned one (8 when none is): 2.5 kg more,
    below 10 kg one, never more than a tenth. Two sets or more below the range: five per cent less, rounded down to
    2.5 kg (below 20 kg to one). Else the same.
    """
    loaded = [one for one in last if one.load_kg and one.amount and one.unit == Unit.REPS]
    if not loaded or amount is None:
        return None
    load = max(one.load_kg for one in loaded if one.load_kg)
    at_load = [one.amount or 0 for one in loaded if one.load_kg == load]
    if sum(reps < amount for reps in at_load) >= 2:
        step = STEP if load >= 2 * LIGHT else LIGHT_STEP
        return Suggestion(_down(load * LESS, step) or load, Rule.LESS)
    most = rpe or USUAL_EFFORT
    is_easy = all(one.rpe is None or one.rpe <= most for one in loaded)
    if is_easy and len(at_load) >= (sets or 1) and min(at_load) >= (amount_to or amount):
        return (
            Suggestion(min(load + _step(load), HEAVIEST), Rule.MORE)
            if _step(load)
            else Suggestion(load, Rule.SAME)
        )
    return Suggestion(load, Rule.SAME)


def _step(load: Decimal) -> Decimal:
    wanted = STEP if load >= LIGHT else LIGHT_STEP
    return wanted if wanted <= load * LARGEST_STEP or load < LIGHT else _down(load * LARGEST_STEP, LIGHT_STEP)


def _down(load: Decimal, step: Decimal) -> Decimal:
    return (load / step).to_integral_value(ROUND_DOWN) * step
