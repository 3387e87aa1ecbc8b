"""Personal bests: the heaviest load and the best estimated maximum of an exercise. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backoffice.exercises.vocabulary import Unit
from backoffice.session_logs.shorthand import DoneSet

MOST_REPS = 12
"""An estimate from more repetitions says little."""


@dataclass(frozen=True, slots=True)
class Best:
    """A new best of an exercise: its set, and whether the load itself or only the estimate is the highest so far."""

    exercise_id: int
    done: DoneSet
    is_load: bool


def estimated_max(load_kg: Decimal, reps: int) -> Decimal:
    """The load that could be lifted once, in kg, by Epley (1985): load × (1 + reps / 30); one repetition is itself."""
    return load_kg if reps == 1 else (load_kg * (1 + Decimal(reps) / 30)).quantize(Decimal("0.1"))


def new_bests(done: Mapping[int, Sequence[DoneSet]], before: Mapping[int, Sequence[DoneSet]]) -> list[Best]:
    """The bests of a session against everything before it; an exercise done for the first time has none."""
    found = []
    for exercise_id, sets in done.items():
        earlier = list(_counting(before.get(exercise_id, ())))
        now = list(_counting(sets))
        if not earlier or not now:
            continue
        heaviest = max(now, key=lambda one: (one.load_kg, one.amount))
        strongest = max(now, key=_strength)
        if _load(heaviest) > max(map(_load, earlier)):
            found.append(Best(exercise_id, heaviest, is_load=True))
        elif _strength(strongest) > max(map(_strength, earlier)):
            found.append(Best(exercise_id, strongest, is_load=False))
    return found


def _counting(sets: Iterable[DoneSet]) -> Iterable[DoneSet]:
    return (one for one in sets if one.load_kg and one.amount and one.unit == Unit.REPS)


def _load(one: DoneSet) -> Decimal:
    return one.load_kg or Decimal(0)


def _strength(one: DoneSet) -> Decimal:
    reps = one.amount or 1
    return estimated_max(_load(one), reps) if reps <= MOST_REPS else Decimal(0)
