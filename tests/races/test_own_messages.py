"""Editing a message against the worker that sends it: it goes out with the new words, or the editor is told."""

import random
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from backoffice.bookings.models import Participant
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.core.errors import DomainError
from backoffice.messaging import actions
from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Kind, Message
from backoffice.messaging.outbox import queue_message
from backoffice.messaging.own_messages import edit
from backoffice.providers import PROVIDERS
from backoffice.studio.queries import the_studio
from tests.faults.world import make_guests

pytestmark = pytest.mark.races

ROUNDS = 60
NEW = "新しい件名"
BODY = "{{ name }}\n\nお待ちしております。\n{{ booking_details }}\n{{ manage_details }}"


class Mail:
    """Accepts everything and remembers under which subject."""

    honours_keys_for = timedelta(0)

    def __init__(self) -> None:
        self.subjects: dict[int, list[str]] = {}

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
        """Take it after a moment."""
        time.sleep(random.random() * 0.004)
        if not hand_over():
            return Outcome(Ending.TAKEN_BACK)
        self.subjects.setdefault(envelope.message_id, []).append(envelope.subject)
        return Outcome(Ending.ACCEPTED)


def test_the_words_that_were_saved_are_the_words_that_go(arena: Flask) -> None:
    now = datetime.now(UTC)
    with arena.app_context():
        make_guests(ROUNDS, now=now)
        rows = db.session.execute(select(Participant.booking_id, Participant.person_id)).all()
    mail, saved = Mail(), dict[int, bool]()
    for booking_id, person_id in rows:
        message_id = plan(arena, booking_id, person_id, now)
        saved[message_id] = race(arena, mail, message_id, now)
    assert len(mail.subjects) == ROUNDS
    assert all(len(subjects) == 1 for subjects in mail.subjects.values())
    wrong = [one for one, was_saved in saved.items() if (mail.subjects[one] == [NEW]) is not was_saved]
    assert not wrong
    assert set(saved.values()) == {True, False}, "one of them always won: nothing was raced"


def test_skipped_and_sent_now_at_once(arena: Flask) -> None:
    """Of two who press different buttons one is told; a skipped message does not go out."""
    now = datetime.now(UTC)
    with arena.app_context():
        make_guests(ROUNDS, now=now)
        rows = db.session.execute(select(Participant.booking_id, Participant.person_id)).all()[:20]
    for booking_id, person_id in rows:
        message_id = plan(arena, booking_id, person_id, now + timedelta(hours=3))
        won: list[str] = []

        def press(name: str, message_id: int = message_id, won: list[str] = won) -> None:
            with arena.app_context():
                try:
                    with transaction():
                        getattr(actions, name)(message_id, version=1, by=SYSTEM, now=now)
                    won.append(name)
                except DomainError:
                    pass

        threads = [threading.Thread(target=press, args=(name,)) for name in ("cancel", "send_now")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1


def plan(arena: Flask, booking_id: int, person_id: int, send_at: datetime) -> int:
    """A reminder about a booking, due at some time."""
    now = datetime.now(UTC)
    with arena.app_context(), transaction():
        message_id = queue_message(
            Kind.BOOKING_CONFIRMED, studio_id=the_studio().id, now=now,
            dedupe_key=f"race:{booking_id}:{random.random()}",
            send_at=send_at, expires_at=now + timedelta(days=1), language="ja", person_id=person_id,
            booking_id=booking_id, booking_version=1,
        )  # fmt: skip
    assert message_id is not None
    return message_id


def race(arena: Flask, mail: Mail, message_id: int, now: datetime) -> bool:
    """An editor and a worker at the same moment; whether the editor's words were kept."""
    kept: list[bool] = []

    def write() -> None:
        time.sleep(random.random() * 0.004)
        with arena.app_context():
            try:
                with transaction():
                    row = db.session.get_one(Message, message_id)
                    edit(message_id, NEW, BODY, row.send_at, version=1, by=SYSTEM, now=now)
                kept.append(True)
            except DomainError:
                kept.append(False)

    def work() -> None:
        with arena.app_context():
            Delivery({Channel.MAIL: mail}, PROVIDERS).deliver_due(now)

    threads = [threading.Thread(target=write), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()
    return kept == [True]
