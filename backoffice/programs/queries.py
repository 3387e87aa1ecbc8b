"""Questions about programs: how one was on a day, what is planned for a day, the programs and templates there are."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select

from backoffice.core.db import db, fetch
from backoffice.core.errors import NotFound
from backoffice.exercises.models import Exercise
from backoffice.exercises.vocabulary import Setting
from backoffice.programs.models import Program, ProgramItem, ProgramVersion, Workout
from backoffice.programs.plan import PlannedItem, PlannedVersion, PlannedWorkout, nearest
from backoffice.studio.scope import of_studio

MOST_VERSIONS = 100


def planned_for(person_id: int, day: date) -> PlannedWorkout | None:
    """What to do in the gym on a day: the workout of that day, else the nearest of its week. Two statements.

    None when no program runs on that day, or its week holds nothing.
    """
    return nearest(workouts_of(person_id, day), day)


def workouts_of(person_id: int, day: date) -> list[PlannedWorkout]:
    """All that is planned in the gym for the week of a day, to choose another one from. Two statements."""
    version = running(person_id, day)
    return [] if version is None else version.in_week(version.week_on(day))


def running(person_id: int, day: date, place: Setting = Setting.GYM) -> PlannedVersion | None:
    """The program that runs on a day, as it was on that day; of several the one begun last. Two statements."""
    found = _headed(
        _HEADS.where(Program.person_id == person_id, Program.place == place.value, *_runs_on(day)), day
    )
    return _read(found) if found else None


def version_on(program_id: int, day: date) -> PlannedVersion | None:
    """A program as it is on a day; None before its first version. Two statements."""
    found = _headed(_HEADS.where(Program.id == program_id), day)
    return _read(found) if found else None


def newest_version(program_id: int) -> PlannedVersion:
    """A program as it will be once every version holds: what is edited on. Raises `NotFound`."""
    found = _headed(_HEADS.where(Program.id == program_id), date.max)
    if found is None:
        raise NotFound
    return _read(found)


def versions_of(program_id: int) -> list[ProgramVersion]:
    """The versions of a program, the one that holds longest first."""
    query = select(ProgramVersion).where(ProgramVersion.program_id == program_id)
    in_order = query.order_by(ProgramVersion.valid_from.desc(), ProgramVersion.id.desc())
    return list(db.session.scalars(in_order.limit(MOST_VERSIONS)))


def programs_of(person_id: int) -> list[Program]:
    """The programs of a person: those without an end first, the gym before home, then the newest."""
    query = select(Program).where(Program.person_id == person_id, Program.archived_at.is_(None))
    in_order = query.order_by(
        Program.ends_on.desc().nulls_first(), Program.place, Program.starts_on.desc(), Program.id.desc()
    )
    return list(db.session.scalars(in_order))


def program_of(studio_id: int, person_id: int | None, program_id: int, *, lock: bool = False) -> Program:
    """A program of this very person, or (None) a template: the caller has checked the person, not the program.

    Raises `NotFound`.
    """
    row = of_studio(Program, studio_id, program_id, lock=lock)
    if row.person_id != person_id:
        raise NotFound
    return row


def templates_of(studio_id: int) -> list[Program]:
    """The templates in use, by their Japanese name."""
    query = select(Program).where(
        Program.studio_id == studio_id, Program.person_id.is_(None), Program.archived_at.is_(None)
    )
    return sorted(db.session.scalars(query), key=lambda one: (one.name_ja, one.id))


class Cues(NamedTuple):
    """What a trainer says while an exercise is done, one cue to a line."""

    ja: str
    en: str


def cues_of(version: PlannedVersion) -> dict[int, Cues]:
    """The cues of every exercise in a version, by its id. One statement."""
    wanted = {item.exercise_id for day in version.workouts for item in day.items}
    query = select(Exercise.id, Exercise.cues_ja, Exercise.cues_en).where(Exercise.id.in_(wanted))
    return {row.id: Cues(row.cues_ja, row.cues_en) for row in fetch(query)}


_HEADS = (
    select(
        ProgramVersion.program_id, ProgramVersion.id, ProgramVersion.valid_from, Program.starts_on,
        ProgramVersion.weeks, ProgramVersion.weekly,
    )
    .join(Program, Program.id == ProgramVersion.program_id)
    .order_by(Program.starts_on.desc(), Program.id.desc(), ProgramVersion.valid_from.desc(), ProgramVersion.id.desc())
    .limit(1)
)  # fmt: skip
_ROWS = (
    select(
        Workout.id.label("workout_id"), Workout.week, Workout.weekday,
        Workout.name_ja.label("day_ja"), Workout.name_en.label("day_en"),
        ProgramItem.id, ProgramItem.exercise_id, Exercise.name_ja, Exercise.name_en, Exercise.section,
        ProgramItem.block, ProgramItem.unit, ProgramItem.counted, ProgramItem.sets, ProgramItem.amount,
        ProgramItem.amount_to, ProgramItem.load_kg, ProgramItem.hold_seconds, ProgramItem.rest_seconds,
        ProgramItem.rpe, ProgramItem.note, Exercise.limits, Exercise.muscles, Exercise.supporting,
    )
    .outerjoin(ProgramItem, ProgramItem.workout_id == Workout.id)
    .outerjoin(Exercise, Exercise.id == ProgramItem.exercise_id)
    .order_by(Workout.week, Workout.weekday, ProgramItem.position)
)  # fmt: skip


def _runs_on(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Program.archived_at.is_(None),
        Program.starts_on <= day,
        or_(Program.ends_on.is_(None), Program.ends_on >= day),
    )


def _headed(query: Select[*tuple[Any, ...]], day: date) -> Any:
    db.session.flush()  # what this transaction wrote counts
    return fetch(query.where(ProgramVersion.valid_from <= day)).first()


def _read(head: Any) -> PlannedVersion:
    rows = fetch(_ROWS.where(Workout.version_id == head.id)).all()
    return PlannedVersion(
        head.program_id, head.id, head.valid_from, head.starts_on, head.weeks, head.weekly,
        tuple(_workouts(head, rows)),
    )  # fmt: skip


def _workouts(head: Any, rows: Sequence[Any]) -> Iterator[PlannedWorkout]:
    for workout_id, group in groupby(rows, key=lambda row: row.workout_id):
        of_day = list(group)
        first = of_day[0]
        yield PlannedWorkout(
            head.program_id, head.id, workout_id, first.week, first.weekday, first.day_ja, first.day_en,
            tuple(_item(row) for row in of_day if row.id is not None),
        )  # fmt: skip


def _item(row: Any) -> PlannedItem:
    return PlannedItem(
        row.id, row.exercise_id, row.name_ja, row.name_en, row.section, row.block, row.unit, row.counted, row.sets,
        row.amount, row.amount_to, row.load_kg, row.hold_seconds, row.rest_seconds, row.rpe, row.note,
        tuple(row.limits), tuple(row.muscles), tuple(row.supporting),
    )  # fmt: skip
