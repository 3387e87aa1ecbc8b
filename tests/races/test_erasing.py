"""Somebody is erased while a worker sends, a desk books, LINE knocks: nothing goes out afterwards, nothing is left.

A hundred rounds each with RACES=all (`make faults`), a few otherwise, with real commits.
"""

import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, Claim
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local
from backoffice.core.db import db, in_transaction, transaction
from backoffice.core.errors import NotFound
from backoffice.erasure.actions import BeingSent, NotSettled, erase
from backoffice.erasure.models import Erasure
from backoffice.inbox.answers import Draft, answer, take_back
from backoffice.inbox.health import Writer
from backoffice.inbox.hearing import heard
from backoffice.line.accounts import held_account
from backoffice.line.handling import handle_events
from backoffice.line.intake import keep_events, read_events
from backoffice.line.models import LineAccount, LineEvent
from backoffice.line.ties import tie
from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome
from backoffice.messaging.conversation import keep_said
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.entries import Conversation, ConversationEntry, EntryKind
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.outbox import queue_message
from backoffice.messaging.texts import Text
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.people.queries import ERASED_PERSON
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import service_by_slug, the_studio
from tests.line_chat import body_of, said

from .conftest import NOW

pytestmark = pytest.mark.races

ROUNDS = 100 if os.environ.get("RACES") == "all" else 16
NAME = "消える 人"


def deadlocks() -> int:
    """How often the database had to end a circle: locks taken in one order make none."""
    db.session.execute(text("select pg_stat_force_next_flush()"))
    db.session.commit()
    query = text("select deadlocks from pg_stat_database where datname = current_database()")
    return int(db.session.execute(query).scalar_one())


@dataclass
class Post:
    """Accepts everything, takes its time, and remembers when each message had gone."""

    honours_keys_for: timedelta = timedelta(0)
    gone: dict[int, float] = field(default_factory=dict)
    holds_one: threading.Event = field(default_factory=threading.Event)

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
        self.holds_one.set()
        time.sleep(random.random() * 0.03)
        if not hand_over():
            return Outcome(Ending.TAKEN_BACK)
        time.sleep(random.random() * 0.01)
        self.gone[envelope.message_id] = time.monotonic()
        return Outcome(Ending.ACCEPTED, detail=f"accepted for {envelope.address}")


def wanted(_message: Message, _now: datetime) -> Facts:
    return Facts(text=Text("件名", "本文"))


def somebody(arena: Flask) -> int:
    with arena.app_context(), transaction():
        return create_person(name=NAME, mails=["goes@guest.example"], by=SYSTEM, now=NOW).id


def erase_them(who: int) -> None:
    in_transaction(
        lambda: erase(who, typed=NAME, reason="希望", is_settled=True, version=None, by=SYSTEM, now=NOW)
    )


def at_once(arena: Flask, *works: Callable[[], object]) -> None:
    """Do these at the same time, each on a connection of its own; a failure of any is a failure."""
    start, failed = threading.Barrier(len(works)), list[BaseException]()

    def begin(work: Callable[[], object]) -> None:
        start.wait(20)
        time.sleep(random.random() * 0.03)
        with arena.app_context():
            try:
                work()
            except BaseException as error:
                failed.append(error)

    threads = [threading.Thread(target=begin, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


def test_nothing_goes_out_after_somebody_was_erased(arena: Flask) -> None:
    """A worker that holds the message finds out before it hands it over; one that is handing it over is waited for."""
    now = datetime.now(UTC)
    with arena.app_context(), transaction():
        the_studio().quiet_from = the_studio().quiet_to = datetime.min.time()
    post, ends = Post(), list[str]()
    for number in range(ROUNDS):
        who = somebody(arena)
        with arena.app_context(), transaction():
            message = queue_message(
                Kind.WELCOME, studio_id=the_studio().id, dedupe_key=f"erase:{number}", send_at=now,
                expires_at=now + timedelta(days=1), now=now - timedelta(seconds=1), language="ja", person_id=who,
            )  # fmt: skip
        assert message is not None
        committed = list[float]()

        post.holds_one.clear()

        def take_away(
            who: int = who, committed: list[float] = committed, comes_later: bool = number % 2 == 1
        ) -> None:
            if comes_later:  # else a busy machine always erases first
                assert post.holds_one.wait(20)
            while not committed:
                try:
                    erase_them(who)
                    committed.append(time.monotonic())
                except BeingSent:
                    time.sleep(0.005)

        def deliver() -> None:
            Delivery(
                {Channel.MAIL: post}, {Kind.WELCOME: lambda _message, _now: Facts(text=Text("件名", "本文"))}
            ).deliver_due(now)

        at_once(arena, take_away, deliver)
        assert post.gone.get(message, 0) < committed[0]
        with arena.app_context():
            row = db.session.get_one(Message, message)
            assert (row.address, row.body, row.subject, row.detail) == (None, None, None, "")
            assert (row.state == MessageState.SENT) == (message in post.gone)
            ends.append(row.state)
    assert {MessageState.SENT, MessageState.CANCELLED} <= set(ends), "the race was never close"
    with arena.app_context():
        assert deadlocks() == 0


def test_of_a_booking_and_an_erasure_one_wins(arena: Flask) -> None:
    with arena.app_context():
        studio = the_studio()
        talk, trainer = service_by_slug(studio.id, "counselling"), trainers(studio.id)[0]
        first = at_local((NOW + timedelta(days=1)).date(), datetime.min.time().replace(hour=11), studio.zone)
    won = list[str]()
    for number in range(ROUNDS):
        who = somebody(arena)
        starts_at, outcome = first + timedelta(days=number), list[str]()

        def write_down(who: int = who, starts_at: datetime = starts_at, outcome: list[str] = outcome) -> None:
            def make() -> None:
                guest = db.session.get_one(Person, who)
                book(
                    studio=studio, service=talk, trainer_id=trainer.id, starts_at=starts_at,
                    participants=[Guest(guest)], channel=BookingChannel.PHONE, by=SYSTEM, now=NOW,
                )  # fmt: skip

            try:
                in_transaction(make)
                outcome.append("booked")
            except DatabaseError as error:
                if getattr(error.orig, "sqlstate", "") != ERASED_PERSON:
                    raise

        def take_away(who: int = who, outcome: list[str] = outcome) -> None:
            try:
                erase_them(who)
                outcome.append("erased")
            except NotSettled:
                pass

        at_once(arena, write_down, take_away)
        assert len(outcome) == 1
        won += outcome
    with arena.app_context():
        count = [db.session.scalar(select(func.count()).select_from(model)) for model in (Booking, Erasure)]
        assert count == [won.count("booked"), won.count("erased")]
        held = db.session.scalars(select(Claim.booking_id)).all()
        assert set(held) == set(db.session.scalars(select(Booking.id)))
    assert set(won) == {"booked", "erased"}, "the race was never close"


def test_what_line_brings_meanwhile_is_nobodys(arena: Flask) -> None:
    for number in range(ROUNDS):
        who, user = somebody(arena), f"U{number:032x}"
        with arena.app_context(), transaction():
            tie(held_account(the_studio().id, user, now=NOW), who, now=NOW)
            body = body_of(said("はい、消える人です", NOW, user))
            keep_events(the_studio().id, read_events(body, now=NOW), now=NOW)
        at_once(arena, partial(erase_them, who), partial(handle_events, NOW))
        with arena.app_context():
            handle_events(NOW + timedelta(hours=1))
            of_them = ConversationEntry.person_id == who
            assert db.session.scalars(select(ConversationEntry.id).where(of_them)).all() == []
            assert db.session.scalars(select(LineAccount.id).where(LineAccount.person_id == who)).all() == []
            assert db.session.scalars(select(LineEvent.body).where(LineEvent.body.is_not(None))).all() == []
    with arena.app_context():
        assert db.session.scalar(select(func.count()).select_from(Erasure)) == ROUNDS
        assert deadlocks() == 0


def test_an_answer_taken_back_meanwhile_makes_no_circle(arena: Flask) -> None:
    """Who changes an answer holds its conversation and then its message; so does whoever erases."""
    for number in range(ROUNDS):
        who = somebody(arena)
        with arena.app_context(), transaction():
            studio_id = the_studio().id
            said_id = keep_said(
                studio_id, Channel.MAIL, EntryKind.TEXT, external_id=str(number), said_at=NOW, now=NOW, body="はい",
                person_id=who,
            )  # fmt: skip
            heard(said_id or 0, NOW)
            draft = Draft("後ほど", Channel.MAIL, 0, NOW + timedelta(hours=2))
            conversation = db.session.query(Conversation.id).filter_by(person_id=who).scalar()
            made = answer(studio_id, conversation, draft, Writer(), by=SYSTEM, now=NOW).id

        def write(studio_id: int = studio_id, made: int = made) -> None:
            with suppress(NotFound):
                in_transaction(lambda: take_back(studio_id, made, version=None, by=SYSTEM, now=NOW))

        at_once(arena, write, partial(erase_them, who))
    with arena.app_context():
        assert db.session.scalar(select(func.count()).select_from(Conversation)) == 0
        assert deadlocks() == 0
