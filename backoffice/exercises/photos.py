"""Photos of our own of an exercise: kept encrypted and drawn anew, put away and taken back, forgotten after a month."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import undefer

from backoffice.core.audit import Actor, record
from backoffice.core.db import db, fetch
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.exercises.models import Exercise, ExercisePhoto
from backoffice.studio.scope import of_studio

MOST_PHOTOS = 6
"""Of one exercise: its positions and what to avoid; a page shows them all."""
RECOVERABLE = timedelta(days=30)
FULL = N_("There are %(most)s photos already. Please remove one first.")


class PhotoRow(NamedTuple):
    """A photo in a list; the picture itself is asked for by its id."""

    id: int
    uploaded_by: str
    uploaded_at: datetime


def photos_of(exercise_id: int) -> list[PhotoRow]:
    """The photos of an exercise, the oldest first. One statement."""
    query = select(ExercisePhoto.id, ExercisePhoto.uploaded_by, ExercisePhoto.uploaded_at).where(
        ExercisePhoto.exercise_id == exercise_id, ExercisePhoto.archived_at.is_(None)
    )
    return [PhotoRow._make(row) for row in fetch(query.order_by(ExercisePhoto.id))]


def photo(studio_id: int, photo_id: int) -> ExercisePhoto:
    """A photo with its picture. Raises `NotFound`, also for one that was put away."""
    found = db.session.get(ExercisePhoto, photo_id, options=[undefer(ExercisePhoto.content)])
    if found is None or found.studio_id != studio_id or found.archived_at is not None:
        raise NotFound
    return found


def add_photo(studio_id: int, exercise_id: int, picture: bytes, *, by: Actor, now: datetime) -> ExercisePhoto:
    """Keep a photo that was drawn anew (a JPEG). Refuses (Invalid) the seventh of an exercise."""
    exercise = of_studio(Exercise, studio_id, exercise_id, lock=True)
    _check_room(exercise.id)
    added = ExercisePhoto(
        studio_id=studio_id, exercise_id=exercise.id, size=len(picture), content=picture, uploaded_by=by.label,
        uploaded_at=now,
    )  # fmt: skip
    db.session.add(added)
    db.session.flush()
    record("exercise.photo_added", "exercise", exercise.id, by=by, now=now, after={"photo": added.id})
    return added


def archive_photo(studio_id: int, photo_id: int, *, by: Actor, now: datetime) -> ExercisePhoto:
    """Put a photo away; it can be taken back. Twice changes nothing."""
    row = of_studio(ExercisePhoto, studio_id, photo_id, lock=True)
    if row.archived_at is None:
        row.archived_at = now
        record("exercise.photo_removed", "exercise", row.exercise_id, by=by, now=now, after={"photo": row.id})
    return row


def restore_photo(studio_id: int, photo_id: int, *, by: Actor, now: datetime) -> ExercisePhoto:
    """Take a photo back. Refuses (Invalid) when there are as many as there may be; twice changes nothing."""
    row = of_studio(ExercisePhoto, studio_id, photo_id)
    of_studio(Exercise, studio_id, row.exercise_id, lock=True)
    if row.archived_at is not None:
        _check_room(row.exercise_id)
        row.archived_at = None
        record(
            "exercise.photo_restored", "exercise", row.exercise_id, by=by, now=now, after={"photo": row.id}
        )
    return row


def forget_photos(*, now: datetime) -> None:
    """Drop photos that were put away 30 days ago or longer. One statement."""
    db.session.execute(delete(ExercisePhoto).where(ExercisePhoto.archived_at <= now - RECOVERABLE))


def _check_room(exercise_id: int) -> None:
    kept = select(func.count()).where(
        ExercisePhoto.exercise_id == exercise_id, ExercisePhoto.archived_at.is_(None)
    )
    if (db.session.scalar(kept) or 0) >= MOST_PHOTOS:
        raise Invalid(FULL, field="file", most=MOST_PHOTOS)
