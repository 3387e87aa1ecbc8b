"""The record of a client: read as one, saved as a whole, never over somebody else's words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from backoffice.clients.models import ClientRecord, Wish
from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import check_version
from backoffice.people.queries import check_health_kept, health_kept, held_person

TEXTS = ("goals", "history", "lifestyle", "preferences", "allergies", "emergency_contact")
HEALTH_TEXTS = ("goals", "history", "lifestyle", "allergies")
"""Closed once the consent to keep health data is taken back; whom to call and how they like a session stay."""
LONGEST = 2_000


@dataclass(frozen=True)
class Record:
    """What is known of a person, with the version a form carries (0: nothing was written yet)."""

    texts: Mapping[str, str]
    wishes: tuple[str, ...] = ()
    saved_at: datetime | None = None
    saved_by: str = ""
    version: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever written."""
        return self.saved_at is None


def record_of(person_id: int) -> Record:
    """The record of a person; one statement. Rows that a merge brought together are read as one, line by line.

    Without what is about health once the consent to keep it was taken back.
    """
    return _as_one(_rows_of(person_id))


def save_record(
    person_id: int,
    texts: Mapping[str, str],
    wishes: Collection[Wish],
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Record:
    """Keep the record as it was typed.

    Raises `NotFound`, `MergedAway`, `HealthTakenBack`, and `Stale` when somebody saved meanwhile. The audit keeps
    which parts changed, never what they say. Saving what is there already changes nothing.
    """
    held_person(person_id)
    check_health_kept(person_id)
    rows = _rows_of(person_id, lock=True)
    before = _as_one(rows)
    typed = {name: plain_text(texts.get(name, ""), LONGEST) for name in TEXTS}
    chosen = tuple(one.value for one in Wish if one in wishes)
    changed = [name for name in TEXTS if typed[name] != before.texts[name]]
    if chosen != before.wishes:
        changed.append("wishes")
    if not changed:
        return before
    check_version(before.version, version)
    kept = _one_row(person_id, [row for row, _is_open in rows])
    for name in TEXTS:
        setattr(kept, name, typed[name])
    kept.wishes, kept.saved_at, kept.saved_by = list(chosen), now, by.label
    kept.version = before.version + 1
    db.session.flush()
    record(
        "record.saved", "record", kept.id, by=by, now=now, person_id=person_id, after=dict.fromkeys(changed, "…")
    )  # fmt: skip
    return _as_one([(kept, True)])


def note_reading(person_id: int, *, by: Actor, now: datetime) -> Record:
    """The record for somebody who opens it; that it was opened is recorded, unless there is nothing in it."""
    found = record_of(person_id)
    if not found.is_empty:
        record("record.opened", "record", None, by=by, now=now, person_id=person_id)
    return found


def _rows_of(person_id: int, *, lock: bool = False) -> list[tuple[ClientRecord, bool]]:
    """Each row, and whether what is about health in it may still be read."""
    query = (
        select(ClientRecord, health_kept(person_id))
        .where(ClientRecord.person_id == person_id)
        .order_by(ClientRecord.id)
    )
    if lock:
        query = query.with_for_update(of=ClientRecord).execution_options(populate_existing=True)
    return [(row, bool(is_open)) for row, is_open in db.session.execute(query)]


def _one_row(person_id: int, rows: list[ClientRecord]) -> ClientRecord:
    """The row to write; what the others said was on the form, so they go (a merge can then not be taken back)."""
    for row in rows[1:]:
        db.session.delete(row)
    if rows:
        return rows[0]
    made = ClientRecord(person_id=person_id)
    db.session.add(made)
    return made


def _as_one(found: Sequence[tuple[ClientRecord, bool]]) -> Record:
    """The rows of a person as one record: each line once, every wish, the newest hand, the sum of the versions."""
    known = [row for row, _is_open in found]
    of_health = [row for row, is_open in found if is_open]
    newest = max(known, key=lambda row: row.saved_at, default=None)
    return Record(
        texts={
            name: _lines(getattr(row, name) for row in (of_health if name in HEALTH_TEXTS else known))
            for name in TEXTS
        },
        wishes=tuple(one.value for one in Wish if any(one in row.wishes for row in known)),
        saved_at=newest.saved_at if newest else None,
        saved_by=newest.saved_by if newest else "",
        version=sum(row.version for row in known),
    )


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))
