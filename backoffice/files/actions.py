"""What changes files: keeping one, opening one (recorded), putting away and taking back, forgetting."""

from datetime import datetime

from sqlalchemy import and_, func, update
from sqlalchemy.orm import undefer

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.files.models import Shelf, StoredFile
from backoffice.files.queries import RECOVERABLE, number_kept
from backoffice.files.reading import ReadyFile
from backoffice.people.queries import held_person
from backoffice.studio.scope import of_studio

MOST_FILES = 200
"""On one shelf of one person: so many that a list can show them all."""
FULL = N_("There are %(most)s files already. Please delete some that are not needed any more.")
GONE = N_("This was deleted more than 30 days ago.")


def add_file(
    studio_id: int, person_id: int, shelf: Shelf, ready: ReadyFile, *, by: Actor, now: datetime
) -> StoredFile:
    """Keep a file of a person. Refuses (Invalid) the 201st; raises `NotFound`, `MergedAway`.

    The audit keeps what kind and size it has, never its name.
    """
    held_person(person_id)
    if number_kept(person_id, shelf) >= MOST_FILES:
        raise Invalid(FULL, field="file", most=MOST_FILES)
    file = StoredFile(
        studio_id=studio_id, person_id=person_id, shelf=shelf.value, media_type=ready.media_type.value,
        size=len(ready.content), name=ready.name, content=ready.content, uploaded_by=by.label, uploaded_at=now,
    )  # fmt: skip
    db.session.add(file)
    db.session.flush()
    after = {"shelf": shelf, "media_type": ready.media_type, "size": file.size}
    record("file.added", "file", file.id, by=by, now=now, person_id=person_id, after=after)
    return file


def open_file(studio_id: int, file_id: int, shelf: Shelf, *, by: Actor, now: datetime) -> StoredFile:
    """A file with its content. Each opening is recorded. Raises `NotFound`, also for one put away."""
    file = db.session.get(StoredFile, file_id, options=[undefer(StoredFile.content)], populate_existing=True)
    if file is None or (file.studio_id, file.shelf) != (studio_id, shelf) or file.archived_at is not None:
        raise NotFound
    record("file.opened", "file", file.id, by=by, now=now, person_id=file.person_id)
    return file


def archive_file(studio_id: int, file_id: int, shelf: Shelf, *, by: Actor, now: datetime) -> StoredFile:
    """Put a file away; it can be taken back for 30 days. Twice changes nothing."""
    file = _held(studio_id, file_id, shelf)
    if file.archived_at is None:
        file.archived_at, file.archived_by = now, by.label
        record("file.deleted", "file", file.id, by=by, now=now, person_id=file.person_id)
    return file


def restore_file(studio_id: int, file_id: int, shelf: Shelf, *, by: Actor, now: datetime) -> StoredFile:
    """Take a file back. Refuses (Invalid) after 30 days; twice changes nothing."""
    file = _held(studio_id, file_id, shelf)
    if file.archived_at is None:
        return file
    if now - file.archived_at >= RECOVERABLE:
        raise Invalid(GONE)
    file.archived_at, file.archived_by = None, ""
    record("file.restored", "file", file.id, by=by, now=now, person_id=file.person_id)
    return file


def forget_files(*, now: datetime) -> None:
    """Drop content and name of files put away 30 days ago or longer. One statement."""
    old = StoredFile.archived_at <= now - RECOVERABLE
    db.session.execute(
        update(StoredFile).where(old, StoredFile.content.is_not(None)).values(content=None, name="")
    )


def forget_shelf(shelf: Shelf, *, before: datetime, now: datetime) -> None:
    """Drop content and name of what was laid on a shelf before then: put away, and not to be taken back."""
    old = and_(StoredFile.shelf == shelf, StoredFile.uploaded_at < before, StoredFile.content.is_not(None))
    archived_at = func.coalesce(StoredFile.archived_at, now)
    db.session.execute(update(StoredFile).where(old).values(content=None, name="", archived_at=archived_at))


def _held(studio_id: int, file_id: int, shelf: Shelf) -> StoredFile:
    file = of_studio(StoredFile, studio_id, file_id, lock=True)
    if file.shelf != shelf:
        raise NotFound
    return file
