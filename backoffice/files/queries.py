"""Questions about files. Lists never carry what is inside."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, or_, select

from backoffice.core.db import db
from backoffice.files.models import MediaType, Shelf, StoredFile

RECOVERABLE = timedelta(days=30)


class FileRow(NamedTuple):
    """A file in a list; `archived_at` is set while it can still be taken back."""

    id: int
    name: str
    media_type: str
    size: int
    uploaded_by: str
    uploaded_at: datetime
    archived_by: str
    archived_at: datetime | None

    @property
    def is_photo(self) -> bool:
        """Whether a browser shows it; else it is saved."""
        return self.media_type == MediaType.JPEG


def files_of(studio_id: int, person_id: int, shelf: Shelf, *, now: datetime) -> list[FileRow]:
    """The files on a shelf of a person, the newest first, with those put away less than 30 days ago. One statement."""
    file = StoredFile
    query = (
        select(
            file.id, file.name, file.media_type, file.size, file.uploaded_by, file.uploaded_at, file.archived_by,
            file.archived_at,
        )
        .where(
            file.studio_id == studio_id,
            file.person_id == person_id,
            file.shelf == shelf,
            file.content.is_not(None),
            or_(file.archived_at.is_(None), file.archived_at > now - RECOVERABLE),
        )
        .order_by(file.id.desc())
    )  # fmt: skip
    return [FileRow._make(row) for row in db.session.execute(query)]


def number_kept(person_id: int, shelf: Shelf) -> int:
    """How many files lie on a shelf of a person, without those put away."""
    query = select(func.count()).where(
        StoredFile.person_id == person_id, StoredFile.shelf == shelf, StoredFile.archived_at.is_(None)
    )
    return db.session.scalar(query) or 0
