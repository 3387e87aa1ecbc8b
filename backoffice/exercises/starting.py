"""The entries that every studio starts with, with cues of our own; `starting.json` holds them."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from backoffice.core.db import send
from backoffice.exercises.draft import ExerciseDraft, keys_of
from backoffice.exercises.models import Exercise, Source

_FILE = Path(__file__).with_name("starting.json")


def add_starting_exercises(studio_id: int, *, now: datetime) -> None:
    """Create the library of a new studio."""
    rows = [{"studio_id": studio_id, "created_at": now, "version": 1, **row} for row in starting_rows()]
    send(insert(Exercise.__table__), rows)  # type: ignore[arg-type]


@cache
def starting_rows() -> tuple[dict[str, Any], ...]:
    """The columns of each entry, by which the migration fills studios that exist already."""
    rows = []
    for entry in json.loads(_FILE.read_text(encoding="utf-8")):
        values = ExerciseDraft(**{name: value for name, value in entry.items() if name != "key"}).columns()
        rows.append({"source": Source.START.value, "source_key": entry["key"], **values, **keys_of(values)})
    return tuple(rows)
