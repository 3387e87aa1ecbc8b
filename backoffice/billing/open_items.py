"""What is open at a studio: the list, its totals, and the same rows for a file."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select

from backoffice.billing.models import Invoice
from backoffice.billing.queries import OPEN, Item, item_query
from backoffice.core.db import db
from backoffice.people.models import Person

MOST = 500


class Which(StrEnum):
    """Which open invoices are asked for."""

    ALL = "all"
    OVERDUE = "overdue"
    OWED = "owed"
    """What the gym owes a person: paid, and taken back later."""


@dataclass(frozen=True)
class OpenItem:
    """An invoice that is not settled, and whose it is."""

    item: Item
    person: Person


@dataclass(frozen=True)
class Totals:
    """How many are open and overdue, and yen of each; what is owed to people is a positive number."""

    count: int
    open_yen: int
    overdue_count: int
    overdue_yen: int
    owed_count: int
    owed_yen: int


def open_items(studio_id: int, which: Which, *, today: date) -> list[OpenItem]:
    """Invoices that are not settled, the earliest due first; 500 at most."""
    query = (
        item_query()
        .add_columns(Person)
        .join(Person, Person.id == Invoice.person_id)
        .where(Invoice.studio_id == studio_id, _meant(which, today))
        .order_by(Invoice.due_on, Invoice.id)
        .limit(MOST)
    )
    return [OpenItem(Item(*row[:3]), row[3]) for row in db.session.execute(query)]


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


def _meant(which: Which, today: date) -> ColumnElement[bool]:
    if which is Which.OWED:
        return OPEN < 0
    if which is Which.OVERDUE:
        return (OPEN > 0) & (Invoice.due_on < today)
    return OPEN > 0
