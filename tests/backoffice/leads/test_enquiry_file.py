"""Enquiry files as gyms have them: whatever wrote them, the same people come out."""

import codecs
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.core.errors import Invalid
from backoffice.core.tables.cells import csv_cell
from backoffice.core.tables.dates import parse_when
from backoffice.core.tables.reading import LONGEST_CELL, MOST_BYTES, EncodingUnknown
from backoffice.leads.enquiry_columns import Column
from backoffice.leads.enquiry_file import (
    BAD_MAIL,
    BAD_PHONE,
    BAD_RECEIVED,
    BAD_WISH,
    NO_CONTACT,
    NO_NAME,
    EnquiryFile,
    EnquiryRow,
    read_enquiries,
)
from backoffice.leads.enquiry_match import RowKind, count, judge

DATA = Path(__file__).parents[2] / "data"
FILES = ("enquiries-utf8", "enquiries-excel-cp932")

HEADER = "タイムスタンプ,お名前,フリガナ,電話番号,メールアドレス,ご希望,第一希望日時,きっかけ,ご相談内容"


def read(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> EnquiryFile:
    return read_enquiries("\r\n".join((header, *lines, "")).encode(encoding))


def row(line: str, header: str = HEADER) -> EnquiryRow:
    return read(line, header=header).rows[0]


@pytest.mark.parametrize("name", FILES)
def test_each_real_file_is_judged_as_its_truth_says(name: str) -> None:
    file = read_enquiries((DATA / f"{name}.csv").read_bytes())
    assert count(judge(file.rows)) == json.loads((DATA / f"{name}.truth.json").read_text())


@pytest.mark.parametrize("name", FILES)
def test_saving_again_in_another_encoding_changes_no_key(name: str) -> None:
    content = (DATA / f"{name}.csv").read_bytes()
    first = read_enquiries(content)
    text = content.decode("utf-8-sig" if first.encoding == "utf-8" else first.encoding)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp932"):
        again = read_enquiries(text.encode(encoding))
        assert [one.key for one in again.rows] == [one.key for one in first.rows]
        assert again.encoding == encoding.removesuffix("-sig")


@pytest.mark.parametrize("name", FILES)
def test_every_enquiry_of_a_file_has_a_key_of_its_own(name: str) -> None:
    rows = [one for one in read_enquiries((DATA / f"{name}.csv").read_bytes()).rows if not one.blank]
    assert len({one.key for one in rows}) == len(rows)


def test_what_excel_does_to_a_file_does_not_make_a_second_enquiry() -> None:
    before = row("2026/04/13 02:27:02,𠮷田 花,ヨシダ ハナ,090-1234-5678,,体験トレーニング,,LINE,相談です〜")
    after = row("2026/4/13 2:27,?田 花,ﾖｼﾀﾞ ﾊﾅ,9012345678,,体験トレーニング,,LINE,相談です?")
    assert before.key == after.key


def test_another_minute_or_person_is_another_enquiry() -> None:
    first = row("2026/04/13 2:27:02,佐藤,,090-1234-5678,,,,,")
    assert first.key != row("2026/04/13 2:28:02,佐藤,,090-1234-5678,,,,,").key
    assert first.key != row("2026/04/13 2:27:02,鈴木,,090-1234-5678,,,,,").key
    undated = row("2026/02/31,佐藤,,090-1234-5678,,,,,眠れない")
    assert undated.key != row("2026/02/31,佐藤,,090-1234-5678,,,,,腰が痛い").key


def test_a_row_is_understood() -> None:
    got = row(
        "令和8年9月10日 9時16分,髙橋　七夏,ﾀｶﾊｼ ﾅﾅﾐ,０９０－７６２２－３８９５,NANA@EXAMPLE.JP,体験トレーニング,"
        '2026/12/6 17:00,コラム:背中痩せ,"背中の\nはみ肉"'
    )
    assert got.number == 2
    assert got.received_at == datetime(2026, 9, 10, 0, 16, tzinfo=UTC)
    assert got.wish_at == datetime(2026, 12, 6, 8, 0, tzinfo=UTC)
    assert got.phone is not None
    assert (got.phone.e164, got.mail) == ("+819076223895", "nana@example.jp")
    assert (got.source_text, got.article) == ("コラム:背中痩せ", "背中痩せ")
    assert (got.body, got.warnings, got.rejected) == ("背中の\nはみ肉", (), None)


def test_a_cell_that_cannot_be_read_is_a_warning_and_keeps_the_row() -> None:
    got = row("2026/02/31 9:00:00,佐藤,,090-12,h@example.jp,,来週の夜,,")
    assert got.rejected is None
    assert got.warnings == (BAD_RECEIVED, BAD_PHONE, BAD_WISH)
    assert got.wish_text == "来週の夜"
    assert row("2026/02/01,佐藤,,090-1234-5678,not-an-address,,,,").warnings == (BAD_MAIL,)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2026/4/1,佐藤,,,,,,,", NO_CONTACT),
        ("2026/4/1,佐藤,,090-12,not-an-address,,,,", NO_CONTACT),
        ("2026/4/1,,,090-1234-5678,,,,,", NO_NAME),
        ("2026/4/1,　,,,,,,,", NO_NAME),
    ],
)
def test_a_row_nobody_can_be_reached_by_is_refused_with_a_reason(line: str, reason: str) -> None:
    assert row(line).rejected == reason


def test_a_reading_alone_is_a_name() -> None:
    assert row("2026/4/1,,サトウ,090-1234-5678,,,,,").rejected is None


def test_formulas_are_text_on_the_way_in_and_harmless_on_the_way_out() -> None:
    got = row("2026/4/1,佐藤,,090-1234-5678,,,,,=1+1")
    assert got.body == "=1+1"
    assert row(f"2026/4/1,佐藤,,090-1234-5678,,,,,{csv_cell('=1+1')}") == got


def test_columns_are_known_by_their_words_in_any_order_and_language() -> None:
    got = row(
        "Hana,Sato,h@example.jp,090-1234-5678,Trial,2026-04-01T09:00:00Z,Friend,Back pain,34",
        header="First name,Last name,Email address,Phone number,Interest,Submitted at,"
        "How did you hear about us?,Message,Age",
    )
    assert (got.name, got.mail, got.interest) == ("Sato Hana", "h@example.jp", "Trial")
    assert got.received_at == datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
    assert got.body == "Back pain\nAge: 34"  # nothing that was typed is lost


def test_titles_as_forms_write_them() -> None:
    file = read(
        header="お申し込み日時,お名前（漢字）【必須】,お名前（フリガナ）,お電話番号※ハイフンなし,メールアドレス（確認用）,"
        "ご希望のメニュー,第二希望日時,当ジムをお知りになったきっかけ,その他お問い合わせ"
    )
    assert set(file.columns) == {
        Column.RECEIVED, Column.NAME, Column.KANA, Column.PHONE, Column.MAIL,
        Column.INTEREST, Column.WISH, Column.SOURCE, Column.BODY,
    }  # fmt: skip


def test_unknown_titles_are_asked_for() -> None:
    header = "a,b,c"
    file = read("佐藤,090-1234-5678,x", header=header)
    assert (file.missing, file.rows) == (("name", "contact"), ())
    chosen = read_enquiries(f"{header}\n佐藤,090-1234-5678,x".encode(), columns={"name": "a", "phone": "b"})
    assert chosen.rows[0].name == "佐藤"
    for wrong in ({"name": "z"}, {"shoe": "a"}):
        with pytest.raises(Invalid):
            read_enquiries(header.encode(), columns=wrong)


def test_separators_and_older_encodings_are_recognised() -> None:
    line, header = "2026/4/1\t佐藤\t090-1234-5678", "日時\t氏名\t電話"
    for encoding in ("utf-8", "cp932", "euc_jp"):
        file = read(line, header=header, encoding=encoding)
        assert (file.separator, file.encoding, file.rows[0].name) == ("\t", encoding, "佐藤")


def test_an_encoding_nobody_can_tell_is_asked_for() -> None:
    content = HEADER.encode() + b"\n\xff\xff\x00"
    with pytest.raises(EncodingUnknown):
        read_enquiries(content)
    with pytest.raises(EncodingUnknown):
        read_enquiries(HEADER.encode("cp932"), encoding="utf-8")
    with pytest.raises(EncodingUnknown):
        read_enquiries(HEADER.encode(), encoding="rot13")
    unmarked = HEADER.encode("utf-16-le")
    assert read_enquiries(codecs.BOM_UTF16_LE + unmarked).missing == ()
    assert read_enquiries(unmarked, encoding="utf-16").encoding == "utf-16"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n,,\n",
        b"PK\x03\x04 a workbook",
        b"a" * (MOST_BYTES + 1),
        f"{HEADER}\n".encode() + b"a\n" * 20_001,
        f"{HEADER}\n".encode() + b"," * 100,
        f"{HEADER}\n{'あ' * (LONGEST_CELL + 1)}".encode(),
        f'{HEADER}\n"never closed'.encode(),
    ],
    ids=["empty", "blank", "workbook", "bytes", "rows", "columns", "cell", "quote"],
)
def test_what_is_too_large_or_broken_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        read_enquiries(content)
    assert refusal.value.message % refusal.value.params


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read_enquiries(HEADER.encode() + b"\n" + content)
    except Invalid:
        return


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026/04/13 2:27:02", (2026, 4, 12, 17, 27, 2)),
        ("2026-04-12T07:53:00+09:00", (2026, 4, 11, 22, 53)),
        ("2026-04-12T07:53:00Z", (2026, 4, 12, 7, 53)),
        ("2026/04/13 2:27:02 午後 GMT+9", (2026, 4, 13, 5, 27, 2)),
        ("2026/04/13 12:05 午前", (2026, 4, 12, 15, 5)),
        ("令和8年9月10日 9時16分", (2026, 9, 10, 0, 16)),
        ("令和元年5月1日", (2019, 4, 30, 15, 0)),
        ("平成31年4月30日 14時半", (2019, 4, 30, 5, 30)),
        ("昭和64年1月7日", (1989, 1, 6, 15, 0)),
        ("R8.9.10 9:16", (2026, 9, 10, 0, 16)),
        ("２０２６年４月１３日（月）　１４時０５分", (2026, 4, 13, 5, 5)),
        ("2026/12/6 17:00", (2026, 12, 6, 8, 0)),
    ],
)
def test_dates_as_they_are_written(text: str, utc: tuple[int, ...]) -> None:
    assert parse_when(text) == datetime(*utc, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    "text",
    ["", "来週の夜", "2026/02/31 9:00:00", "2026/13/1", "2026/4/1 25:00", "4/5/2026", "0000/1/1", "9999/1/1", "R99.1.1",
     "2026-04-12T07:53:00+99:00", "12月6日"],
)  # fmt: skip
def test_what_is_no_date_is_not_guessed(text: str) -> None:
    assert parse_when(text) is None


def test_rows_of_one_person_are_one_whatever_differs() -> None:
    file = read(
        "2026/4/1 9:00,渡邊 智也,ワタナベ トモヤ,080-0837-3313,a@example.jp,,,,",
        "2026/4/2 9:00,渡辺　智也,ﾜﾀﾅﾍﾞ ﾄﾓﾔ,+81 80 0837 3313,,,,,",
        "2026/4/3 9:00,,わたなべともや,,A@EXAMPLE.JP,,,,",
        "2026/4/4 9:00,渡辺 花,ワタナベ ハナ,08008373313,,,,,",
        "2026/4/5 9:00,渡辺 智也,ワタナベ トモヤ,090-1111-2222,,,,,",
        "2026/4/6 9:00,渡辺 月,ワタナベ ツキ,08008373313,not-an-address,,,,",
    )
    judged = judge(file.rows)
    kinds = [one.kind for one in judged]
    assert kinds == [
        RowKind.NEW, RowKind.AGAIN, RowKind.AGAIN, RowKind.FAMILY, RowKind.NEW, RowKind.UNCLEAR,
    ]  # fmt: skip
    assert judged[0].who is judged[1].who is judged[2].who
    assert len({id(one.who) for one in judged}) == 4


def test_a_person_is_met_again_by_what_an_earlier_row_added() -> None:
    file = read(
        "2026/4/1 9:00,佐藤花,,090-1111-2222,,,,,",
        "2026/4/2 9:00,佐藤花,,090-1111-2222,h@example.jp,,,,",
        "2026/4/3 9:00,佐藤花,,,h@example.jp,,,,",
    )
    assert [one.kind for one in judge(file.rows)] == [RowKind.NEW, RowKind.AGAIN, RowKind.AGAIN]
