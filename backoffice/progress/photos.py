"""Photos of a pose, on a day: only while the person agrees to them (`files/agreed.py`)."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from backoffice.core.audit import Actor
from backoffice.core.db import db, fetch
from backoffice.files import agreed
from backoffice.files.actions import archive_file, restore_file
from backoffice.files.models import Shelf, StoredFile
from backoffice.progress.actions import check_day
from backoffice.progress.models import Pose, ProgressPhoto
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio


class PhotoRow(NamedTuple):
    """A photo in a list; the picture is opened by its id, and that is recorded."""

    id: int
    pose: str
    day: date
    uploaded_by: str


def photos_of(studio_id: int, person_id: int) -> list[PhotoRow]:
    """Somebody's photos, the oldest first; none without their consent. At most two statements, no picture is read."""
    if not agreed.may_be_shown(person_id):
        return []
    query = (
        select(ProgressPhoto.id, ProgressPhoto.pose, ProgressPhoto.day, StoredFile.uploaded_by)
        .join(StoredFile, StoredFile.id == ProgressPhoto.file_id)
        .where(
            ProgressPhoto.studio_id == studio_id,
            ProgressPhoto.person_id == person_id,
            StoredFile.archived_at.is_(None),
        )
    )
    return [PhotoRow._make(row) for row in fetch(query.order_by(ProgressPhoto.day, ProgressPhoto.id))]


def add_photo(
    studio: Studio, person_id: int, pose: Pose, day: date, picture: bytes, *, by: Actor, now: datetime
) -> ProgressPhoto:
    """Keep a photo that was drawn anew (a JPEG). Raises `NoConsent`; refuses (Invalid) a day to come, the 201st."""
    check_day(studio, day, now=now)
    name = f"{pose.lower()}-{day}.jpg"
    file = agreed.keep_photo(studio.id, person_id, Shelf.PROGRESS, name, picture, by=by, now=now)
    photo = ProgressPhoto(
        studio_id=studio.id, person_id=person_id, file_id=file.id, pose=Pose(pose).value, day=day
    )
    db.session.add(photo)
    db.session.flush()
    return photo


def open_photo(studio_id: int, photo_id: int, *, by: Actor, now: datetime) -> StoredFile:
    """The picture. Each opening is recorded. Raises `NoConsent`, and `NotFound`, also for one put away."""
    photo = of_studio(ProgressPhoto, studio_id, photo_id)
    return agreed.open_photo(studio_id, photo.person_id, photo.file_id, Shelf.PROGRESS, by=by, now=now)


def remove_photo(studio_id: int, photo_id: int, *, by: Actor, now: datetime) -> None:
    """Put a photo away; it can be taken back for 30 days, then the picture is forgotten."""
    photo = of_studio(ProgressPhoto, studio_id, photo_id)
    archive_file(studio_id, photo.file_id, Shelf.PROGRESS, by=by, now=now)


def restore_photo(studio_id: int, photo_id: int, *, by: Actor, now: datetime) -> None:
    """Take a photo back. Refuses (Invalid) after 30 days."""
    photo = of_studio(ProgressPhoto, studio_id, photo_id)
    restore_file(studio_id, photo.file_id, Shelf.PROGRESS, by=by, now=now)
