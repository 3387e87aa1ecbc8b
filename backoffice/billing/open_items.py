"""What is open at a studio: the list, its totals, and the same rows for a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from backoffice.billing.models import Invoice, invoice_label
from backoffice.billing.queries import CREDITED, OPEN, PAID
from backoffice.core.db import db, stream
from backoffice.people.models import Person


class Which(StrEnum):
    """Which open invoices are asked for."""

    ALL = "all"
    OVERDUE = "overdue"
    OWED = "owed"
    """What the gym owes a person: paid, and taken back later."""


class OpenItem(NamedTuple):
    """An invoice that is not settled, and whose it is."""

    invoice_id: int
    year: int
    number: int
    issued_on: date
    due_on: date
    due_yen: int
    paid_yen: int
    open_yen: int
    person_id: int
    name: str
    kana: str

    @property
    def label(self) -> str:
        """The number as it is printed."""
        return invoice_label(self.year, self.number)

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana

    @property
    def place(self) -> "Place":
        """Where it stands in the list."""
        return Place(self.due_on, self.invoice_id)


class Place(NamedTuple):
    """A place in the list: behind it the next page begins."""

    due_on: date
    invoice_id: int


@dataclass(frozen=True)
class Totals:
    """How many are open and overdue, and yen of each; what is owed to people is a positive number."""

    count: int
    open_yen: int
    overdue_count: int
    overdue_yen: int
    owed_count: int
    owed_yen: int


def open_items(
    studio_id: int, which: Which, *, today: date, after: Place | None = None, limit: int
) -> list[OpenItem]:
    """Invoices that are not settled, the earliest due first; `after` continues behind a place."""
    query = _listed(studio_id, which, today)
    if after is not None:
        query = query.where(tuple_(Invoice.due_on, Invoice.id) > tuple_(*after))
    return [OpenItem._make(row) for row in db.session.execute(query.limit(limit))]


def all_open_items(studio_id: int, which: Which, *, today: date) -> Iterator[OpenItem]:
    """All that `open_items` would show page by page. Inside `transaction()`."""
    return (OpenItem._make(row) for row in stream(_listed(studio_id, which, today)))


def totals(studio_id: int, *, today: date) -> Totals:
    """Counts and yen of everything that is not settled. One statement."""
    sums = select(Invoice.due_on, OPEN.label("yen")).where(
        Invoice.studio_id == studio_id, Invoice.credits_id.is_(None)
    )
    rows = sums.subquery()
    columns: list[ColumnElement[int]] = []
    for meant in (rows.c.yen > 0, (rows.c.yen > 0) & (rows.c.due_on < today), rows.c.yen < 0):
        columns.append(func.count().filter(meant))
        columns.append(func.coalesce(func.sum(func.abs(rows.c.yen)).filter(meant), 0))
    return Totals(*(int(one) for one in db.session.execute(select(*columns)).one()))


def _listed(studio_id: int, which: Which, today: date) -> Select[*tuple[Any, ...]]:
    due = Invoice.total_yen + CREDITED
    return (
        select(
            Invoice.id, Invoice.year, Invoice.number, Invoice.issued_on, Invoice.due_on, due, PAID, OPEN, Person.id,
            Person.name, Person.kana,
        )
        .join(Person, Person.id == Invoice.person_id)
        .where(Invoice.credits_id.is_(None), Invoice.studio_id == studio_id, _meant(which, today))
        .order_by(Invoice.due_on, Invoice.id)
    )  # fmt: skip


def _meant(which: Which, today: date) -> ColumnElement[bool]:
    if which is Which.OWED:
        return OPEN < 0
    if which is Which.OVERDUE:
        return (OPEN > 0) & (Invoice.due_on < today)
    return OPEN > 0
