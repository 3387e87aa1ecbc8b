"""PDF pages carry the characters of Japanese names, and their lines end where Japanese lines may."""

import io
import logging
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from backoffice.core.logs import configure
from backoffice.core.paper.breaking import NOT_FIRST, NOT_LAST, lines
from backoffice.core.paper.sheet import Column, Sheet

NOW = datetime(2026, 11, 29, 0, 0, tzinfo=UTC)
RARE = "髙﨑濵邉邊齋齊𠮷栁彅①㈱㍻様"


def _pages(sheet: Sheet) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(sheet.content())).pages]


def test_a_page_carries_the_rare_characters_of_names() -> None:
    sheet = Sheet("領収書", language="ja", at=NOW, footer="第1号")
    sheet.text(RARE, size=16, bold=True)
    sheet.facts([("宛名", f"{RARE} Ōta é")])
    sheet.amount("金額", "¥158,000")
    (page,) = _pages(sheet)
    assert page.count(RARE) == 2
    assert "Ōta é" in page
    assert "¥158,000" in page
    assert "第1号 1/1" in " ".join(page.split())


def test_a_character_that_no_face_has_is_shown_as_printers_do() -> None:
    sheet = Sheet("x", language="ja", at=NOW)
    sheet.text("花子🏋様")
    assert "花子〓様" in _pages(sheet)[0]


def test_line_ends_of_every_kind_are_line_ends() -> None:
    sheet = Sheet("x", language="ja", at=NOW)
    sheet.text("京都市中京区\r\n烏丸通1-2\r三階\tA")
    sheet.facts([("住所", "左京区\r\n岡崎")])
    (page,) = _pages(sheet)
    assert "〓" not in page
    assert "京都市中京区\n烏丸通1-2\n三階 A" in page
    assert "岡崎" in page


def test_the_log_says_nothing_of_the_characters_of_a_page(caplog: pytest.LogCaptureFixture) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    configure("INFO")
    logging.getLogger().addHandler(caplog.handler)
    sheet = Sheet("x", language="ja", at=NOW)
    sheet.text(RARE)
    sheet.content()
    assert [one for one in caplog.records if one.name.startswith("fontTools")] == []
    logging.getLogger().handlers[:], level = before
    logging.getLogger().setLevel(level)


def test_a_long_table_says_its_heads_on_each_page() -> None:
    sheet = Sheet("x", language="en", at=NOW)
    columns = [Column("品目", 3), Column("金額", 1, is_number=True)]
    sheet.table(columns, [(f"行{n}", str(n)) for n in range(120)], total=("合計", "7140"))
    pages = _pages(sheet)
    assert len(pages) > 2
    assert all("品目" in page for page in pages[:-1])
    assert "7140" in pages[-1]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("本日入会いたします。", 9, ["本日入会いたしま", "す。"]),
        ("会員は「休会」できる", 4, ["会員は", "「休会」", "できる"]),
        ("one two three", 8, ["one two", "three"]),
        ("料金は¥158,000です", 9, ["料金は", "¥158,000で", "す"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("一行目\n二行目", 9, ["一行目", "二行目"]),
        ("", 9, [""]),
    ],
)
def test_lines_end_where_they_may(text: str, width: int, expected: list[str]) -> None:
    assert lines(text, width, len) == expected


@given(st.text(st.sampled_from("あ一、。「」a b1,ー"), max_size=60), st.integers(6, 20))
def test_no_word_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    broken = lines(text, width, len)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= width for line in broken)
    for line, following in pairwise(broken):
        if len(line) < width:  # else it was cut where it had to be
            assert following[:1] not in NOT_FIRST
            assert line[-1:] not in NOT_LAST
