"""The list of who was erased, kept beside the backups: one made before still knows them, and must not bring them back.

The list names nobody: the number of a row, when that row was made, and when it was erased.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import inspect, select

from backoffice.core.backups import BackupError
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.erasure.models import Erasure

LIST = "erased.json"
DAMAGED = N_("The list of erased people beside the backups is damaged: %(file)s.")


class Listed(NamedTuple):
    """One row that was erased."""

    person_id: int
    begun_at: datetime
    erased_at: datetime


def listed() -> set[Listed]:
    """Who was erased, as the database says; nobody when it has no such table yet."""
    if not inspect(db.session.connection()).has_table(Erasure.__tablename__):
        return set()
    rows = db.session.execute(select(Erasure.person_id, Erasure.begun_at, Erasure.erased_at))
    return {Listed._make(row) for row in rows}


def write_list(folder: Path) -> None:
    """Bring the list beside the backups of a folder up to date. It only grows: an older one may know more."""
    known = sorted(listed() | read_list(folder))
    if not known:
        return
    draft = folder / f".{LIST}.{os.getpid()}.part"
    lines = [[one.person_id, one.begun_at.isoformat(), one.erased_at.isoformat()] for one in known]
    draft.write_text(json.dumps(lines), encoding="utf-8")
    draft.rename(folder / LIST)


def read_list(folder: Path) -> set[Listed]:
    """The list beside the backups of a folder; nobody when there is none. Raises `BackupError` for a damaged one."""
    path = folder / LIST
    if not path.exists():
        return set()
    try:
        return {
            Listed(int(number), datetime.fromisoformat(begun), datetime.fromisoformat(erased))
            for number, begun, erased in json.loads(path.read_text(encoding="utf-8"))
        }
    except (ValueError, TypeError) as error:
        raise BackupError(DAMAGED, file=LIST) from error
