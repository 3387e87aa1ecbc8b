"""Two desks merge the same people at once, in both directions: one wins, and nobody is lost."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, in_transaction
from backoffice.merging.actions import CannotMerge, merge
from backoffice.merging.models import PersonMerge
from backoffice.people.actions import add_note, create_person
from backoffice.people.models import Person, PersonNote
from backoffice.people.queries import MERGED_PERSON
from tests.races.test_people_and_leads import at_once

from .conftest import NOW

pytestmark = pytest.mark.races

WRITERS, ROUNDS = 6, 8


def test_of_concurrent_merges_one_wins(arena: Flask) -> None:
    pairs: list[tuple[int, int]] = []

    def make() -> None:
        ids = [create_person(name=name, by=SYSTEM, now=NOW).id for name in ("山田 花子", "山田 華子")]
        for number in ids:
            add_note(number, "メモ", by=SYSTEM, now=NOW)
        pairs.append((ids[0], ids[1]))

    with arena.app_context():
        for _ in range(ROUNDS):
            in_transaction(make)

    def write(writer: int, number: int) -> None:
        one, other = pairs[number] if writer % 2 else pairs[number][::-1]
        try:
            merge(one, other, {}, by=SYSTEM, now=NOW)
        except CannotMerge:
            db.session.rollback()

    at_once(arena, WRITERS, ROUNDS, write)
    with arena.app_context():
        assert db.session.scalar(select(func.count()).select_from(PersonMerge)) == ROUNDS
        live = set(db.session.scalars(select(Person.id).where(Person.archived_at.is_(None))))
        assert len(live) == ROUNDS
        owners = db.session.scalars(select(PersonNote.person_id)).all()
        assert sorted(owners) == sorted([*live, *live])


def test_whoever_writes_during_a_merge_writes_for_the_one_that_is_left_or_not_at_all(arena: Flask) -> None:
    """Notes of people looked up before: kept with the dropped row they would be lost to everybody."""
    pairs: list[tuple[int, int]] = []

    def make() -> None:
        ids = [create_person(name=name, by=SYSTEM, now=NOW).id for name in ("森 花子", "森 華子")]
        pairs.append((ids[0], ids[1]))

    with arena.app_context():
        for _ in range(ROUNDS * 3):
            in_transaction(make)

    def write(writer: int, number: int) -> None:
        kept, dropped = pairs[number]
        if writer == 0:
            merge(kept, dropped, {}, by=SYSTEM, now=NOW)
            return
        try:
            add_note(dropped, "メモ", by=SYSTEM, now=NOW)
        except DatabaseError as error:
            if getattr(error.orig, "sqlstate", "") != MERGED_PERSON:
                raise
            db.session.rollback()

    at_once(arena, WRITERS, ROUNDS * 3, write)
    with arena.app_context():
        lost = select(PersonNote.id).join(Person, Person.id == PersonNote.person_id)
        assert db.session.scalars(lost.where(Person.archived_at.is_not(None))).all() == []
        assert db.session.scalar(select(func.count()).select_from(PersonMerge)) == ROUNDS * 3
