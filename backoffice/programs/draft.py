"""A day of a program as it is typed, checked and brought into columns."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from backoffice.core.contact import plain_text
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.exercises.vocabulary import Counted, Unit
from backoffice.programs.plan import PlannedItem, PlannedVersion, PlannedWorkout

MOST_ITEMS = 30
MOST_SETS = 20
MOST_AMOUNT = 999
MOST_LOAD = Decimal(500)
MOST_SECONDS = 1_800
LONGEST_NOTE = 500
LONGEST_NAME = 80
MOST_WEEKS = 12

_CENT, _HALF = Decimal("0.01"), Decimal("0.5")


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One exercise of a day. `joined`: done in turn with the one above it, as a superset. Loads in kg."""

    exercise_id: int
    unit: str = Unit.REPS
    counted: str = Counted.TOTAL
    sets: int = 1
    amount: int = 10
    amount_to: int | None = None
    load_kg: Decimal | None = None
    hold_seconds: int | None = None
    rest_seconds: int | None = None
    rpe: Decimal | None = None
    note: str = ""
    joined: bool = False


@dataclass(frozen=True, slots=True)
class DayDraft:
    """A day: its names (either may be empty) and its exercises in order. Without exercises it is a day of rest."""

    items: tuple[ItemDraft, ...]
    name_ja: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class VersionDraft:
    """A whole version: weeks that go round, sessions agreed for a week, days by (week, weekday)."""

    weeks: int
    weekly: int
    days: dict[tuple[int, int], DayDraft]

    def with_day(self, week: int, weekday: int, day: DayDraft, *, every_week: bool = False) -> "VersionDraft":
        """The same with another day; with `every_week` in each week of the round. Raises (Invalid) a day outside."""
        if not (1 <= week <= self.weeks and 0 <= weekday <= 6):
            raise Invalid(N_("This day is not part of the program."))
        changed = {(one, weekday): day for one in (range(1, self.weeks + 1) if every_week else (week,))}
        return replace(self, days={**self.days, **changed})


def draft_of(version: PlannedVersion) -> VersionDraft:
    """What a version says, to be changed into the next one."""
    return VersionDraft(
        version.weeks,
        version.weekly,
        {(one.week, one.weekday): day_draft_of(one) for one in version.workouts},
    )


def day_draft_of(workout: PlannedWorkout) -> DayDraft:
    """What a day says."""
    items = zip((None, *workout.items), workout.items, strict=False)
    drafts = tuple(
        _item_draft(item, joined=bool(above and above.block == item.block)) for above, item in items
    )
    return DayDraft(drafts, workout.name_ja, workout.name_en)


def check_version_draft(draft: VersionDraft) -> None:
    """Refuse (Invalid) weeks and sessions that make no program."""
    if not 1 <= draft.weeks <= MOST_WEEKS:
        raise Invalid(N_("Please enter a number from 1 to %(most)s."), field="weeks", most=MOST_WEEKS)
    if not 1 <= draft.weekly <= 7:
        raise Invalid(N_("Please enter a number from 1 to %(most)s."), field="weekly", most=7)


def day_columns(day: DayDraft) -> dict[str, str]:
    """The names of a day."""
    return {"name_ja": line(day.name_ja), "name_en": line(day.name_en)}


def item_columns(items: tuple[ItemDraft, ...]) -> list[dict[str, Any]]:
    """The columns of the items of a day, with positions and blocks. Refuses (Invalid) what cannot be done."""
    if len(items) > MOST_ITEMS:
        raise Invalid(N_("A day holds at most %(most)s exercises."), most=MOST_ITEMS)
    rows: list[dict[str, Any]] = []
    for position, item in enumerate(items):
        block = rows[-1]["block"] if item.joined and rows else (rows[-1]["block"] + 1 if rows else 1)
        rows.append({"position": position, "block": block, **_columns(item, position)})
    return rows


def line(text: str) -> str:
    """A name on one line."""
    return " ".join(plain_text(text, LONGEST_NAME).split())


def _columns(item: ItemDraft, place: int) -> dict[str, Any]:
    _within(item.sets, 1, MOST_SETS, "sets", place)
    _within(item.amount, 1, MOST_AMOUNT, "amount", place)
    _within(item.load_kg, 0, MOST_LOAD, "load_kg", place)
    _within(item.hold_seconds, 1, MOST_SECONDS, "hold_seconds", place)
    _within(item.rest_seconds, 0, MOST_SECONDS, "rest_seconds", place)
    _within(item.rpe, 1, 10, "rpe", place)
    if item.amount_to is not None and not item.amount < item.amount_to <= MOST_AMOUNT:
        raise Invalid(N_("The upper amount must be larger than the first."), field=f"amount_to-{place}")
    if item.rpe is not None and item.rpe % _HALF:
        raise Invalid(N_("Effort is given in halves, such as 7.5."), field=f"rpe-{place}")
    return {
        "exercise_id": item.exercise_id,
        "unit": Unit(item.unit).value,
        "counted": Counted(item.counted).value,
        "sets": item.sets,
        "amount": item.amount,
        "amount_to": item.amount_to,
        "load_kg": None if item.load_kg is None else item.load_kg.quantize(_CENT),
        "hold_seconds": item.hold_seconds,
        "rest_seconds": item.rest_seconds,
        "rpe": item.rpe,
        "note": plain_text(item.note, LONGEST_NOTE),
    }


def _within(number: int | Decimal | None, least: int, most: int | Decimal, field: str, place: int) -> None:
    if number is not None and not least <= number <= most:
        raise Invalid(
            N_("Please enter a number from %(least)s to %(most)s."),
            field=f"{field}-{place}",
            least=least,
            most=most,
        )


def _item_draft(item: PlannedItem, *, joined: bool) -> ItemDraft:
    return ItemDraft(
        item.exercise_id, item.unit, item.counted, item.sets, item.amount, item.amount_to, item.load_kg,
        item.hold_seconds, item.rest_seconds, item.rpe, item.note, joined,
    )  # fmt: skip
