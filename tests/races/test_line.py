"""Many web servers, many workers, two phones: each event is kept and handled once, each code is used once."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, in_transaction, transaction
from backoffice.line.accounts import held_account
from backoffice.line.codes import make_code
from backoffice.line.handling import handle_events
from backoffice.line.intake import keep_events, read_events
from backoffice.line.models import LineAccount, LineEvent
from backoffice.messaging.entries import ConversationEntry
from backoffice.messaging.models import Message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.queries import the_studio
from tasks.line import HOOKS
from tests.line_chat import body_of, said, tapped

from .conftest import NOW

pytestmark = pytest.mark.races

WRITERS, EVENTS = 8, 40


def together(arena: Flask, work: Callable[[int], object]) -> None:
    """Let everybody work at the same time, each on a connection of their own."""
    gate = threading.Barrier(WRITERS)

    def begin(writer: int) -> None:
        with arena.app_context():
            gate.wait(timeout=60)
            work(writer)

    with ThreadPoolExecutor(WRITERS) as pool:
        for future in [pool.submit(begin, writer) for writer in range(WRITERS)]:
            future.result()


def user(number: int) -> str:
    return f"U{number:032x}"


def test_each_event_is_kept_and_handled_once_whoever_brings_and_takes_it(arena: Flask) -> None:
    bodies = [
        body_of(tapped("menu=way", NOW, user(number % 5)), said(f"n{number}", NOW, user(number % 5)))
        for number in range(EVENTS)
    ]

    def bring_and_handle(writer: int, number: int) -> None:
        with transaction():
            keep_events(the_studio().id, read_events(bodies[number], now=NOW), now=NOW)
        if writer % 2:
            handle_events(NOW, HOOKS)

    together(arena, lambda writer: [bring_and_handle(writer, number) for number in range(EVENTS)])
    with arena.app_context():
        for step in range(1, 5):
            handle_events(NOW + timedelta(hours=step), HOOKS)
        states = db.session.execute(select(LineEvent.state, func.count()).group_by(LineEvent.state)).all()
        assert [tuple(row) for row in states] == [("DONE", 2 * EVENTS)]
        assert db.session.query(ConversationEntry).count() == EVENTS
        assert db.session.query(Message).count() == EVENTS
        assert db.session.query(LineAccount).count() == 5


def test_an_event_is_in_one_pair_of_hands_and_the_others_do_not_wait_for_it(arena: Flask) -> None:
    """Handling an event twice does nothing, so what shows the claim is this: who finds it held takes the next one."""
    with arena.app_context():
        with transaction():
            for number in (1, 2):
                held_account(the_studio().id, user(number), now=NOW)
            events = [said(f"n{number}", NOW, user(number)) for number in (1, 2)]
            keep_events(the_studio().id, read_events(body_of(*events), now=NOW), now=NOW)
        with db.engine.begin() as busy:
            busy.execute(text("select 1 from line_accounts where user_id = :id for update"), {"id": user(1)})
            first = _worker(arena)
            _until(lambda: busy.scalar(text("select count(*) from pg_locks where not granted")) == 1)
            second = _worker(arena)
            second.join(10)
            assert not second.is_alive(), "it waits behind the first"
            assert _states() == ["WAITING", "DONE"]
        first.join(10)
        assert _states() == ["DONE", "DONE"]
        assert db.session.query(ConversationEntry).count() == 2


def _worker(arena: Flask) -> threading.Thread:
    def work() -> None:
        with arena.app_context():
            handle_events(NOW)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _until(is_so: Callable[[], bool]) -> None:
    for _moment in range(1000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it never came so far")


def _states() -> list[str]:
    with transaction():
        return list(db.session.scalars(select(LineEvent.state).order_by(LineEvent.id)))


def test_of_two_phones_with_one_code_one_is_connected(arena: Flask) -> None:
    with arena.app_context():
        codes = []
        for number in range(EVENTS):

            def begin(number: int = number) -> str:
                who = create_person(name=f"客{number}", by=SYSTEM, now=NOW)
                return make_code(who.id, by=SYSTEM, now=NOW).digits

            codes.append(in_transaction(begin))
        events = [
            said(code, NOW, user(1000 + 2 * number + phone))
            for number, code in enumerate(codes)
            for phone in range(2)
        ]
        with transaction():
            keep_events(the_studio().id, read_events(body_of(*events), now=NOW), now=NOW)

    together(arena, lambda _writer: handle_events(NOW, HOOKS))
    with arena.app_context():
        handle_events(NOW + timedelta(minutes=5), HOOKS)
        tied = Counter(db.session.scalars(select(LineAccount.person_id)))
        assert (tied.pop(None), len(tied), set(tied.values())) == (EVENTS, EVENTS, {1})
        people = db.session.scalars(select(func.count()).where(Person.line_user_id.is_not(None))).one()
        assert people == EVENTS
