"""Which column of a file is which: by the words of its header, or as somebody said."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from backoffice.core.errors import Invalid
from backoffice.core.language import N_

C = TypeVar("C", bound=StrEnum)

Words = Mapping[C, tuple[str, str]]
"""For each column what its whole title may be, and what a part of it (patterns; both without noise, folded)."""

NOTHING = "(?!)"
"""A pattern for no title at all."""

_NOISE = re.compile(r"[\s()\[\]【】「」*※:;.,/_-]|必須|任意|半角|全角|required|optional")


def recognise(header: Sequence[str], words: Words[C], chosen: Mapping[C, str] | None = None) -> dict[C, int]:
    """Position of every column that is known by its words; `chosen` (column → header text) comes first.

    A whole title counts before a part of one, and the column further left before its repetition; columns are
    tried in the order of `words`. Refuses a choice that is no title of this file.
    """
    found = {column: position(header, title) for column, title in (chosen or {}).items() if title}
    titles = [_NOISE.sub("", unicodedata.normalize("NFKC", title).casefold()) for title in header]
    for whole in (True, False):
        for column, (exact, part) in words.items():
            pattern = re.compile(exact if whole else part)
            matches = pattern.fullmatch if whole else pattern.search
            for at, title in enumerate(titles):
                if column not in found and at not in found.values() and matches(title):
                    found[column] = at
    return found


def position(header: Sequence[str], title: str) -> int:
    """Where a title stands in the header. Refuses one that is not there."""
    if title not in header:
        raise Invalid(N_("The file has no column with this title."), field="columns")
    return header.index(title)


def cells_of(cells: Sequence[str], found: Mapping[C, int], column: type[C]) -> dict[C, str]:
    """A line by its columns; empty where the file has none or the line ends early."""
    at = {one: found.get(one, len(cells)) for one in column}
    return {one: cells[place] if place < len(cells) else "" for one, place in at.items()}
