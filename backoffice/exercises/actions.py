"""What changes the library: adding, editing, taking out of use."""

from datetime import datetime

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.exercises.draft import ExerciseDraft, keys_of
from backoffice.exercises.models import Exercise
from backoffice.exercises.queries import namesake
from backoffice.studio import editing
from backoffice.studio.scope import of_studio

_LOCK = "exercise names"

NAMESAKE = N_("There is an exercise with this name already.")


def create_exercise(studio_id: int, draft: ExerciseDraft, *, by: Actor, now: datetime) -> Exercise:
    """Add an exercise. Refuses (Invalid) what makes none, and a Japanese name that another one in use has."""
    values = draft.columns()
    take_turns()
    _check_name(studio_id, values["name_ja"], keys_of(values)["ja_key"])
    row = Exercise(studio_id=studio_id, created_at=now, **values, **keys_of(values))
    db.session.add(row)
    db.session.flush()
    record("exercise.added", "exercise", row.id, by=by, now=now, after=values)
    return row


def update_exercise(
    studio_id: int, exercise_id: int, draft: ExerciseDraft, *, version: int | None, by: Actor, now: datetime
) -> None:
    """Change an exercise. As `create_exercise`; refuses (Stale) what somebody saved since the form was opened."""
    values = draft.columns()
    take_turns()
    row = of_studio(Exercise, studio_id, exercise_id, lock=True)
    if row.archived_at is None:
        _check_name(studio_id, values["name_ja"], keys_of(values)["ja_key"], other_than=row.id)
    for name, key in keys_of(values).items():
        setattr(row, name, key)
    editing.change(row, values, "exercise", version=version, by=by, now=now)


def archive_exercise(studio_id: int, exercise_id: int, *, by: Actor, now: datetime) -> None:
    """Take an exercise out of use; programs that have it keep it. Twice changes nothing."""
    editing.archive(of_studio(Exercise, studio_id, exercise_id, lock=True), "exercise", by=by, now=now)


def restore_exercise(studio_id: int, exercise_id: int, *, by: Actor, now: datetime) -> None:
    """Use an exercise again. Refuses (Invalid) while another one in use has its name."""
    take_turns()
    row = of_studio(Exercise, studio_id, exercise_id, lock=True)
    _check_name(studio_id, row.name_ja, row.ja_key, other_than=row.id)
    editing.restore(row, "exercise", by=by, now=now)


def take_turns() -> None:
    """Wait until nobody else adds or names exercises; held until the end of the transaction."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK, 0))))


def _check_name(studio_id: int, name_ja: str, ja_key: str, *, other_than: int | None = None) -> None:
    if name_ja and namesake(studio_id, ja_key, other_than=other_than):
        raise Invalid(NAMESAKE, field="name_ja")
