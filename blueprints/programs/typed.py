"""A day as it is typed in the editor: texts until it is saved, so that nothing typed is lost on the way."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.exercises.queries import ExerciseRow
from backoffice.exercises.vocabulary import Counted, Unit
from backoffice.programs.draft import LONGEST_NOTE, MOST_ITEMS, DayDraft, ItemDraft

NUMBERS = ("sets", "amount", "amount_to", "hold_seconds", "rest_seconds")
DECIMALS = ("load_kg", "rpe")
TEXTS = ("unit", "counted", "note", "joined")
NAMES = ("exercise_id", *NUMBERS, *DECIMALS, *TEXTS)
LONGEST = 12
MOST_PLACES = 6
"""A number of more places is a slip, and 1e999999999 would fill the memory as a whole number."""

Row = dict[str, str]


@dataclass
class TypedDay:
    """What the form holds."""

    name_ja: str = ""
    name_en: str = ""
    valid_from: str = ""
    every_week: bool = False
    q: str = ""
    rows: list[Row] = field(default_factory=list)

    def exercise_ids(self) -> list[int]:
        """The exercises of the rows; what is no number is left out."""
        return [int(row["exercise_id"]) for row in self.rows if row["exercise_id"].isdecimal()]

    def change(self, do: str, found: Mapping[int, ExerciseRow]) -> None:
        """Do what a button says: `add:ID`, `remove:N`, `up:N`, `down:N`; what makes no sense changes nothing."""
        verb, _, argument = do.partition(":")
        number = (
            int(argument) if argument.isascii() and argument.isdecimal() and len(argument) < LONGEST else -1
        )
        if verb == "add" and number in found and len(self.rows) < MOST_ITEMS:
            self.rows.append(fresh_row(found[number]))
            self.q = ""
        if not 0 <= number < len(self.rows):
            return
        if verb == "remove":
            del self.rows[number]
        other = number + {"up": -1, "down": 1}.get(verb, 0)
        if other != number and 0 <= other < len(self.rows):
            self.rows[number], self.rows[other] = self.rows[other], self.rows[number]

    def day(self) -> date:
        """From when it is to hold. Refuses (Invalid) what is no date."""
        try:
            return date.fromisoformat(self.valid_from)
        except ValueError as error:
            raise Invalid(N_("Please choose a date."), field="valid_from") from error

    def draft(self) -> DayDraft:
        """The day in values. Refuses (Invalid, with the field) what is no number."""
        return DayDraft(tuple(_item(row, n) for n, row in enumerate(self.rows)), self.name_ja, self.name_en)


def read_day(form: Mapping[str, str]) -> TypedDay:
    """What was sent, each text at its longest."""
    count = form.get("count", "0")
    rows = (
        min(int(count), MOST_ITEMS) if count.isascii() and count.isdecimal() and len(count) < LONGEST else 0
    )
    return TypedDay(
        form.get("name_ja", "")[:200], form.get("name_en", "")[:200], form.get("valid_from", "")[:LONGEST],
        form.get("every_week") == "1", form.get("q", "")[:100],
        [{name: form.get(f"{name}-{n}", "")[: LONGEST_NOTE if name == "note" else LONGEST] for name in NAMES}
         for n in range(rows)],
    )  # fmt: skip


def typed_of(day: DayDraft, valid_from: date) -> TypedDay:
    """A day of a program, to be changed."""
    rows = [{name: _text(getattr(item, name)) for name in NAMES} for item in day.items]
    return TypedDay(day.name_ja, day.name_en, valid_from.isoformat(), rows=rows)


def fresh_row(exercise: ExerciseRow) -> Row:
    """An exercise with its usual prescription, or three sets of ten."""
    item = ItemDraft(
        exercise.id, exercise.unit, exercise.counted, exercise.sets or (3 if exercise.unit == Unit.REPS else 1),
        exercise.amount or 10, exercise.amount_to, hold_seconds=exercise.hold_seconds,
    )  # fmt: skip
    return {name: _text(getattr(item, name)) for name in NAMES}


def _item(row: Row, n: int) -> ItemDraft:
    whole = {name: _number(row[name], f"{name}-{n}") for name in ("exercise_id", *NUMBERS)}
    exact = {name: _decimal(row[name], f"{name}-{n}") for name in DECIMALS}
    for name in ("exercise_id", "sets", "amount"):
        if whole[name] is None:
            raise Invalid(N_("Please enter a number."), field=f"{name}-{n}")
    if row["unit"] not in set(Unit) or row["counted"] not in set(Counted):
        raise Invalid(N_("Please choose one from the list."), field=f"unit-{n}")
    return ItemDraft(
        unit=row["unit"],
        counted=row["counted"],
        note=row["note"],
        joined=row["joined"] == "1",
        **whole,
        **exact,
    )  # type: ignore[arg-type]


def _number(typed: str, name: str) -> int | None:
    exact = _decimal(typed, name)
    if exact is not None and exact != exact.to_integral_value():
        raise Invalid(N_("Please enter a whole number."), field=name)
    return None if exact is None else int(exact)


def _decimal(typed: str, name: str) -> Decimal | None:
    """A number as a Japanese keyboard types it: full width, with a comma."""
    plain = unicodedata.normalize("NFKC", typed).strip().replace(",", ".").replace("、", ".")
    if not plain:
        return None
    try:
        exact = Decimal(plain)
    except InvalidOperation as error:
        raise Invalid(N_("Please enter a number."), field=name) from error
    if not exact.is_finite() or abs(exact.adjusted()) > MOST_PLACES:
        raise Invalid(N_("Please enter a number."), field=name)
    return exact


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
