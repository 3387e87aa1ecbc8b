"""The question a report page is asked, read from its address and written back into links."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from flask import request

from backoffice.reports.entries import Basis, Filters, Grouping
from backoffice.reports.funnel import Bucket
from blueprints.support.clock import today
from blueprints.support.studio import current_studio

Choice = TypeVar("Choice", bound=StrEnum)

NONE = "-"
"""In an address: those who have no article (source, trainer, service)."""

LONGEST_MONTHS = 36


@dataclass(frozen=True)
class Question:
    """What the address asks: which people, in which rows, and (for the list) which number."""

    filters: Filters
    grouping: Grouping
    bucket: Bucket

    def address(self, **changes: object) -> dict[str, str]:
        """Query parameters that ask the same with `changes`; None leaves a parameter out."""
        asked = self.filters
        values: dict[str, object | None] = {
            "basis": asked.basis.value,
            "from": f"{asked.first_month:%Y-%m}",
            "to": f"{asked.last_month:%Y-%m}",
            "group": self.grouping.value,
            "source": _written(asked.source),
            "article": _written(asked.article),
            "trainer": None if asked.trainer_id is None else (asked.trainer_id or NONE),
            "service": _written(asked.service),
            **changes,
        }
        return {key: str(value) for key, value in values.items() if value is not None}

    def row_address(self, key: str, bucket: Bucket) -> dict[str, str]:
        """Where the people behind one number of one row are listed."""
        if self.grouping == Grouping.MONTH:
            return self.address(**{"from": key[:7], "to": key[:7], "bucket": bucket.value})
        name = self.grouping.value
        value = NONE if key in {"", "0"} else key
        return self.address(**{name: value, "bucket": bucket.value})


def read_question() -> Question:
    """Read the address; what makes no sense falls back to the last twelve months of enquiries."""
    studio, asked = current_studio(), request.args
    this_month = today().replace(day=1)
    first = _month(asked.get("from"), _months_before(this_month, 11))
    last = _month(asked.get("to"), this_month)
    first, last = min(first, last), max(first, last)
    filters = Filters(
        studio_id=studio.id,
        zone=studio.zone,
        first_month=max(first, _months_before(last, LONGEST_MONTHS - 1)),
        last_month=last,
        basis=_choice(Basis, asked.get("basis"), Basis.ENQUIRY),
        source=_read(asked.get("source")),
        article=_read(asked.get("article")),
        trainer_id=_trainer(asked.get("trainer")),
        service=_read(asked.get("service")),
    )
    return Question(
        filters,
        _choice(Grouping, asked.get("group"), Grouping.MONTH),
        _choice(Bucket, asked.get("bucket"), Bucket.ALL),
    )


def _written(value: str | None) -> str | None:
    return value if value is None else (value or NONE)


def _read(value: str | None) -> str | None:
    if not value:
        return None
    return "" if value == NONE else value[:200].replace("\x00", "")


def _trainer(value: str | None) -> int | None:
    if value == NONE:
        return 0
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 18 else None


def _choice(kind: type[Choice], value: str | None, default: Choice) -> Choice:
    try:
        return kind(value)
    except ValueError:
        return default


def _month(value: str | None, default: date) -> date:
    try:
        month = date.fromisoformat(f"{(value or '')[:7]}-01")
    except ValueError:
        return default
    return month if 2000 <= month.year <= 2100 else default


def _months_before(month: date, count: int) -> date:
    for _ in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
    return month
