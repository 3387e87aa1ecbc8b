"""A table whose cells are tinted by how much they hold: hours of the week, months after joining."""

from collections.abc import Sequence
from dataclasses import dataclass

LEVELS = 5
"""Tints above none; each cell says its number as well, for those who do not see the tint."""


@dataclass(frozen=True)
class HeatCell:
    """One cell: what it says, its tint from 0 (nothing) to `LEVELS`, and the list behind it."""

    text: str
    level: int = 0
    url: str = ""


@dataclass(frozen=True)
class HeatRow:
    """A row and what it stands for."""

    label: str
    cells: Sequence[HeatCell]


@dataclass(frozen=True)
class Heat:
    """The whole table; `corner` names what the rows are."""

    corner: str
    columns: Sequence[str]
    rows: Sequence[HeatRow]


def share_cell(share: float | None, url: str = "", *, most: float = 1) -> HeatCell:
    """A share in percent, tinted against `most` (the fullest cell of the table, so that a quiet gym sees its peaks);
    an empty cell where there is none (nothing to be a share of).
    """
    if share is None:
        return HeatCell("–")
    return HeatCell(f"{100 * share:.0f}%", min(LEVELS, int(share / most * LEVELS) + 1) if share else 0, url)
