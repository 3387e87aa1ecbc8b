"""A version as it would be with a day that is still being typed, so that warnings come before saving. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from backoffice.exercises.queries import ExerciseRow
from backoffice.programs.draft import DayDraft, ItemDraft
from backoffice.programs.plan import PlannedItem, PlannedVersion, PlannedWorkout


def with_day(
    version: PlannedVersion, week: int, weekday: int, day: DayDraft, exercises: Mapping[int, ExerciseRow]
) -> PlannedVersion:
    """The version with this day in place of its own. Exercises not among `exercises` are left out."""
    others = [one for one in version.workouts if (one.week, one.weekday) != (week, weekday)]
    items = tuple(
        _item(place, item, exercises[item.exercise_id])
        for place, item in enumerate(day.items)
        if item.exercise_id in exercises
    )
    typed = PlannedWorkout(
        version.program_id, version.version_id, 0, week, weekday, day.name_ja, day.name_en, items
    )
    workouts = sorted([*others, *([typed] if items else [])], key=lambda one: (one.week, one.weekday))
    return replace(version, workouts=tuple(workouts))


def _item(place: int, item: ItemDraft, exercise: ExerciseRow) -> PlannedItem:
    return PlannedItem(
        0, exercise.id, exercise.name_ja, exercise.name_en, exercise.section, place, item.unit, item.counted,
        item.sets, item.amount, item.amount_to, item.load_kg, item.hold_seconds, item.rest_seconds, item.rpe,
        item.note, tuple(exercise.limits), tuple(exercise.muscles), (),
    )  # fmt: skip
