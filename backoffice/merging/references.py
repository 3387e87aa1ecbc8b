"""Every column that says whose a row is, found in the tables themselves: a new table is covered from its first day."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import Column, ColumnElement, Table, UniqueConstraint, and_, exists, func, select, update

from backoffice.core.db import Base, db

EXEMPT = frozenset(
    {
        # what was merged, and who was said to be two people, is about the rows themselves
        ("person_merges", "kept_id"),
        ("person_merges", "dropped_id"),
        ("person_pairs_apart", "low_id"),
        ("person_pairs_apart", "high_id"),
        # who was erased is about the row itself, whatever it was merged into
        ("erasures", "person_id"),
    }
)
MAY_STAY = frozenset(
    {"person_phones", "person_mails", "substitute_trainers", "playbook_runs", "conversations"}
)
"""What both have (a number, an address, a substitute trainer) stays with the dropped row: undoing is moving back."""


class Reference(NamedTuple):
    """A column with a foreign key to people."""

    table: Table
    column: Column[int]

    @property
    def name(self) -> str:
        """`table.column`, as a merge keeps it."""
        return f"{self.table.name}.{self.column.name}"

    @property
    def uniques(self) -> list[list[Column[object]]]:
        """The other columns of each unique key that the reference is part of."""
        keys = [list(one.columns) for one in self.table.constraints if isinstance(one, UniqueConstraint)]
        keys += [list(index.columns) for index in self.table.indexes if index.unique]
        return [[column for column in key if column is not self.column] for key in keys if self.column in key]


def references() -> Iterator[Reference]:
    """Every column that must move with a person."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            is_person = any(key.target_fullname == "people.id" for key in column.foreign_keys)
            if is_person and (table.name, column.name) not in EXEMPT:
                yield Reference(table, column)


def count_rows(person_id: int) -> dict[str, int]:
    """How many rows each reference has for a person. One statement for each kind of row."""
    counted = {}
    for one in references():
        query = select(func.count()).select_from(one.table).where(one.column == person_id)
        counted[one.name] = db.session.scalar(query) or 0
    return {name: number for name, number in counted.items() if number}


def clashing(one: Reference, kept_id: int, dropped_id: int) -> list[int]:
    """The rows of the dropped person that cannot move because the kept one has the same already."""
    clashes = [_same_key(one, others, kept_id) for others in one.uniques]
    found: set[int] = set()
    for clash in clashes:
        query = select(one.table.c.id).where(one.column == dropped_id, clash)
        found |= set(db.session.scalars(query))
    return sorted(found)


def hand_over(
    one: Reference,
    from_id: int,
    to_id: int,
    *,
    only: Collection[int] | None = None,
    but: Collection[int] = (),
) -> list[int]:
    """Move rows (all, or `only` these, without `but`) to another person in one statement; which ones moved."""
    where = [one.column == from_id, one.table.c.id.not_in(but)]
    if only is not None:
        where.append(one.table.c.id.in_(only))
    moved = db.session.scalars(
        update(one.table).where(*where).values({one.column.name: to_id}).returning(one.table.c.id)
    )
    return sorted(moved)


def _same_key(one: Reference, others: list[Column[object]], kept_id: int) -> ColumnElement[bool]:
    twin = one.table.alias()
    same = [twin.c[column.name] == column for column in others]
    return exists().where(and_(twin.c[one.column.name] == kept_id, *same))
