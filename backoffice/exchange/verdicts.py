"""What an import says of each row of a file before anything is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """Exactly one for each row. NEW is imported, DOUBTFUL people only when somebody says so, the others never."""

    NEW = "new"
    ALREADY = "already"
    DOUBTFUL = "doubtful"
    OVERLAP = "overlap"
    REFUSED = "refused"
    BLANK = "blank"


LEFT_OUT = (Verdict.DOUBTFUL, Verdict.OVERLAP, Verdict.REFUSED)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row, its verdict and why (an English text to translate). It was compared with a person or a line of the file.

    `number` is what a spreadsheet shows; `shown` is what the preview tells of the row; `warnings` name cells that
    are left aside; `at` is when a booking began.
    """

    number: int
    shown: tuple[str, ...]
    verdict: Verdict
    why: str = ""
    person_id: int | None = None
    like_row: int | None = None
    warnings: tuple[str, ...] = ()
    at: datetime | None = None


def counted(rows: Sequence[Judged]) -> dict[str, int]:
    """How many rows got each verdict, and all as `rows`."""
    verdicts = Counter(row.verdict for row in rows)
    return {verdict.value: verdicts[verdict] for verdict in Verdict} | {"rows": len(rows)}
