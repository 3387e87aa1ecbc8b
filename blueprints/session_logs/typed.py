"""The card as it is typed: from the form, a draft, a saved log or the plan; into a draft and into what is saved."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from backoffice.clients.regions import Region
from backoffice.core.errors import DomainError
from backoffice.exercises.vocabulary import Unit
from backoffice.programs.plan import PlannedWorkout
from backoffice.session_logs.actions import MOST_EXERCISES
from backoffice.session_logs.content import Content, DoneExercise
from backoffice.session_logs.shorthand import parse_sets, written
from blueprints.support.language import say

LONGEST_TEXT = 5_000
LONGEST_PEN = 40


@dataclass
class TypedRow:
    """One exercise: its sets in shorthand; `error` when they were not understood."""

    exercise_id: int
    unit: str
    text: str = ""
    error: str = ""


@dataclass
class Typed:
    """Everything on the card."""

    rows: list[TypedRow] = field(default_factory=list)
    workout_id: int | None = None
    effort: str = ""
    pains: dict[str, str] = field(default_factory=dict)
    note: str = ""
    to_self: str = ""
    pen: str = ""
    """The page it is typed on: its own draft is never a conflict, also when the answer to it was lost."""

    @classmethod
    def sent(cls, form: Mapping[str, str]) -> "Typed":
        """What a form sent; nonsense among its hidden fields is left out."""
        rows = []
        for number in range(MOST_EXERCISES):
            exercise_id, unit = _id(form.get(f"ex-{number}")), form.get(f"unit-{number}", "")
            if exercise_id is not None and unit in set(Unit):
                text = form.get(f"planned-{number}") or form.get(f"sets-{number}", "")
                rows.append(TypedRow(exercise_id, unit, text[:LONGEST_TEXT].strip()))
        return cls(
            rows=rows,
            workout_id=_id(form.get("workout_id")),
            effort=form.get("effort", "")[:4],
            pains={one.value: level[:2] for one in Region if (level := form.get(f"pain-{one.value}", ""))},
            note=form.get("note", "")[:LONGEST_TEXT],
            to_self=form.get("to_self", "")[:LONGEST_TEXT],
            pen=form.get("pen", "")[:LONGEST_PEN],
        )

    @classmethod
    def kept(cls, draft: str) -> "Typed":
        """A draft as it was kept."""
        values: dict[str, Any] = json.loads(draft)
        rows = [TypedRow(**row) for row in values.pop("rows")]
        return cls(rows=rows, **values)

    @classmethod
    def saved(cls, content: Content, workout_id: int | None) -> "Typed":
        """A log as it was saved."""
        rows = []
        for one in content.exercises:
            unit = one.sets[0].unit if one.sets else Unit.REPS.value
            rows.append(TypedRow(one.exercise_id, unit, written(one.sets, unit=unit)))
        return cls(
            rows=rows, workout_id=workout_id, note=content.note, to_self=content.to_self,
            effort="" if content.effort is None else f"{content.effort.normalize():f}",
            pains={key: str(level) for key, level in content.pains.items()},
        )  # fmt: skip

    @classmethod
    def planned(cls, workout: PlannedWorkout) -> "Typed":
        """What is planned, with nothing done yet."""
        return cls([TypedRow(item.exercise_id, item.unit) for item in workout.items], workout.workout_id)

    def draft(self) -> str:
        """To be kept as a draft."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def content(self) -> Content | None:
        """What is to be saved; None when a row was not understood, which then says why. No sets, no exercise."""
        done = []
        for row in self.rows:
            try:
                sets = parse_sets(row.text, unit=row.unit)
            except DomainError as error:
                row.error = say(error)
                continue
            if sets:
                done.append(DoneExercise(row.exercise_id, tuple(sets)))
        if any(row.error for row in self.rows):
            return None
        pains = {key: int(level) for key, level in self.pains.items() if level.isascii() and level.isdigit()}
        return Content(tuple(done), _number(self.effort), pains, self.note, self.to_self)


def _id(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
