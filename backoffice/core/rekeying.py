"""Renewing encryption: every stored text and file under the newest key, so that an older key can be thrown away."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, Table, bindparam, select, type_coerce, update

from backoffice.core.crypto import EncryptedBytes, EncryptedText, is_newest, opens, renewed
from backoffice.core.db import Base, db, transaction

ROWS_AT_ONCE = 50
"""A file has at most 2 MB, so a batch stays below some 150 MB."""


@dataclass
class Renewal:
    """What became of the stored values: written anew, under the newest key already, not readable with any key."""

    renewed: int = 0
    newest: int = 0
    lost: int = 0


def encrypted_columns() -> dict[Table, list[str]]:
    """The columns of an encrypted type, by table."""
    found = {
        table: [one.name for one in table.columns if isinstance(one.type, EncryptedText | EncryptedBytes)]
        for table in Base.metadata.sorted_tables
    }
    return {table: names for table, names in found.items() if names}


def renew_all() -> Iterator[tuple[str, Renewal]]:
    """Renew table after table, in batches that are committed one by one: broken off, it is simply begun again.

    What cannot be read is counted and left as it is. Others wait for a row only while its batch is written.
    """
    for table, names in encrypted_columns().items():
        done, last = Renewal(), 0
        while True:
            with transaction():
                end = _renew_batch(table, names, last, done)
            if end is None:
                break
            last = end
        yield table.name, done


def unreadable() -> dict[str, int]:
    """How many values no key of this process opens, by table; tables without any are left out.

    Every value is read, in one pass and one statement a table: a gym that went on under another key has newest rows
    that open above older ones that do not.
    """
    with transaction():  # rows come in pieces, which only a transaction can hold open
        counts = {table.name: _closed(table, names) for table, names in encrypted_columns().items()}
    return {name: count for name, count in counts.items() if count}


def _renew_batch(table: Table, names: list[str], after: int, done: Renewal) -> int | None:
    raw = [type_coerce(table.c[name], LargeBinary).label(name) for name in names]
    query = select(table.c.id, *raw).where(table.c.id > after).order_by(table.c.id).limit(ROWS_AT_ONCE)
    rows = db.session.execute(query.with_for_update()).mappings().all()
    changes = [{"row": row["id"], **{name: _judged(row[name], done) for name in names}} for row in rows]
    changed = [one for one, row in zip(changes, rows, strict=True) if any(one[n] != row[n] for n in names)]
    if changed:
        values: dict[str, Any] = {name: bindparam(name, type_=LargeBinary) for name in names}
        statement = update(table).where(table.c.id == bindparam("row"))
        db.session.connection().execute(statement.values(values), changed)
    return rows[-1]["id"] if rows else None


def _judged(stored: bytes | None, done: Renewal) -> bytes | None:
    if stored is None:
        return None
    if is_newest(stored):
        done.newest += 1
        return stored
    if not opens(stored):
        done.lost += 1
        return stored
    done.renewed += 1
    return renewed(stored)


def _closed(table: Table, names: list[str]) -> int:
    raw = [type_coerce(table.c[name], LargeBinary) for name in names]
    rows = db.session.execute(select(*raw).execution_options(yield_per=ROWS_AT_ONCE))
    return sum(value is not None and not opens(value) for row in rows for value in row)
