"""Tables leaving the house as CSV: readable by Japanese Excel, and harmless whatever a stranger typed."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

# A spreadsheet runs a cell that begins with one of these. Full-width forms are turned into half-width ones
# by some of them on the way in, so they count too.
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
_GUARD = "'"

Cell = str | int | float | Decimal | date | None


def write_csv(rows: Iterable[Sequence[Cell]], header: Sequence[str]) -> bytes:
    """The rows under their header as UTF-8 with a byte order mark, every cell made safe."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([csv_cell(title) for title in header])
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig", errors="replace")


def csv_cell(value: Cell) -> str:
    """One cell as text. What a spreadsheet could take for a formula gets an apostrophe in front of it.

    That includes phone numbers such as +81…: they stay readable. Numbers of our own (a negative sum) are
    numbers. Times are written in ISO form.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, str):
        return _GUARD + value if value.lstrip(" \u3000\ufeff")[:1] in _FORMULA_STARTS and value else value
    return str(value)


def read_cell(text: str) -> str:
    """A cell as it was before `csv_cell`: the apostrophe in front of a formula is taken off again."""
    return text[1:] if text.startswith(_GUARD) and text[1:2] in _FORMULA_STARTS and len(text) > 1 else text
