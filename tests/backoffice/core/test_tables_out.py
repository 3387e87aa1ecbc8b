"""What leaves as a table opens in Excel and runs nothing."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.core.tables.cells import csv_cell, read_cell
from backoffice.core.tables.writing import MOST_ROWS, TableKind, TooManyRows, write_csv, write_table


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+81 90 1234 5678",
        "-2",
        "@SUM(A1)",
        "＠SUM(A1)",
        "＝1+1",
        "＋1",
        "－1",
        " =1+1",
        "\t=1",
        "　@x",
    ],
)
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert csv_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["佐藤", "090-1234-5678", "1+1=2", "a@b.jp", "", "'quoted'"])
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert csv_cell(text) == text == read_cell(csv_cell(text))


def test_our_own_numbers_and_times_stay_numbers_and_times() -> None:
    assert csv_cell(-500) == "-500"
    assert csv_cell(None) == ""
    assert csv_cell(datetime(2026, 11, 24, 3, 0, tzinfo=UTC)) == "2026-11-24 12:00"


def test_a_file_reads_back_as_it_was_written() -> None:
    content = write_csv([["佐藤, 春香", "=1+1"], ["二\n行", 3]], ["お名前", "ご相談"])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [["お名前", "ご相談"], ["佐藤, 春香", "'=1+1"], ["二\n行", "3"]]
    assert read_cell(rows[1][1]) == "=1+1"


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_NASTY = st.builds(
    "".join,
    st.tuples(st.sampled_from(["", " ", "　", "\ufeff"]), st.sampled_from("=+-@\t\r\n＝＋－＠"), _TEXT),
)
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@given(st.lists(st.one_of(_TEXT, _NASTY), min_size=1, max_size=8))
def test_no_text_in_a_csv_begins_a_formula_and_every_text_comes_back(texts: list[str]) -> None:
    written = write_table(TableKind.CSV, ["a"] * len(texts), [texts], zone="Asia/Tokyo")
    _header, cells = csv.reader(io.StringIO(written.content.decode("utf-8-sig"), newline=""))
    for typed, cell in zip(texts, cells, strict=True):
        assert not re.match(r"[\s\ufeff]*[=+\-@＝＋－＠]", cell)
        if not typed.startswith("'"):
            assert read_cell(cell) == typed


@settings(deadline=None, max_examples=40)
@given(st.lists(st.one_of(_TEXT, _NASTY), min_size=1, max_size=8))
def test_a_workbook_holds_texts_as_texts_and_no_formula_at_all(texts: list[str]) -> None:
    written = write_table(TableKind.XLSX, ["a"] * len(texts), [texts], zone="Asia/Tokyo")
    sheet = sheet_of(written.content)
    assert not list(sheet.iter(f"{_SHEET}f"))
    assert {cell.get("t") for cell in sheet.iter(f"{_SHEET}c") if len(cell)} <= {"inlineStr"}


def test_a_workbook_keeps_numbers_days_and_times_as_such_and_phones_as_text() -> None:
    row = [7, "090-1234-5678", date(2026, 11, 24), datetime(2026, 11, 24, 3, 0, tzinfo=UTC), None, "=1+1"]
    written = write_table(TableKind.XLSX, ["A", "B", "C", "D", "E", "F"], [row], zone="Asia/Tokyo")
    assert written.rows == 1
    first, second, third, fourth, sixth = list(sheet_of(written.content).iter(f"{_SHEET}row"))[1]
    assert [cell.findtext(f"{_SHEET}v") for cell in (first, third, fourth)] == ["7", "46350", "46350.5"]
    assert ["".join(cell.itertext()) for cell in (second, sixth)] == ["090-1234-5678", "=1+1"]


def test_more_rows_than_anybody_reads_are_refused_before_they_fill_the_memory() -> None:
    taken = 0

    def rows() -> Iterator[list[int]]:
        nonlocal taken
        for number in range(MOST_ROWS * 2):
            taken = number
            yield [number]

    with pytest.raises(TooManyRows):
        write_table(TableKind.CSV, ["n"], rows(), zone="Asia/Tokyo")
    assert taken == MOST_ROWS


def sheet_of(content: bytes) -> ElementTree.Element:
    """The one sheet of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
