"""Everything kept about a person, as lists that a machine and a human can read, and the files that belong to it."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Table, and_, select

from backoffice.bookings.models import Booking
from backoffice.core.audit import Actor, record
from backoffice.core.db import Base, db
from backoffice.core.language import pick
from backoffice.erasure.given import GIVEN, Folder, is_hidden
from backoffice.erasure.rows import Theirs, found, of, visits_alone
from backoffice.erasure.rules import NOT_THEIRS
from backoffice.files.models import StoredFile
from backoffice.handover.models import NoteKind
from backoffice.messaging.entries import ConversationEntry, EntryFile
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person
from backoffice.screening.models import Screening, SheetVersion

Row = dict[str, Any]
OF_A_VISIT = (
    "service", "trainer", "room", "starts_at", "ends_at", "state", "channel", "is_named", "price_yen", "cancel_reason",
)  # fmt: skip
"""What a visit says of its booking."""
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


@dataclass(frozen=True)
class Section:
    """One list: the table it comes from and its rows, in words where there are words."""

    name: str
    folder: Folder
    rows: list[Row]

    @property
    def path(self) -> str:
        """Where it lies in the file."""
        return f"{self.folder}/{self.name}.json"


@dataclass(frozen=True)
class Disclosure:
    """What is handed out: lists, and which files go with them."""

    person: Person
    sections: list[Section]
    files: list[tuple[str, int, type[StoredFile] | type[EntryFile]]]

    def rows(self, name: str) -> list[Row]:
        """The rows of one list; none when there are none."""
        return next((one.rows for one in self.sections if one.name == name), [])


def disclose(person_id: int, *, by: Actor, now: datetime) -> Disclosure:
    """Everything kept about a person and the rows merged into theirs, for themselves; that it was taken is recorded.

    Nothing of others is in it: of a pair only their own part, and no note on the booking both share. Raises `NotFound`,
    `MergedAway`, `Erased`.
    """
    person = find_person(person_id)
    theirs = found(person_id)
    sections = [one for one in _sections(theirs, person.language) if one.rows]
    files = list(_files(theirs))
    after = {"rows": sum(len(one.rows) for one in sections), "files": len(files)}
    record("person.data_given", "person", person_id, by=by, now=now, person_id=person_id, after=after)
    return Disclosure(person, sections, files)


def pack(given: Disclosure, index: str) -> bytes:
    """The file to hand out: the page to begin with, a list for each kind, and the files one after another."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", index)
        for section in given.sections:
            archive.writestr(
                section.path, json.dumps(section.rows, ensure_ascii=False, indent=1, default=_plain)
            )
        for path, file_id, model in given.files:
            content = db.session.scalar(select(model.content).where(model.id == file_id))
            archive.writestr(path, content or b"", zipfile.ZIP_STORED)
    return packed.getvalue()


def _sections(theirs: Theirs, language: str) -> Iterator[Section]:
    for name, folder in GIVEN.items():
        table = Base.metadata.tables[name]
        if name == "participants":
            yield Section("visits", folder, _visits(theirs, language))
        elif name == "bookings":
            yield Section("booking_notes", folder, _booking_notes(theirs))
        elif name == "handover_notes":
            is_health = table.c.kind == NoteKind.HEALTH
            yield Section(name, folder, _rows(table, theirs, language, ~is_health))
            yield Section(f"{name}_to_trainers", Folder.HEALTH, _rows(table, theirs, language, is_health))
        else:
            yield Section(name, folder, _rows(table, theirs, language))
    yield Section("screening_questions", Folder.HEALTH, _questions(theirs))


def _rows(table: Table, theirs: Theirs, language: str, *more: Any) -> list[Row]:
    """The rows of a table as they are kept, without what stays inside; what the gym set up is called by its name."""
    columns: list[Any] = []
    joined: Any = table
    named: dict[str, str] = {}
    for column in table.columns:
        target = next((key.column for key in column.foreign_keys), None)
        if is_hidden(column.name) or (target is not None and target.table.name == "people"):
            continue
        if target is None or target.table.name not in NOT_THEIRS or "name_ja" not in target.table.c:
            columns.append(column)
            continue
        other = target.table.alias(f"of_{column.name}")
        joined = joined.outerjoin(other, other.c[target.name] == column)
        named[column.name] = column.name.removesuffix("_id")
        columns += [other.c.name_ja.label(f"{column.name}_ja"), other.c.name_en.label(f"{column.name}_en")]
    query = select(*columns).select_from(joined).where(of(table, theirs), *more)
    found_rows = db.session.execute(query.order_by(table.c.id)).mappings()
    return [_said(dict(row), named, language) for row in found_rows]


def _said(row: Row, named: dict[str, str], language: str) -> Row:
    for column, word in named.items():
        names = row.pop(f"{column}_ja"), row.pop(f"{column}_en")
        row[word] = pick(language, names[0] or "", names[1] or "")
    return row


def _plain(value: object) -> str:
    """What JSON has no form for: moments and days as ISO 8601, amounts as they are written."""
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)


def _visits(theirs: Theirs, language: str) -> list[Row]:
    """Each visit with what was booked: own attendance, own fee; who else was there is not said."""
    bookings, participants = Base.metadata.tables["bookings"], Base.metadata.tables["participants"]
    booked = {row["id"]: row for row in _rows(bookings, theirs, language)}
    own = _rows(participants, theirs, language)
    rows = [{name: booked[row["booking_id"]][name] for name in OF_A_VISIT} | row for row in own]
    return sorted(rows, key=lambda row: row["starts_at"])


def _booking_notes(theirs: Theirs) -> list[Row]:
    """Notes on bookings they had to themselves."""
    is_theirs = Booking.id.in_(visits_alone(theirs))
    query = select(Booking.starts_at, Booking.note).where(is_theirs, Booking.note.is_not(None))
    return [{"starts_at": at, "note": note} for at, note in db.session.execute(query.order_by(Booking.id))]


def _questions(theirs: Theirs) -> list[Row]:
    """What was asked on the sheets that they answered."""
    answered = select(Screening.version_id).where(Screening.person_id.in_(theirs.people))
    query = select(SheetVersion.id, SheetVersion.questions).where(SheetVersion.id.in_(answered))
    return [{"version_id": number, "questions": asked} for number, asked in db.session.execute(query)]


def _files(theirs: Theirs) -> Iterator[tuple[str, int, type[StoredFile] | type[EntryFile]]]:
    own = select(StoredFile.id, StoredFile.media_type, StoredFile.shelf).where(
        StoredFile.person_id.in_(theirs.people), StoredFile.content.is_not(None)
    )
    for number, media_type, shelf in db.session.execute(own.order_by(StoredFile.id)):
        yield f"files/{shelf.lower()}-{number}.{ENDINGS.get(media_type, 'bin')}", number, StoredFile
    said = (
        select(EntryFile.id, EntryFile.media_type)
        .join(ConversationEntry, ConversationEntry.id == EntryFile.entry_id)
        .where(and_(of(Base.metadata.tables["conversation_entries"], theirs)), EntryFile.content.is_not(None))
    )
    for number, media_type in db.session.execute(said.order_by(EntryFile.id)):
        yield f"files/line-{number}.{ENDINGS.get(media_type, 'bin')}", number, EntryFile
