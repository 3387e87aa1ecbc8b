"""What a swap moves from whom to whom, what the table of both would be, and when that cannot be. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from backoffice.bookings.shift_table import Planned, Table, instants
from backoffice.bookings.spans import Span, clear_of, joined, minus
from backoffice.bookings.working_time import Hours
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.shifts.days import Cell, spans_of
from backoffice.shifts.models import ShiftSwap

NOT_WORKED = N_("The hours that are given are not worked on that day.")
ALREADY_WORKED = N_("Whoever takes these hours already works in a part of them.")
AWAY = N_("Whoever takes these hours has time off then.")
_OFF = Planned([])


class Move(NamedTuple):
    """Hours of a day that go from one trainer to another."""

    giver: int
    taker: int
    day: date
    spans: list[Span]


def moves_of(swap: ShiftSwap) -> list[Move]:
    """The hours that are given and, in an exchange, those that come back."""
    given = [Move(swap.trainer_id, swap.other_id, swap.day, spans_of(swap.hours) or [])]
    if swap.back_day is None:
        return given
    return [*given, Move(swap.other_id, swap.trainer_id, swap.back_day, spans_of(swap.back_hours) or [])]


def cells_of(moves: Sequence[Move]) -> list[Cell]:
    """Every day of both that is touched, in order."""
    return sorted({(who, move.day) for move in moves for who in (move.giver, move.taker)})


def seen_of(table: Table, moves: Sequence[Move]) -> list[dict[str, Any]]:
    """The table of the days that are touched, as the request remembers it."""
    return [
        {
            "trainer_id": who,
            "day": day.isoformat(),
            "hours": [list(span) for span in table.get((who, day), _OFF).spans],
        }
        for who, day in cells_of(moves)
    ]


def table_after(table: Table, moves: Sequence[Move]) -> dict[Cell, list[Span]]:
    """The hours of the days that are touched once everything has moved.

    Refuses (Invalid) hours that are not worked, and hours in which whoever takes them would work twice.
    """
    after = {cell: list(table.get(cell, _OFF).spans) for cell in cells_of(moves)}
    for move in moves:
        cell = (move.giver, move.day)
        if not move.spans or minus(move.spans, after[cell]):
            raise Invalid(NOT_WORKED, field="hours")
        after[cell] = minus(after[cell], move.spans)
    for move in moves:
        cell = (move.taker, move.day)
        if not all(clear_of(after[cell], span) for span in move.spans):
            raise Invalid(ALREADY_WORKED, field="other_id")
        after[cell] = joined([*after[cell], *move.spans])
    return after


def check_present(hours: Hours, moves: Sequence[Move], zone: str) -> None:
    """Refuse (Invalid) hours in which whoever takes them has time off."""
    for move in moves:
        away = joined(hours.away[move.taker])
        if not all(clear_of(away, span) for span in instants(move.day, move.spans, zone)):
            raise Invalid(AWAY, field="other_id")
