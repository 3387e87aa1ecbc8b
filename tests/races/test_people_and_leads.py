"""One human is one row, nobody overwrites anybody, a lead has one next action: with many hands at once."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.clients.models import ClientRecord
from backoffice.clients.records import save_record
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, in_transaction
from backoffice.core.errors import Stale
from backoffice.leads import actions as leads
from backoffice.leads.enquiry_file import read_enquiries
from backoffice.leads.enquiry_import import run
from backoffice.leads.models import Lead
from backoffice.leads.queries import lead as find_lead
from backoffice.people import actions as people
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person
from backoffice.studio.queries import the_studio
from backoffice.todos.models import Todo, TodoKind

from .conftest import NOW

pytestmark = pytest.mark.races

DATA = Path(__file__).parents[1] / "data"


def at_once(app: Flask, writers: int, rounds: int, write: Callable[[int, int], object]) -> list[Counter[str]]:
    """Let every writer do `write(writer, round)` at the same instant, round by round; count how it ended."""
    gate = threading.Barrier(writers)
    ended = [Counter[str]() for _ in range(rounds)]

    def work(writer: int) -> None:
        for number in range(rounds):
            gate.wait(timeout=60)
            with app.app_context():
                try:
                    in_transaction(lambda: write(writer, number))  # noqa: B023 - called before the next round
                    ended[number]["done"] += 1
                except Stale:
                    ended[number]["stale"] += 1

    with ThreadPoolExecutor(writers) as pool:
        for future in [pool.submit(work, writer) for writer in range(writers)]:
            future.result()
    return ended


def visitors(app: Flask) -> int:
    """Six visitors with one phone in each of ten rounds; how many people there are afterwards."""

    def arrive(writer: int, number: int) -> None:
        phone = ("+81 90 1234 00%02d" if writer % 2 else "090-1234-00%02d") % number
        people.recognise_or_create(name=f"佐藤 {number}", phone=phone, by=SYSTEM, now=NOW)

    at_once(app, 6, 10, arrive)
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_one_human_pressing_often_is_one_person(arena: Flask) -> None:
    assert visitors(arena) == 10


def test_control_without_waiting_for_each_other_people_double(
    arena: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "wait_for_contacts", lambda _phones, _mails: None)
    assert visitors(arena) > 10


def test_of_fifty_editors_one_wins_each_round(arena: Flask) -> None:
    with arena.app_context():
        person = in_transaction(lambda: people.create_person(name="佐藤", by=SYSTEM, now=NOW))
        person_id, first = person.id, person.version

    def edit(writer: int, number: int) -> None:
        people.update_person(
            find_person(person_id), name=f"{number}-{writer}", kana="", former_name="", phones=[], mails=[],
            language="ja", gender="", birth_date=None, version=first + number, by=SYSTEM, now=NOW,
        )  # fmt: skip

    ended = at_once(arena, 50, 20, edit)
    assert ended == [Counter(done=1, stale=49)] * 20


def test_of_many_who_write_the_first_sheet_of_a_client_one_has_written_it(arena: Flask) -> None:
    with arena.app_context():
        made = [
            in_transaction(lambda: people.create_person(name="佐藤", by=SYSTEM, now=NOW)) for _ in range(10)
        ]
        guests = [one.id for one in made]

    def write(writer: int, number: int) -> None:
        save_record(guests[number], {"goals": f"{writer}"}, (), version=0, by=SYSTEM, now=NOW)

    assert at_once(arena, 12, 10, write) == [Counter(done=1, stale=11)] * 10
    with arena.app_context():
        assert db.session.scalar(select(func.count()).select_from(ClientRecord)) == 10


def test_a_lead_keeps_one_next_action_whoever_sets_it(arena: Flask) -> None:
    with arena.app_context():
        person = in_transaction(lambda: people.create_person(name="佐藤", by=SYSTEM, now=NOW))
        studio_id = the_studio().id
        made = in_transaction(
            lambda: leads.capture_lead(person, studio_id=studio_id, source="web", by=SYSTEM, now=NOW)
        )
        lead_id = made.id

    def act(writer: int, number: int) -> None:
        lead = find_lead(studio_id, lead_id)
        if writer % 2:
            leads.set_next_action(lead, f"{number}-{writer}", NOW, done=True, by=SYSTEM, now=NOW)
        else:
            leads.mark_replied(lead, by=SYSTEM, now=NOW)

    at_once(arena, 10, 10, act)
    with arena.app_context():
        open_actions = select(func.count()).where(Todo.kind == TodoKind.NEXT_ACTION, Todo.done_at.is_(None))
        assert db.session.scalar(open_actions) == 1


def test_one_file_imported_by_four_at_once_is_imported_once(arena: Flask) -> None:
    file = read_enquiries((DATA / "enquiries-utf8.csv").read_bytes())
    with arena.app_context():
        studio_id = the_studio().id
    at_once(arena, 4, 1, lambda _writer, _number: run(file, studio_id=studio_id, by=SYSTEM, now=NOW))
    with arena.app_context():
        assert db.session.scalar(select(func.count()).select_from(Lead)) == 204
        assert db.session.scalar(select(func.count()).select_from(Person)) == 172
