"""Excel workbooks as somebody uploads them: read as a person would type the cells, and never past the limits."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.core.errors import Invalid
from backoffice.core.tables import workbook
from backoffice.core.tables.reading import MOST_ROWS, XLSX, read_table
from backoffice.core.tables.writing import TableKind, write_table

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def book(sheet: str = "", **parts: str) -> bytes:
    """A workbook of our own making, with what Excel would not write."""
    files = {
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="rId7"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId7" Target="worksheets/one.xml"/>'
        "</Relationships>",
        "xl/worksheets/one.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{sheet}</sheetData></worksheet>',
        **parts,
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(name, text)
    return content.getvalue()


def cells(content: bytes) -> list[tuple[int, list[str]]]:
    return list(workbook.rows(content))


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.lists(st.text('春夏=+-@ab1 <&"', max_size=8), min_size=3, max_size=3), min_size=1, max_size=5)
)
def test_texts_we_wrote_are_read_back(rows: list[list[str]]) -> None:
    content = write_table(TableKind.XLSX, ["A", "B", "C"], rows, zone="Asia/Tokyo").content
    table = read_table(content, is_header=lambda _: True)
    assert (table.encoding, table.header) == (XLSX, ("A", "B", "C"))
    read = [list(line) + [""] * (3 - len(line)) for _, line in table.rows]
    read += [["", "", ""]] * (len(rows) - len(read))
    assert read == [[cell.strip() for cell in row] for row in rows]


def test_days_times_and_numbers_are_read_as_people_write_them() -> None:
    row = [date(2026, 4, 13), datetime(2026, 4, 13, 10, 30, tzinfo=UTC), 9012345678, 1.5, True]
    content = write_table(TableKind.XLSX, ["A", "B", "C", "D", "E"], [row], zone="Asia/Tokyo").content
    assert cells(content)[1] == (2, ["2026-04-13", "2026-04-13 19:30", "9012345678", "1.5", "1"])


def test_shared_texts_lose_the_reading_above_them_and_rows_left_out_keep_their_number() -> None:
    strings = (
        "<sst><si><t>佐藤</t><rPh><t>サトウ</t></rPh></si><si><r><t>春</t></r><r><t>香</t></r></si></sst>"
    )
    sheet = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
        '<row r="4"><c r="B4"><f>1+1</f><v>2</v></c></row>'
    )
    read = cells(book(sheet, **{"xl/sharedStrings.xml": strings}))
    assert read == [(1, ["佐藤", "", "春香"]), (2, []), (3, []), (4, ["", "2"])]


def test_the_calendar_of_old_macs_and_formats_of_ones_own_are_understood() -> None:
    styles = (
        '<styleSheet><numFmts><numFmt numFmtId="200" formatCode="yyyy&quot;年&quot;m"/>'
        '<numFmt numFmtId="201" formatCode="&quot;day&quot;0"/></numFmts>'
        '<cellXfs><xf numFmtId="200"/><xf numFmtId="201"/><xf numFmtId="20"/></cellXfs></styleSheet>'
    )
    head = (
        f'<workbook xmlns="{SHEET}" xmlns:r="{RELATIONS}"><workbookPr date1904="1"/>'
        '<sheets><sheet r:id="rId7"/></sheets></workbook>'
    )
    sheet = '<row><c s="0"><v>1</v></c><c s="1"><v>1</v></c><c s="2"><v>0.5</v></c></row>'
    read = cells(book(sheet, **{"xl/styles.xml": styles, "xl/workbook.xml": head}))
    assert read == [(1, ["1904-01-02", "1", "12:00"])]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and then nothing",
        book("<row><c><v>1</v></row>"),
        book('<row><c t="s"><v>99</v></c></row>'),
        book('<row r="x"/>'),
        book("<row><c><v>1</v></c></row>" + "<a>" * 40 + "</a>" * 40),
        book('<row r="5"/><row r="5"/>'),
        book(**{"xl/workbook.xml": ""}),
        book(
            **{
                "xl/worksheets/one.xml": '<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData><row>'
                '<c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
            }
        ),
        b"\xd0\xcf\x11\xe0 an old or locked workbook",
    ],
)
def test_nonsense_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_table(content, is_header=lambda _: True)


def test_a_bomb_is_not_unpacked_further_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 1024 * 1024)
    bomb = book("<row/>" + " " * 10_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(Invalid, match="unpacked"):
        cells(bomb)


@pytest.mark.parametrize(
    "sheet",
    [
        f'<row r="{workbook.DEEPEST_ROW + 1}"><c><v>1</v></c></row>',
        '<row r="1"><c r="XFD1"><v>1</v></c></row>',
        f'<row r="{MOST_ROWS + 2}"><c><v>1</v></c></row>',
        f'<row><c t="str"><v>{"x" * 10_001}</v></c></row>',
    ],
)
def test_a_cell_far_out_or_too_long_is_refused(sheet: str) -> None:
    with pytest.raises(Invalid, match="more than"):
        read_table(book(sheet), is_header=lambda _: True)


def test_a_row_is_not_filled_up_to_a_cell_far_to_the_right() -> None:
    with pytest.raises(Invalid, match="columns"):
        cells(book('<row r="1"><c r="XFD1"><v>1</v></c></row>'))
