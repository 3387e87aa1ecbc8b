"""Changing a row that several people may have open: lock it, compare versions, write, leave an audit line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select

from backoffice.core.audit import Actor, record
from backoffice.core.db import Base, db, row_values
from backoffice.core.errors import Invalid, NotFound, check_version
from backoffice.core.language import N_

Row = TypeVar("Row", bound=Base)
NAME_IS_TAKEN = N_("There is one of this name already.")


def locked(model: type[Row], row_id: int) -> Row:
    """The row, held until the transaction ends and read anew. Raises `NotFound`."""
    row = db.session.get(model, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def check_name_is_new(
    model: Any, name_ja: str, *of_studio: ColumnElement[bool], but: int | None = None
) -> None:
    """Refuse (Invalid) a name that a row in use has already: nobody could tell the two apart in a list.

    `but` is the row that is renamed or taken into use again.
    """
    same = select(model.id).where(model.name_ja == name_ja, model.archived_at.is_(None), *of_studio)
    if but is not None:
        same = same.where(model.id != but)
    if db.session.scalar(same.limit(1)) is not None:
        raise Invalid(NAME_IS_TAKEN, field="name_ja")


def change(
    row: Any, changes: Mapping[str, Any], subject: str, *, version: int | None, by: Actor, now: datetime
) -> bool:
    """Write the changed columns and raise the version; False when nothing differs. Raises `Stale`.

    `row` comes from `locked`, so no other writer can slip in between the comparison and the change.
    """
    check_version(row.version, version)
    before = row_values(row, *changes)
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    db.session.flush()
    record(
        f"{subject}.changed",
        subject,
        row.id,
        by=by,
        now=now,
        before={name: before[name] for name in changed},
        after=changed,
    )
    return True


def archive(row: Any, subject: str, *, by: Actor, now: datetime) -> None:
    """Take a row out of use; what refers to it stays readable. Doing it twice changes nothing."""
    if row.archived_at is None:
        row.archived_at = now
        row.version += 1
        record(f"{subject}.archived", subject, row.id, by=by, now=now)


def restore(row: Any, subject: str, *, by: Actor, now: datetime) -> None:
    """Bring an archived row back into use."""
    if row.archived_at is not None:
        row.archived_at = None
        row.version += 1
        record(f"{subject}.restored", subject, row.id, by=by, now=now)
