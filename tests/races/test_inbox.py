"""Two colleagues answer at once, two workers hear at once, answers and new words meet: one of each, nothing lost."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db, in_transaction, transaction
from backoffice.inbox.actions import close
from backoffice.inbox.answers import AnsweredMeanwhile, Draft, answer
from backoffice.inbox.health import Writer
from backoffice.inbox.hearing import heard
from backoffice.messaging.conversation import keep_said
from backoffice.messaging.entries import Conversation, ConversationEntry, EntryKind
from backoffice.messaging.models import Channel, Message
from backoffice.people.actions import create_person
from backoffice.studio.queries import the_studio
from backoffice.todos.models import Todo, TodoKind

from .conftest import NOW

pytestmark = pytest.mark.races

WRITERS = 6


def together(arena: Flask, work: Callable[[int], object]) -> list[object]:
    """Everybody at the same time, each on a connection of their own; what each came to, refusals included."""
    gate = threading.Barrier(WRITERS)

    def begin(writer: int) -> object:
        with arena.app_context():
            gate.wait(timeout=60)
            try:
                return work(writer)
            except AnsweredMeanwhile as refused:
                return refused

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(begin, range(WRITERS)))


def say(person_id: int, number: int) -> int:
    entry_id = keep_said(
        the_studio().id, Channel.LINE, EntryKind.TEXT, external_id=f"{person_id}:{number}", said_at=NOW, now=NOW,
        body="もしもし", person_id=person_id,
    )  # fmt: skip
    assert entry_id is not None
    return entry_id


@pytest.fixture
def asked(arena: Flask) -> list[int]:
    """Ten guests who have asked something: the ids of their conversations."""
    found = []
    with arena.app_context():
        for number in range(10):
            with transaction():
                who = create_person(name=f"客 {number}", mails=[f"g{number}@x.jp"], by=SYSTEM, now=NOW)
                heard(say(who.id, 0), NOW)
                found.append(
                    db.session.scalars(select(Conversation.id).where(Conversation.person_id == who.id)).one()
                )
    return found


def test_of_colleagues_who_answer_at_once_one_is_first(arena: Flask, asked: list[int]) -> None:
    for conversation_id in asked:

        def reply(writer: int, conversation_id: int = conversation_id) -> object:
            by = Actor("staff", writer, f"staff {writer}")
            draft = Draft("はい", Channel.MAIL, 0)
            return in_transaction(
                lambda: answer(the_studio().id, conversation_id, draft, Writer(), by=by, now=NOW).id
            )

        came_to = together(arena, reply)
        assert sum(isinstance(one, AnsweredMeanwhile) for one in came_to) == WRITERS - 1
    with arena.app_context():
        assert db.session.scalar(select(func.count()).select_from(Message)) == len(asked)


def test_heard_by_many_workers_at_once_it_is_one_task(arena: Flask) -> None:
    with arena.app_context():
        people = []
        for number in range(10):
            with transaction():
                who = create_person(name=f"客 {number}", by=SYSTEM, now=NOW)
                people.append((who.id, say(who.id, 0)))
    for _person_id, entry_id in people:
        together(arena, lambda _writer, entry_id=entry_id: in_transaction(lambda: heard(entry_id, NOW)))
    with arena.app_context():
        tasks = select(func.count()).where(Todo.kind == TodoKind.ANSWER)
        assert db.session.scalar(tasks) == len(people)
        assert db.session.scalar(select(func.count()).select_from(Conversation)) == len(people)


def test_what_is_said_while_somebody_closes_waits_or_was_closed_and_never_gets_lost(
    arena: Flask, asked: list[int]
) -> None:
    with arena.app_context():
        of = {
            row.id: row.person_id
            for row in db.session.execute(select(Conversation.id, Conversation.person_id))
        }
    for conversation_id in asked:

        def meet(writer: int, conversation_id: int = conversation_id) -> None:
            if writer % 2:
                in_transaction(lambda: close(the_studio().id, conversation_id, by=SYSTEM, now=NOW))
            else:
                person_id = of[conversation_id]
                assert person_id is not None
                in_transaction(lambda: heard(say(person_id, writer + 1), NOW + timedelta(seconds=writer)))

        together(arena, meet)
    with arena.app_context():
        open_entries = select(ConversationEntry.person_id).where(ConversationEntry.settled_at.is_(None))
        waiting = select(Conversation.person_id).where(Conversation.waiting_since.is_not(None))
        tasks = select(Todo.person_id).where(Todo.kind == TodoKind.ANSWER, Todo.done_at.is_(None))
        found = [set(db.session.scalars(query)) for query in (open_entries, waiting, tasks)]
        assert found[0] == found[1] == found[2]
