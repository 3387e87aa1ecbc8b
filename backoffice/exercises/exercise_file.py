"""A file of the project free-exercise-db, from bytes to drafts of exercises, or why an entry makes none."""

import json
from dataclasses import dataclass
from typing import Any

from backoffice.core.contact import plain_text
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.exercises.draft import LONGEST_NAME, ExerciseDraft
from backoffice.exercises.free_exercise_db import LeftOut, Reason, draft_of
from backoffice.exercises.search import fold

MOST_BYTES = 3 * 1024 * 1024
MOST_ROWS = 5_000
LONGEST_KEY = 120

NOT_JSON = N_("This is not a JSON file that can be read.")
NOT_A_LIST = N_("The file is no list of exercises.")
TOO_MANY = N_("The file has more than %(limit)s entries.")

NO_ENTRY = N_("This is no entry of an exercise.")
NO_NAME = N_("The name is missing or cannot be read.")
NO_KEY = N_("The id is missing or cannot be read.")
LONG_NAME = N_("The name is longer than %(text)s characters.")
TWICE = N_("The same exercise stands in the file twice.")


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """One entry of the file, counted from 1: a draft with the key of its project, or the reason why there is none."""

    number: int
    name: str
    key: str = ""
    draft: ExerciseDraft | None = None
    skipped: Reason | None = None


def read_exercises(content: bytes) -> list[ExerciseRow]:
    """Read a file, entry by entry; a bad entry is told, not refused.

    Refuses (Invalid) what is no JSON list, or one of more than 5,000 entries or 3 MB.
    """
    if len(content) > MOST_BYTES:
        raise Invalid(N_("The file is larger than %(limit)s MB."), field="file", limit=MOST_BYTES // 1024**2)
    try:
        entries = json.loads(content)
    # broken, in other characters, with an endless number; nested without end
    except (ValueError, RecursionError) as error:
        raise Invalid(NOT_JSON, field="file") from error
    if not isinstance(entries, list) or not entries:
        raise Invalid(NOT_A_LIST, field="file")
    if len(entries) > MOST_ROWS:
        raise Invalid(TOO_MANY, field="file", limit=f"{MOST_ROWS:,}")
    return _once_each([_row(number, entry) for number, entry in enumerate(entries, start=1)])


def _row(number: int, entry: Any) -> ExerciseRow:
    if not isinstance(entry, dict):
        return ExerciseRow(number, "", skipped=Reason(NO_ENTRY))
    name, key = _text(entry.get("name")), _text(entry.get("id"))
    reason = _unusable(name, key)
    try:
        draft = None if reason else draft_of(name, entry)
    except LeftOut as left_out:
        draft, reason = None, left_out.reason
    return ExerciseRow(number, name[:LONGEST_NAME], key if draft else "", draft, reason)


def _unusable(name: str, key: str) -> Reason | None:
    if not fold(name):
        return Reason(NO_NAME)
    if len(name) > LONGEST_NAME:
        return Reason(LONG_NAME, str(LONGEST_NAME))
    return Reason(NO_KEY) if not key or len(key) > LONGEST_KEY else None


def _text(value: Any) -> str:
    return " ".join(plain_text(value).split()) if isinstance(value, str) else ""


def _once_each(rows: list[ExerciseRow]) -> list[ExerciseRow]:
    """The rows with every second entry of one key or name left out."""
    seen: set[str] = set()
    kept = []
    for row in rows:
        marks = {f"key {row.key}", f"name {fold(row.name)}"} if row.draft else set()
        kept.append(ExerciseRow(row.number, row.name, skipped=Reason(TWICE)) if seen & marks else row)
        seen |= marks
    return kept
