"""Sets in a trainer's shorthand: `60x8x3 @8` is 60 kg, 8 repetitions, 3 sets at an effort of 8. Pure.

60x8            load × amount; two bare numbers are never amount × sets
60x8,8,6 @8.5   one load, three sets; an effort belongs to what stands before it
60x8 62.5x6     set after set, parted by a blank, / or 、
60x8 8 6        a bare number after a load is of that load
8  8回x3  bwx8x3  自重x8   without a load; `回` or `r` makes a number repetitions
30s  30秒x3  10分  5呼吸   a hold in seconds, minutes, breaths
60キロ 8回 3セット          as it is said; widths, ×, * and lb (0.45359237 kg) are understood
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.exercises.vocabulary import Unit

LONGEST = 400
MOST_SETS = 30
HEAVIEST = Decimal(999)
MOST = 999
POUND = Decimal("0.45359237")
CENT = Decimal("0.01")

_WORDS = (
    (r"キロ(グラム)?|kgs?", "kg"), (r"ポンド|lbs?", "lb"), (r"自重|bw", "bw"), (r"回|reps?", "r"),
    (r"セット|sets?", "t"), (r"秒|secs?", "s"), (r"分|mins?", "m"), (r"呼吸|breaths?", "b"),
    (r"rpe\s*:?\s*", "@"), (r"[×✕✖*]", "x"), (r"\s*x\s*", "x"), (r"[\s、,/;]*@[\s@]*", "@"),
    (r"bw\s*(?=\d)", "bwx"), (r"\s*,\s*", ","),
    (r"(?<=\d)\s+(?=kg|lb|[rtsm]|b(?!w))", ""), (r"(kg|lb)\s*(?=\d)", r"\1x"), (r"([rsmb])\s*(?=\d+t)", r"\1x"),
)  # fmt: skip
"""Each as it is said or typed, and the letter it stands for. The order matters."""
_LOAD = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)(kg|lb)?$|bw$")
_AMOUNT = re.compile(r"(\d{1,3}(?:,\d{1,3})*)([rsmb])?$")
_TIMES = re.compile(r"(\d{1,2})t?$")
_UNITS = {"r": Unit.REPS, "s": Unit.HOLD, "m": Unit.MINUTES, "b": Unit.BREATHS}
_LETTERS = {unit.value: letter for letter, unit in _UNITS.items()}

NOT_UNDERSTOOD = N_("“%(text)s” is not understood. Please write for example 60x8x3 @8.")


@dataclass(frozen=True, slots=True)
class DoneSet:
    """One set: load in kg (None: without), amount of the unit (seconds for a hold), effort from 1 to 10."""

    load_kg: Decimal | None
    amount: int | None
    unit: str
    rpe: Decimal | None = None


def parse_sets(text: str, *, unit: str = Unit.REPS) -> list[DoneSet]:
    """The sets that a text says; `unit` is what a number without a letter counts. Nothing typed is no set.

    Refuses (Invalid) what is not understood and numbers nobody lifts.
    """
    if len(text) > LONGEST:
        raise Invalid(N_("This is too long."), field="sets")
    typed = unicodedata.normalize("NFKC", text).lower().strip()
    for pattern, letter in _WORDS:
        typed = re.sub(pattern, letter, typed)
    found = list[DoneSet]()
    for group in filter(None, re.split(r"[\s/、;]+", typed)):
        found += _group(group, unit, found[-1].load_kg if found else None)
    if len(found) > MOST_SETS:
        raise Invalid(N_("An exercise has at most %(most)s sets."), field="sets", most=MOST_SETS)
    return found


def written(sets: Sequence[DoneSet], *, unit: str = Unit.REPS) -> str:
    """The shorthand of sets, one after the other: what `parse_sets` reads back as the same sets."""
    loads = [None, *(one.load_kg for one in sets)]
    return " ".join(_token(one, unit, before) for one, before in zip(sets, loads, strict=False))


def _group(group: str, unit: str, load_before: Decimal | None) -> Iterator[DoneSet]:
    body, at, effort = group.partition("@")
    rpe = _effort(effort, group) if at else None
    load, amounts, times = _parts(body.split("x"), unit, group)
    letter = amounts[-1] if amounts[-1].isalpha() else ""
    if body.isdigit():
        load = load_before
    counted = _UNITS[letter].value if letter else unit
    for _again in range(times):
        for amount in amounts.rstrip("rsmb").split(","):
            yield DoneSet(load, _amount(amount, group), counted, rpe)


def _parts(parts: list[str], unit: str, group: str) -> tuple[Decimal | None, str, int]:
    """Load, amounts and how many times. Of two parts the first is a load, unless letter or unit say otherwise."""
    match parts:
        case [amount] if _AMOUNT.match(amount):
            return None, amount, 1
        case [amount, times] if _is_repeated(amount, times, unit):
            return None, amount, _times(times, group)
        case [load, amount] if _LOAD.match(load) and _AMOUNT.match(amount):
            return _load(load, group), amount, 1
        case [load, amount, times] if _LOAD.match(load) and _AMOUNT.match(amount) and _TIMES.match(times):
            return _load(load, group), amount, _times(times, group)
    raise _refused(group)


def _is_repeated(amount: str, times: str, unit: str) -> bool:
    if not _AMOUNT.match(amount) or not _TIMES.match(times):
        return False
    return amount[-1].isalpha() or times.endswith("t") or unit != Unit.REPS


def _load(text: str, group: str) -> Decimal | None:
    if text == "bw":
        return None
    load = Decimal(text.rstrip("kglb"))
    if text.endswith("lb"):
        load = (load * POUND).quantize(CENT)
    if load > HEAVIEST:
        raise _refused(group)
    return load or None


def _amount(text: str, group: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST:
        raise _refused(group)
    return number


def _times(text: str, group: str) -> int:
    number = int(text.rstrip("t"))
    if not 1 <= number <= MOST_SETS:
        raise _refused(group)
    return number


def _effort(text: str, group: str) -> Decimal:
    if not re.fullmatch(r"\d{1,2}(\.[05])?", text) or not 1 <= Decimal(text) <= 10:
        raise _refused(group)
    return Decimal(text)


def _refused(group: str) -> Invalid:
    return Invalid(NOT_UNDERSTOOD, field="sets", text=group)


def _token(one: DoneSet, unit: str, load_before: Decimal | None) -> str:
    is_clear = one.unit == unit and (unit == Unit.REPS if one.load_kg is not None else load_before is None)
    amount = f"{one.amount}{'' if is_clear else _LETTERS[one.unit]}"
    load = "" if one.load_kg is None else f"{one.load_kg.normalize():f}x"
    return f"{load}{amount}" + ("" if one.rpe is None else f"@{one.rpe.normalize():f}")
