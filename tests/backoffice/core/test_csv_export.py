"""What leaves as CSV opens in Excel and runs nothing."""

import csv
import io
from datetime import UTC, datetime

import pytest

from backoffice.core.csv_export import csv_cell, read_cell, write_csv


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
    assert csv_cell(datetime(2026, 11, 24, 3, 0, tzinfo=UTC)) == "2026-11-24 03:00+00:00"


def test_a_file_reads_back_as_it_was_written() -> None:
    content = write_csv([["佐藤, 春香", "=1+1"], ["二\n行", 3]], ["お名前", "ご相談"])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [["お名前", "ご相談"], ["佐藤, 春香", "'=1+1"], ["二\n行", "3"]]
    assert read_cell(rows[1][1]) == "=1+1"
