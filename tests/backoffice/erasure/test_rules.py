"""Every table and every text is declared: it goes, stays for a reason, or is nobody's. None can be forgotten."""

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE

from backoffice.all_models import metadata
from backoffice.core.crypto import EncryptedBytes, EncryptedText
from backoffice.erasure.rules import GOES, NOT_THEIRS, STAYS

SAYS_NOTHING = (BigInteger, Integer, SmallInteger, Boolean, DateTime, Time, Uuid, TSTZRANGE)
"""Numbers, moments and keys. Texts, days, lists, files and whatever comes later say something."""


def undeclared(tables: MetaData) -> list[str]:
    """The tables and columns for which nobody has said what becomes of them."""
    found = []
    for table in tables.sorted_tables:
        places = [table.name in one for one in (GOES, STAYS, NOT_THEIRS)]
        if places.count(True) != 1:
            found.append(table.name)
        elif table.name in STAYS:
            rule = STAYS[table.name]
            found += [
                f"{table.name}.{column.name}"
                for column in table.columns
                if not isinstance(column.type, SAYS_NOTHING)
                and (column.name in rule.empties) + (column.name in rule.keeps) != 1
            ]
        elif table.name in NOT_THEIRS and leads_to_people(table):
            found.append(table.name)
    return found


def leads_to_people(table: Table) -> bool:
    return any(key.target_fullname == "people.id" for key in table.foreign_keys)


def test_every_table_and_text_is_declared() -> None:
    assert undeclared(metadata) == []


def test_nothing_is_declared_that_is_not_there() -> None:
    assert {*GOES, *STAYS, *NOT_THEIRS} == set(metadata.tables)
    for name, rule in STAYS.items():
        columns = set(metadata.tables[name].columns.keys())
        assert {*rule.by, *rule.empties, *rule.keeps} <= columns, name
    for name, by in GOES.items():
        assert set(by) <= set(metadata.tables[name].columns.keys()), name


def test_every_key_to_people_is_one_that_rows_are_found_by() -> None:
    """A second column that names somebody must not keep a row from going with them."""
    for table in metadata.sorted_tables:
        keys = [key for key in table.foreign_keys if key.target_fullname == "people.id"]
        named = {key.parent.name for key in keys}
        if named:
            by = set(GOES.get(table.name) or STAYS[table.name].by)
            # Whoever referred somebody is a number on the other one's papers; the row it leads to has no name.
            assert named - {"booked_by_id", "referrer_id"} <= by or table.name == "line_accounts", table.name


def test_what_is_encrypted_never_stays_without_a_word() -> None:
    """Encrypted means personal: only the reason of an erasure itself is kept, and the set-up."""
    kept = [
        f"{name}.{column.name}"
        for name in STAYS
        for column in metadata.tables[name].columns
        if isinstance(column.type, EncryptedText | EncryptedBytes) and column.name in STAYS[name].keeps
    ]
    assert kept == ["erasures.reason"]


@pytest.mark.parametrize("in_table", ["lockers", "leads"])
def test_a_table_and_a_text_of_tomorrow_are_noticed(in_table: str) -> None:
    tomorrow = MetaData()
    Table("people", tomorrow, Column("id", BigInteger, primary_key=True))
    Table(in_table, tomorrow, Column("id", BigInteger, primary_key=True), Column("person_id", ForeignKey("people.id")),
          Column("words", Text))  # fmt: skip
    assert undeclared(tomorrow) == [{"lockers": "lockers", "leads": "leads.words"}[in_table]]
