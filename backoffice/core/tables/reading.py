"""A file of rows from bytes: CSV in the encodings that forms and Excel write, or an Excel workbook; all bounded."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from backoffice.core.contact import plain_text
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.core.tables import workbook
from backoffice.core.tables.cells import read_cell

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 10_000

ENCODINGS = ("utf-8", "cp932", "utf-16", "euc_jp")
XLSX = "xlsx"
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SEPARATORS = ",\t;"


class EncodingUnknown(Invalid):
    """The characters of the file cannot be told; somebody has to say which encoding it has."""

    message = N_("The characters of this file cannot be recognised. Please choose how it was saved.")


@dataclass(frozen=True, slots=True)
class Table:
    """What was read: the header, and each line under it with the number a spreadsheet shows.

    `encoding` is one of ENCODINGS or XLSX. Cells are plain text, without the apostrophe of a guarded formula.
    """

    encoding: str
    separator: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(
    content: bytes, *, encoding: str | None = None, is_header: Callable[[Sequence[str]], bool]
) -> Table:
    """Read a file. `encoding` overrules what is recognised; `is_header` decides between encodings that both fit.

    Refuses (Invalid): more than 5 MB, 20,000 rows, 100 columns or 10,000 characters in a cell, an old or locked
    workbook, a quotation mark that never closes, an encoding that cannot be told, an empty file.
    """
    if len(content) > MOST_BYTES:
        raise Invalid(N_("The file is larger than %(limit)s MB."), field="file", limit=MOST_BYTES // 1024**2)
    if content.startswith(_OLD_WORKBOOK):
        raise Invalid(
            N_("This Excel workbook is of the old kind or has a password. Please save it as .xlsx or CSV."),
            field="file",
        )
    if content.startswith(workbook.SIGNATURE):
        used, separator = XLSX, ""
        lines: Iterable[tuple[int, Sequence[str]]] = workbook.rows(content)
    else:
        text, used = _decode(content, encoding, is_header)
        separator = _separator(text)
        lines = _csv_rows(text, separator)
    records = _checked(lines)
    header = next((cells for _, cells in records if any(cells)), ())
    if not header:
        raise Invalid(N_("The file is empty."), field="file")
    return Table(used, separator, header, tuple(records))


def _decode(
    content: bytes, encoding: str | None, is_header: Callable[[Sequence[str]], bool]
) -> tuple[str, str]:
    """The text and the encoding it was in. Without a mark the header's words decide between candidates."""
    mark = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)
    if encoding is not None and encoding not in ENCODINGS:
        raise EncodingUnknown(field="encoding")
    readings = []
    for candidate in [mark or encoding] if mark or encoding else ("utf-8", "cp932", "euc_jp"):
        try:
            text = content.decode(str(candidate))
        except UnicodeDecodeError:
            continue
        readings.append((text, str(candidate).removesuffix("-sig")))
    if not readings or "\0" in readings[0][0]:
        raise EncodingUnknown(field="encoding")
    return next((reading for reading in readings if is_header(_first_titles(reading[0]))), readings[0])


def _first_titles(text: str) -> list[str]:
    line = text.lstrip().split("\n", 1)[0]
    return [title.strip(' "\r') for title in re.split(f"[{_SEPARATORS}]", line)]


def _separator(text: str) -> str:
    line = text.lstrip().split("\n", 1)[0]
    return max(_SEPARATORS, key=line.count)


def _csv_rows(text: str, separator: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The cells of each line with its number in a spreadsheet."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader, None)
        except csv.Error:
            raise Invalid(
                N_("Row %(row)s cannot be read: a quotation mark is not closed, or a cell is too long."),
                field="file",
                row=number,
            ) from None
        if record is None:
            return
        yield number, record


def _checked(lines: Iterable[tuple[int, Sequence[str]]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Lines as plain text. Refuses what is over a limit."""
    for number, record in lines:
        _check_limits(number, record)
        yield number, tuple(read_cell(plain_text(cell)) for cell in record)


def _check_limits(number: int, record: Sequence[str]) -> None:
    if number > MOST_ROWS + 1:
        raise Invalid(N_("The file has more than %(limit)s rows."), field="file", limit=MOST_ROWS)
    if len(record) > MOST_COLUMNS:
        raise Invalid(
            N_("Row %(row)s has more than %(limit)s columns."), field="file", row=number, limit=MOST_COLUMNS
        )
    if any(len(cell) > LONGEST_CELL for cell in record):
        raise Invalid(
            N_("A cell in row %(row)s has more than %(limit)s characters."),
            field="file",
            row=number,
            limit=LONGEST_CELL,
        )
