"""The first sheet of an Excel workbook as rows of text, read as a stream within fixed limits.

A workbook is a ZIP of XML and may come from anybody: only the parts needed are unpacked, no more bytes of them than
allowed, and a document type (the door to entities that multiply) is refused.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from xml.parsers import expat

from backoffice.core.errors import Invalid
from backoffice.core.language import N_

SIGNATURE = b"PK\x03\x04"
MOST_UNPACKED = 40 * 1024 * 1024  # bytes of all parts together
WIDEST = 120  # columns read; who reads a row refuses more than its own limit
DEEPEST_ROW = 30_000  # rows read, empty ones between counted
DEEPEST_NESTING = 30  # a sheet needs about eight

UNREADABLE = N_("This Excel file cannot be read. Please open it in Excel and save it again, or as CSV.")
TOO_LARGE = N_("This Excel file is too large when unpacked. Please split it, or save it as CSV.")

_CHUNK = 64 * 1024
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_DATES = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.|General|Standard', re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[ymdhseg年月日時分秒]", re.IGNORECASE)
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - wall time, no zone in a sheet
_LAST_SERIAL = 2_958_465  # 31 December 9999


def rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet with their numbers; rows left out in the file come as empty ones.

    Days and times are written `2026-04-13 19:00`, whole numbers without a point. Refuses (Invalid) what is no
    workbook, is locked, or is larger than the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            yield from _Workbook(book).rows()
    except (
        zipfile.BadZipFile, zlib.error, expat.ExpatError, RuntimeError, NotImplementedError, EOFError, LookupError,
        ValueError, OverflowError,
    ):  # fmt: skip
        raise Invalid(UNREADABLE, field="file") from None


class _Workbook:
    """The parts of a workbook that matter, read one after the other."""

    def __init__(self, book: zipfile.ZipFile) -> None:
        self._book, self._left = book, MOST_UNPACKED
        self._path: list[str] = []
        self._texts: list[str] = []
        self._is_date: list[bool] = []
        self._epoch = _EPOCH
        self._sheet = "xl/worksheets/sheet1.xml"

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Read the parts, then the sheet."""
        relation = self._parse_workbook()
        self._parse_relations(relation)
        self._parse_styles()
        self._parse_texts()
        return iter(self._parse_sheet())

    def _parse(
        self,
        name: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Feed one part to handlers; a part that is not there is skipped. Names come without their namespace.

        While they run, `_path` holds the elements around.
        """
        if name not in self._book.NameToInfo:
            return
        if self._book.getinfo(name).compress_type not in _METHODS:
            raise Invalid(UNREADABLE, field="file")
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = lambda tag, attrs: start(self._enter(tag), attrs)
        parser.EndElementHandler = lambda _tag: end(self._path.pop()) if end else self._path.pop()
        parser.CharacterDataHandler = text
        with self._book.open(name) as part:
            while chunk := part.read(_CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise Invalid(TOO_LARGE, field="file")
                parser.Parse(chunk)
            parser.Parse(b"", True)

    def _enter(self, tag: str) -> str:
        self._path.append(tag.rpartition(":")[2])
        if len(self._path) > DEEPEST_NESTING:
            raise Invalid(UNREADABLE, field="file")
        return self._path[-1]

    def _parse_workbook(self) -> str:
        sheets: list[str] = []

        def start(tag: str, attrs: dict[str, str]) -> None:
            if tag == "workbookPr" and attrs.get("date1904") in {"1", "true"}:
                self._epoch = _EPOCH_1904
            if tag == "sheet":
                sheets.extend(value for key, value in attrs.items() if key.rpartition(":")[2] == "id")

        if "xl/workbook.xml" not in self._book.NameToInfo:
            raise Invalid(UNREADABLE, field="file")
        self._parse("xl/workbook.xml", start)
        return sheets[0] if sheets else ""

    def _parse_relations(self, relation: str) -> None:
        def start(tag: str, attrs: dict[str, str]) -> None:
            if tag == "Relationship" and attrs.get("Id") == relation:
                target = attrs.get("Target", "")
                self._sheet = target[1:] if target.startswith("/") else f"xl/{target}"

        self._parse("xl/_rels/workbook.xml.rels", start)

    def _parse_styles(self) -> None:
        custom: dict[int, str] = {}

        def start(tag: str, attrs: dict[str, str]) -> None:
            if tag == "numFmt":
                custom[int(attrs["numFmtId"])] = attrs.get("formatCode", "")
            if tag == "xf" and "cellXfs" in self._path:
                self._is_date.append(_shows_date(int(attrs.get("numFmtId", "0")), custom))

        self._parse("xl/styles.xml", start)

    def _parse_texts(self) -> None:
        parts: list[str] = []

        def start(tag: str, _attrs: dict[str, str]) -> None:
            if tag == "si":
                parts.clear()

        def end(tag: str) -> None:
            if tag == "si":
                self._texts.append("".join(parts))

        def text(data: str) -> None:
            if self._path[-1] == "t" and "rPh" not in self._path:  # a reading printed above is not the text
                parts.append(data)

        self._parse("xl/sharedStrings.xml", start, end, text)

    def _parse_sheet(self) -> list[tuple[int, list[str]]]:
        sheet = _Sheet(self._value, self._path)
        if self._sheet not in self._book.NameToInfo:
            raise Invalid(UNREADABLE, field="file")
        self._parse(self._sheet, sheet.start, sheet.end, sheet.text)
        return sheet.rows

    def _value(self, kind: str, style: int, raw: str) -> str:
        """A cell as a person would type it."""
        if kind == "s":
            return self._texts[int(raw)] if raw else ""
        if kind in {"str", "inlineStr", "e"} or not raw:
            return "" if kind == "e" else raw
        if kind == "b":
            return "1" if raw == "1" else "0"
        if kind == "d":
            return raw.replace("T", " ")
        number = float(raw)
        if 0 <= style < len(self._is_date) and self._is_date[style] and 0 <= number <= _LAST_SERIAL:
            return _date_text(self._epoch, number)
        return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else raw


class _Sheet:
    """Handlers that gather the rows of a sheet."""

    def __init__(self, value: Callable[[str, int, str], str], path: list[str]) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self._value, self._path = value, path
        self._row: list[str] = []
        self._number = self._column = 0
        self._cell: tuple[str, int] = ("n", 0)
        self._parts: list[str] = []

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """A row, a cell, its value or its text begins."""
        if tag == "row":
            self._begin_row(int(attrs.get("r", self._number + 1)))
        elif tag == "c":
            named = _CELL.fullmatch(attrs.get("r", ""))
            self._column = _column_number(named[1]) if named else self._column + 1
            self._cell = attrs.get("t", "n"), int(attrs.get("s", "0"))
            self._parts.clear()

    def text(self, data: str) -> None:
        """Part of a value; formulas and readings are left aside."""
        if self._path[-1] in {"v", "t"} and "rPh" not in self._path:
            self._parts.append(data)

    def end(self, tag: str) -> None:
        """A cell or a row is complete."""
        if tag == "c":
            self._put(self._value(*self._cell, "".join(self._parts)))
        elif tag == "row":
            self.rows.append((self._number, self._row))

    def _begin_row(self, number: int) -> None:
        if not self._number < number <= DEEPEST_ROW:
            raise Invalid(N_("The file has more than %(limit)s rows."), field="file", limit=DEEPEST_ROW)
        self.rows += [(empty, []) for empty in range(self._number + 1, number)]
        self._number, self._column, self._row = number, 0, []

    def _put(self, value: str) -> None:
        if not value:
            return
        if self._column > WIDEST:
            raise Invalid(
                N_("Row %(row)s has more than %(limit)s columns."),
                field="file",
                row=self._number,
                limit=WIDEST,
            )
        self._row += [""] * (self._column - len(self._row))
        self._row[self._column - 1] = value


def _refuse_doctype(*_: Any) -> None:
    raise Invalid(UNREADABLE, field="file")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _shows_date(format_id: int, custom: dict[int, str]) -> bool:
    if format_id in custom:
        return _DATE_LETTERS.search(_NOT_DATES.sub("", custom[format_id])) is not None
    return format_id in _DATE_FORMATS


def _date_text(epoch: datetime, number: float) -> str:
    """A serial number of days as a day, a time of day, or both; to the minute, as people write them."""
    at = epoch + timedelta(minutes=round(number * 1440))
    if number < 1:
        return f"{at:%H:%M}"
    return f"{at:%Y-%m-%d %H:%M}" if number % 1 else f"{at:%Y-%m-%d}"
