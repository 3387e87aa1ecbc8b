"""What a session log says, as one value: read from rows, typed on a card, compared, kept as JSON. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from backoffice.session_logs.shorthand import DoneSet

HEALTH: dict[str, Any] = {"pains": {}, "note": "", "to_self": ""}
"""What is about health in a log and in a draft, and how it looks when nothing is said. Sets and effort are not."""


@dataclass(frozen=True, slots=True)
class DoneExercise:
    """An exercise as it was done: its sets in order."""

    exercise_id: int
    sets: tuple[DoneSet, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """A whole log. `pains` is the level from 0 to 10 by region; `effort` how hard the session was, 1 to 10."""

    exercises: tuple[DoneExercise, ...] = ()
    effort: Decimal | None = None
    pains: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    to_self: str = ""

    @classmethod
    def read(cls, kept: str) -> "Content":
        """What `as_json` kept."""
        values = json.loads(kept)
        exercises = tuple(
            DoneExercise(one["exercise_id"], tuple(_done(each) for each in one["sets"]))
            for one in values["exercises"]
        )
        return cls(exercises, _number(values["effort"]), values["pains"], values["note"], values["to_self"])

    @property
    def tells_of_health(self) -> bool:
        """Whether something is said that goes with the consent to keep health data."""
        return bool(self.pains or self.note or self.to_self)

    def without_health(self) -> "Content":
        """The sets and the effort alone."""
        return replace(self, **HEALTH)

    def as_json(self) -> str:
        """Everything in it, for a revision."""
        return json.dumps(
            {
                "exercises": [
                    {"exercise_id": one.exercise_id, "sets": [_set(each) for each in one.sets]}
                    for one in self.exercises
                ],
                "effort": None if self.effort is None else str(self.effort),
                "pains": dict(self.pains),
                "note": self.note,
                "to_self": self.to_self,
            },
            ensure_ascii=False,
        )


def draft_without_health(draft: str) -> str:
    """A card as it was typed (JSON), with nothing in it that goes with the consent to keep health data."""
    return json.dumps({**json.loads(draft), **HEALTH}, ensure_ascii=False)


def _set(one: DoneSet) -> dict[str, object]:
    return {
        "load_kg": None if one.load_kg is None else str(one.load_kg), "amount": one.amount, "unit": one.unit,
        "rpe": None if one.rpe is None else str(one.rpe),
    }  # fmt: skip


def _done(kept: dict[str, Any]) -> DoneSet:
    return DoneSet(_number(kept["load_kg"]), kept["amount"], kept["unit"], _number(kept["rpe"]))


def _number(kept: str | None) -> Decimal | None:
    return None if kept is None else Decimal(kept)
