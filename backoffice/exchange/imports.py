"""A chosen file of people or of past bookings: read, its columns said once, looked at, imported once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from backoffice.core import uploads
from backoffice.core.audit import Actor
from backoffice.core.column_choices import remember_columns, remembered_columns
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_, translate
from backoffice.core.tables import columns as titles
from backoffice.core.tables.reading import MOST_BYTES, Table, read_table
from backoffice.core.tables.writing import write_csv
from backoffice.core.uploads import Upload
from backoffice.exchange import bookings_file, bookings_in, people_file, people_in
from backoffice.exchange.verdicts import LEFT_OUT, Judged, Verdict, counted
from backoffice.studio.models import Studio

MOST_ROWS = 5_000
"""Larger files are split: an import is one transaction, and somebody waits for it."""


class ImportKind(StrEnum):
    """What a file is full of; the value stands in addresses."""

    PEOPLE = "people"
    BOOKINGS = "bookings"


class ColumnsMissing(Invalid):
    """It is not known which column holds what no row can do without."""


WORDS: dict[ImportKind, titles.Words[StrEnum]] = {
    ImportKind.PEOPLE: dict(people_file.WORDS.items()),
    ImportKind.BOOKINGS: bookings_file.BOOKING_WORDS,
}
_MISSING = {
    ImportKind.PEOPLE: people_file.missing_columns,
    ImportKind.BOOKINGS: bookings_file.missing_columns,
}


@dataclass(frozen=True, slots=True)
class Read:
    """A file with its columns: what was said, else what was said of such a file before, else what titles say."""

    table: Table
    found: Mapping[StrEnum, int]
    missing: tuple[str, ...]
    is_remembered: bool

    def title_of(self, column: StrEnum) -> str:
        """The title of the column, or '' when the file has none."""
        return self.table.header[self.found[column]] if column in self.found else ""


def keep_file(kind: ImportKind, content: bytes, file_name: str, *, by: Actor, now: datetime) -> Upload:
    """Keep a file that can be read until somebody has looked at what it would do. Refuses (Invalid) another one."""
    upload = uploads.keep_upload(kind, content, file_name, most_bytes=MOST_BYTES, by=by, now=now)
    _table(kind, content)
    return upload


def kept_file(kind: ImportKind, token: str, *, by: Actor) -> Upload:
    """A kept file; only the one who chose it finds it again. Raises `NotFound`."""
    return uploads.find_upload(kind, token, by=by)


def read_file(kind: ImportKind, upload: Upload, studio: Studio) -> Read:
    """Read a kept file and settle its columns."""
    table = _table(kind, upload.content)
    said = upload.result.get("columns")
    before = remembered_columns(studio.id, kind, table.header) if said is None else None
    chosen = said if said is not None else before
    found = (
        _positions(kind, table, chosen) if chosen is not None else titles.recognise(table.header, WORDS[kind])
    )
    return Read(table, found, _MISSING[kind](found), is_remembered=chosen is not None)  # type: ignore[operator]


def choose_columns(
    kind: ImportKind, token: str, columns: Mapping[str, str], studio: Studio, *, by: Actor, now: datetime
) -> None:
    """Say which title each column has ('' for none); remembered for files with the same titles.

    Refuses (Invalid) a title that is not there or stands for two columns, and files without what they need.
    """
    upload = uploads.find_upload(kind, token, by=by, lock=True)
    table = _table(kind, upload.content)
    said = {name: title for name, title in columns.items() if title}
    if len(set(said.values())) < len(said):
        raise Invalid(N_("One column of the file was chosen twice."), field="columns")
    _check_missing(_MISSING[kind](_positions(kind, table, said)))  # type: ignore[operator]
    if upload.imported_at is None:
        upload.result = {**upload.result, "columns": said}
    remember_columns(studio.id, kind, table.header, said, now=now)
    db.session.flush()


def preview(kind: ImportKind, read: Read, studio: Studio, *, now: datetime) -> list[Judged]:
    """The verdict on every row, in their order."""
    if kind is ImportKind.PEOPLE:
        return people_in.plan(
            _people(read, studio, now),
        )
    return bookings_in.plan(_bookings(read, studio), studio, now=now)


def import_file(
    kind: ImportKind, token: str, studio: Studio, *, with_doubtful: bool = False, by: Actor, now: datetime
) -> Upload:
    """Import a kept file once; asked again, it shows what was done. Refuses a file whose columns are not known."""
    upload = uploads.find_upload(kind, token, by=by, lock=True)
    if upload.imported_at is not None:
        return upload
    read = read_file(kind, upload, studio)
    _check_missing(read.missing)
    if kind is ImportKind.PEOPLE:
        rows = people_in.run(_people(read, studio, now), with_doubtful=with_doubtful, by=by, now=now)
    else:
        rows, with_doubtful = bookings_in.run(_bookings(read, studio), studio, by=by, now=now), False
    upload.imported_at = now
    upload.result = {**upload.result, **_told(rows, with_doubtful=with_doubtful)}
    db.session.flush()
    return upload


def left_out(kind: ImportKind, upload: Upload, language: str) -> list[tuple[str, tuple[str, ...]]]:
    """The rows that an import left out, as they were, each with the reason in the reader's language."""
    cells = dict(_table(kind, upload.content).rows)
    return [
        (translate(why, language), cells.get(number, ())) for number, why in upload.result.get("left_out", ())
    ]


def left_out_csv(kind: ImportKind, upload: Upload, language: str) -> bytes:
    """The same rows as CSV, to be put right and imported again."""
    header = _table(kind, upload.content).header
    rows = [
        [why, *cells, *[""] * (len(header) - len(cells))] for why, cells in left_out(kind, upload, language)
    ]
    return write_csv(rows, [translate("Reason", language), *header])


def _table(kind: ImportKind, content: bytes) -> Table:
    table = read_table(content, is_header=lambda header: bool(titles.recognise(header, WORDS[kind])))
    if len(table.rows) > MOST_ROWS:
        raise Invalid(N_("The file has more than %(limit)s rows."), field="file", limit=f"{MOST_ROWS:,}")
    return table


def _positions(kind: ImportKind, table: Table, chosen: Mapping[str, str]) -> dict[StrEnum, int]:
    """Where the chosen titles stand. Refuses one that is not there; unknown columns are passed over."""
    return {
        column: titles.position(table.header, chosen[column]) for column in WORDS[kind] if chosen.get(column)
    }


def _check_missing(missing: Sequence[str]) -> None:
    if missing:
        raise ColumnsMissing(_NEEDED[missing[0]], field="columns")


_NEEDED = {
    "name": N_("Please say which column holds the name or the kana."),
    "when": N_("Please say which column holds the day and time (one column, or two)."),
    "service": N_("Please say which column holds the service."),
    "trainer": N_("Please say which column holds the trainer."),
}


def _people(read: Read, studio: Studio, now: datetime) -> list[people_file.PersonRow]:
    found = {column: read.found[column] for column in people_file.PersonColumn if column in read.found}
    return people_file.read_people(read.table, found, zone=studio.zone, now=now)


def _bookings(read: Read, studio: Studio) -> list[bookings_file.BookingRow]:
    return bookings_file.read_bookings(read.table, read.found, zone=studio.zone)


def _told(rows: Sequence[Judged], *, with_doubtful: bool) -> dict[str, Any]:
    """What an import did, without a name: counts, and the rows left out with their reasons."""
    out = [one for one in LEFT_OUT if not (with_doubtful and one is Verdict.DOUBTFUL)]
    counts = counted(rows)
    added = counts[Verdict.NEW] + (counts[Verdict.DOUBTFUL] if with_doubtful else 0)
    return {
        "counts": counts,
        "added": added,
        "left_out": [[row.number, row.why] for row in rows if row.verdict in out],
    }
