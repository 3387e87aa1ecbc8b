"""Writing a table as CSV or as an Excel workbook, row by row: only the file itself stands in memory."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import xlsxwriter

from backoffice.core.clock import DEFAULT_ZONE
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.core.tables.cells import Cell, csv_cell, wall_time

MOST_ROWS = 50_000
LONGEST_XLSX_TEXT = 32_767  # characters; Excel takes no more in a cell
WIDE_COLUMNS, COLUMN_WIDTH = 30, 16  # characters

Row = Sequence[Cell]


class TableKind(StrEnum):
    """What a table may be written as; the value is the ending of the file's name."""

    CSV = "csv"
    XLSX = "xlsx"


class Written(NamedTuple):
    """A file, and how many rows stand under its header."""

    content: bytes
    rows: int


class TooManyRows(Invalid):
    """Nobody reads so long a list; and it would hold a worker for minutes."""

    message = N_("There are more than %(limit)s rows. Please narrow the list down first.")


def write_table(kind: TableKind, header: Sequence[str], rows: Iterable[Row], *, zone: str) -> Written:
    """The rows under their header, every cell made safe. Times are those of `zone`.

    Rows are taken one at a time, so they may come straight from the database. Raises `TooManyRows`.
    """
    counted = _Counted(rows)
    content = _WRITERS[kind](chain([header], counted), zone)
    return Written(content, counted.number)


def write_csv(rows: Iterable[Row], header: Sequence[str]) -> bytes:
    """As `write_table`, for rows of texts: UTF-8 with a byte order mark, which Japanese Excel needs."""
    return write_table(TableKind.CSV, header, rows, zone=DEFAULT_ZONE).content


class _Counted:
    """Rows that count themselves while they are taken."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows, self.number = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.number += 1
            if self.number > MOST_ROWS:
                raise TooManyRows(limit=f"{MOST_ROWS:,}")
            yield row


def _csv(rows: Iterable[Row], zone: str) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([csv_cell(cell, zone) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig", errors="replace")


def _xlsx(rows: Iterable[Row], zone: str) -> bytes:
    """Texts are written as texts, never guessed at, and their cells stay text when somebody edits them."""
    buffer = io.BytesIO()
    # Rows go through a file of this private folder, which is gone when the block ends, however it ends.
    with TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "tmpdir": folder})
        formats = {name: book.add_format({"num_format": code}) for name, code in _FORMATS.items()}
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, WIDE_COLUMNS - 1, COLUMN_WIDTH)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                _write_cell(sheet, (number, column), cell, formats, zone)
        book.close()
    return buffer.getvalue()


def _write_cell(sheet: Any, at: tuple[int, int], cell: Cell, formats: dict[str, Any], zone: str) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(*at, wall_time(cell, zone), formats["time"])
    elif isinstance(cell, date):
        sheet.write_datetime(*at, cell, formats["day"])
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(*at, cell)
    elif cell:
        text = cell.encode(errors="replace").decode()[:LONGEST_XLSX_TEXT]
        sheet.write_string(*at, text, formats["text"])


_FORMATS = {"text": "@", "day": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm"}
_WRITERS: dict[TableKind, Callable[[Iterable[Row], str], bytes]] = {
    TableKind.CSV: _csv,
    TableKind.XLSX: _xlsx,
}
