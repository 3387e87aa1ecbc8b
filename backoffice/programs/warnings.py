"""What in a program asks for a second look, each with its reason. Pure; a warning forbids nothing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from backoffice.exercises.vocabulary import Section
from backoffice.programs.plan import PlannedItem, PlannedVersion, PlannedWorkout

JUMP = Decimal("1.10")
LEAST_JUMP = Decimal(1)
"""A load more than 10 % above the one before is a jump, unless by no more than one kilogram: the next dumbbell."""


class WarningKind(StrEnum):
    """Why."""

    LIMIT = "LIMIT"
    CONSECUTIVE = "CONSECUTIVE"
    TOO_MANY = "TOO_MANY"
    JUMP = "JUMP"


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """One reason and where. `keys`: limits or muscles; `before` and `after`: kg, or sessions agreed and planned."""

    kind: WarningKind
    week: int
    weekday: int | None = None
    item: PlannedItem | None = None
    keys: tuple[str, ...] = ()
    before: Decimal | int | None = None
    after: Decimal | int | None = None


def warnings_of(
    version: PlannedVersion, *, limits: Collection[str] = (), before: PlannedVersion | None = None
) -> list[PlanWarning]:
    """All warnings of a version: health first. `limits` are the person's, `before` is the version it follows."""
    return [
        *_limits_met(version, limits),
        *_too_many(version),
        *_consecutive(version),
        *_jumps(version, before),
    ]


def trained(workout: PlannedWorkout) -> set[str]:
    """The muscles that the main part of a day trains; warming up and stretching need no day of rest."""
    return {muscle for item in workout.items if item.section == Section.MAIN for muscle in item.muscles}


def _limits_met(version: PlannedVersion, limits: Collection[str]) -> Iterator[PlanWarning]:
    """An exercise that stands twice on a day is said once."""
    for day in version.workouts:
        for item in {one.exercise_id: one for one in reversed(day.items)}.values():
            met = tuple(one for one in item.limits if one in limits)
            if met:
                yield PlanWarning(WarningKind.LIMIT, day.week, day.weekday, item, met)


def _too_many(version: PlannedVersion) -> Iterator[PlanWarning]:
    for week in range(1, version.weeks + 1):
        planned = len(version.in_week(week))
        if planned > version.weekly:
            yield PlanWarning(WarningKind.TOO_MANY, week, before=version.weekly, after=planned)


def _consecutive(version: PlannedVersion) -> Iterator[PlanWarning]:
    """The round begins anew after its last week, so its last day stands before its first."""
    days = {7 * (one.week - 1) + one.weekday: one for one in version.workouts}
    for place, day in sorted(days.items()):
        yesterday = days.get((place - 1) % (7 * version.weeks))
        both = trained(day) & trained(yesterday) if yesterday else set()
        if both:
            yield PlanWarning(WarningKind.CONSECUTIVE, day.week, day.weekday, keys=tuple(sorted(both)))


def _jumps(version: PlannedVersion, before: PlannedVersion | None) -> Iterator[PlanWarning]:
    """Each exercise's heaviest load of a week against the week before it in which it stood, or the last version."""
    known = {
        exercise: item.load_kg for exercise, (_, item) in _heaviest(before.workouts if before else ()).items()
    }
    for week in range(1, version.weeks + 1):
        for exercise, (day, item) in _heaviest(version.in_week(week)).items():
            was, load = known.get(exercise), item.load_kg
            if was and load and load > was * JUMP and load > was + LEAST_JUMP:
                yield PlanWarning(WarningKind.JUMP, week, day.weekday, item, before=was, after=load)
            known[exercise] = load


def _heaviest(days: Collection[PlannedWorkout]) -> dict[int, tuple[PlannedWorkout, PlannedItem]]:
    found: dict[int, tuple[PlannedWorkout, PlannedItem]] = {}
    for day in days:
        for item in day.items:
            held = found.get(item.exercise_id)
            if item.load_kg and (held is None or item.load_kg > (held[1].load_kg or 0)):
                found[item.exercise_id] = (day, item)
    return found
