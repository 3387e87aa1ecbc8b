"""How sets, loads and rules are told."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from flask_babel import gettext as _

from backoffice.clients.regions import REGION_WORDS, Region
from backoffice.exercises.vocabulary import Unit
from backoffice.session_logs.shorthand import DoneSet
from backoffice.session_logs.suggestion import RULE_WORDS, Suggestion


def said(sets: Sequence[DoneSet]) -> str:
    """60 kg × 8, 8, 6 · 62.5 kg × 5: sets of one load together."""
    parts = []
    for load, group in groupby(sets, key=lambda one: one.load_kg):
        amounts = _(", ").join(_amount(one) for one in group)
        parts.append(f"{kilograms(load)} × {amounts}" if load is not None else amounts)
    return " · ".join(parts)


def kilograms(load: Decimal) -> str:
    """A load without idle zeros."""
    return _("%(kg)s kg", kg=f"{load.normalize():f}")


def advised(suggestion: Suggestion) -> str:
    """The next load and the rule behind it."""
    return _(
        "Next: %(load)s (%(rule)s)", load=kilograms(suggestion.load_kg), rule=_(RULE_WORDS[suggestion.rule])
    )


def hurt(pains: dict[str, int]) -> str:
    """What hurt and how much: knee 3, low back 2."""
    known = [(Region(key), level) for key, level in pains.items() if key in set(Region)]
    words = [(_(REGION_WORDS[region]), level) for region, level in known]
    return _(", ").join(f"{word} {level}" for word, level in words)


def _amount(one: DoneSet) -> str:
    match Unit(one.unit):
        case Unit.HOLD:
            text = _("%(n)s s", n=one.amount)
        case Unit.MINUTES:
            text = _("%(n)s min", n=one.amount)
        case Unit.BREATHS:
            text = _("%(n)s breaths", n=one.amount)
        case _other:
            text = str(one.amount)
    return text if one.rpe is None else f"{text} @{one.rpe.normalize():f}"
