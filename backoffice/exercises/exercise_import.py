"""A file of exercises into the library: first a plan to look at, then everything in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert

from backoffice.core import uploads
from backoffice.core.audit import Actor, record
from backoffice.core.db import db, send
from backoffice.core.language import N_
from backoffice.core.uploads import Upload
from backoffice.exercises.actions import take_turns
from backoffice.exercises.draft import keys_of
from backoffice.exercises.exercise_file import MOST_BYTES, ExerciseRow, read_exercises
from backoffice.exercises.free_exercise_db import Reason
from backoffice.exercises.models import Exercise, Source
from backoffice.exercises.queries import known
from backoffice.exercises.search import fold

KIND = "exercises"
SAME_NAME = N_("An exercise with this name is here already.")
TOLD = 100
"""So many entries left out are told one by one; the counts speak of all."""


class Fate(StrEnum):
    """What importing does with an entry."""

    NEW = "new"
    KNOWN = "known"
    NAMESAKE = "namesake"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """An entry and what importing does with it."""

    row: ExerciseRow
    fate: Fate


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do, entry by entry."""

    rows: tuple[PlannedRow, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many entries meet each fate; together they are the `rows` of the file."""
        fates = {fate.value: sum(one.fate is fate for one in self.rows) for fate in Fate}
        return {"rows": len(self.rows), **fates}

    @property
    def new(self) -> list[ExerciseRow]:
        """The entries that importing adds."""
        return [one.row for one in self.rows if one.fate is Fate.NEW]


def plan(rows: Sequence[ExerciseRow], studio_id: int) -> Plan:
    """Compare a file with the library. One statement, nothing is written."""
    here = known(studio_id, Source.FREE_EXERCISE_DB)
    return Plan(tuple(PlannedRow(row, _fate(row, here.keys, here.names)) for row in rows))


def run(rows: Sequence[ExerciseRow], studio_id: int, *, by: Actor, now: datetime) -> Plan:
    """Add what `plan` says is new, all of it or nothing; what is here stays as it is. Returns what was done.

    One import at a time: of two of the same file the second finds everything known.
    """
    take_turns()
    made = plan(rows, studio_id)
    if made.new:
        send(insert(Exercise.__table__), [_columns(row, studio_id, now=now) for row in made.new])  # type: ignore[arg-type]
    record("exercises.imported", "exercises", None, by=by, now=now, after=made.counts)
    return made


def told(plan: Plan) -> list[dict[str, Any]]:
    """The first hundred entries that were left out, each with a sentence that says why and the value it speaks of."""
    return [
        {"number": row.number, "name": row.name, "message": reason.message, "text": reason.text}
        for row, reason in ((one.row, _reason(one)) for one in plan.rows)
        if reason is not None
    ][:TOLD]


def keep_file(content: bytes, file_name: str, *, by: Actor, now: datetime) -> Upload:
    """Keep a file that can be read until somebody has looked at what it would do. Refuses (Invalid) another one."""
    upload = uploads.keep_upload(KIND, content, file_name, most_bytes=MOST_BYTES, by=by, now=now)
    read_exercises(content)
    return upload


def kept_file(token: str, *, by: Actor) -> Upload:
    """A kept file; only the one who chose it finds it again. Raises `NotFound`."""
    return uploads.find_upload(KIND, token, by=by)


def import_file(token: str, studio_id: int, *, by: Actor, now: datetime) -> Upload:
    """Import a kept file once; asked again, it shows what was done."""
    upload = uploads.find_upload(KIND, token, by=by, lock=True)
    if upload.imported_at is None:
        done = run(read_exercises(upload.content), studio_id, by=by, now=now)
        upload.imported_at = now
        upload.result = {"counts": done.counts, "left_out": told(done)}
        db.session.flush()
    return upload


def _fate(row: ExerciseRow, keys: set[str], names: set[str]) -> Fate:
    if row.draft is None:
        return Fate.SKIPPED
    if row.key in keys:
        return Fate.KNOWN
    return Fate.NAMESAKE if fold(row.draft.name_en) in names else Fate.NEW


def _columns(row: ExerciseRow, studio_id: int, *, now: datetime) -> dict[str, Any]:
    assert row.draft is not None  # noqa: S101 - new entries have one
    values = row.draft.columns()
    source = {"source": Source.FREE_EXERCISE_DB.value, "source_key": row.key}
    return {"studio_id": studio_id, "created_at": now, "version": 1, **source, **values, **keys_of(values)}


def _reason(one: PlannedRow) -> Reason | None:
    return Reason(SAME_NAME) if one.fate is Fate.NAMESAKE else one.row.skipped
