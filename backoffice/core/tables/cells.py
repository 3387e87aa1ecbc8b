"""One cell of a table, as a file may hold it: what a spreadsheet could run is text, in CSV behind an apostrophe."""

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from backoffice.core.clock import DEFAULT_ZONE

# A spreadsheet runs a cell that begins with one of these, and some skip blanks first. Full-width forms are turned
# into half-width ones by some of them on the way in, so they count too.
_FORMULA = re.compile(r"[\s\ufeff]*[=+\-@＝＋－＠]|[ \u3000\ufeff]*[\t\r\n]")
_GUARD = "'"

Cell = str | int | float | Decimal | date | None


def csv_cell(value: Cell, zone: str = DEFAULT_ZONE) -> str:
    """One cell as text. What a spreadsheet could take for a formula gets an apostrophe in front of it.

    That includes phone numbers such as +81…: they stay readable. Numbers of our own (a negative sum) are
    numbers. Instants are written as the wall clock of `zone` shows them.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{wall_time(value, zone):%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return _GUARD + value if _FORMULA.match(value) else value
    return str(value)


def read_cell(text: str) -> str:
    """A cell as it was before `csv_cell`: the apostrophe in front of a formula is taken off again."""
    return text[1:] if text.startswith(_GUARD) and _FORMULA.match(text, 1) else text


def wall_time(at: datetime, zone: str) -> datetime:
    """An instant as the clock on a wall there shows it; spreadsheets know no zones."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
