"""Where the next page of a list behind a number begins, written into the address and read back."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

from flask import request

PAGE = 50

Row = TypeVar("Row")
Moment = TypeVar("Moment", date, datetime)


def mark_after(rows: Sequence[Row], place: Callable[[Row], tuple[date, int]]) -> str | None:
    """The place of the last row of a page when there are more; `rows` holds one row too many then."""
    if len(rows) <= PAGE:
        return None
    moment, number = place(rows[PAGE - 1])
    return f"{moment.isoformat()}_{number}"


def read_after(kind: type[Moment]) -> tuple[Moment, int] | None:
    """The place to continue behind: a day (or an instant) and an id; None when it makes no sense."""
    moment, _dash, number = request.args.get("after", "")[:60].replace(" ", "+").partition("_")
    try:
        found = kind.fromisoformat(moment)
    except ValueError:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    if isinstance(found, datetime) and found.tzinfo is None:
        return None
    return found, int(number)
