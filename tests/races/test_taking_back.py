"""A change against a worker that is just sending: after its commit nothing about the old state goes out.

One hundred rounds each of cancelling, moving and opting out, with real commits. Either the message was handed over
before the change was committed, or it never is.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from backoffice.bookings.actions import cancel
from backoffice.bookings.models import Booking, Participant
from backoffice.bookings.reminders import replace_messages
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome
from backoffice.messaging.consent import withdraw_consent
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.outbox import queue_message
from backoffice.people.actions import record_consent
from backoffice.people.models import Purpose
from backoffice.providers import PROVIDERS
from backoffice.studio.models import Service
from backoffice.studio.queries import the_studio
from tests.faults.world import make_guests

pytestmark = pytest.mark.races

ROUNDS = 100
Change = Callable[[int, int, datetime], None]


@dataclass
class Clockwork:
    """Accepts everything and remembers when each hand-over began."""

    honours_keys_for: timedelta = timedelta(0)
    handed_over: dict[int, float] = field(default_factory=dict)

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
        time.sleep(random.random() * 0.006)
        began = time.monotonic()
        if not hand_over():
            return Outcome(Ending.TAKEN_BACK)
        self.handed_over[envelope.message_id] = began
        return Outcome(Ending.ACCEPTED)


def cancelled(booking_id: int, person_id: int, now: datetime) -> None:
    cancel(db.session.get_one(Booking, booking_id), by_gym=False, tell=False, by=SYSTEM, now=now)


def moved(booking_id: int, person_id: int, now: datetime) -> None:
    booking = db.session.get_one(Booking, booking_id, with_for_update=True)
    booking.starts_at, booking.version = booking.starts_at - timedelta(hours=3), booking.version + 1
    service = db.session.get_one(Service, booking.service_id)
    replace_messages(booking, service, by=SYSTEM, now=now + timedelta(hours=1))


def opted_out(booking_id: int, person_id: int, now: datetime) -> None:
    withdraw_consent(
        person_id, Purpose.FOLLOW_UP, wording="v1", source="page", language="ja", by=SYSTEM, now=now
    )


CHANGES: list[tuple[Kind, Change]] = [
    (Kind.BOOKING_CONFIRMED, cancelled),
    (Kind.BOOKING_CONFIRMED, moved),
    (Kind.AFTER_TRIAL, opted_out),
]


@pytest.mark.parametrize(("kind", "change"), CHANGES)
def test_nothing_goes_out_after_the_commit(arena: Flask, kind: Kind, change: Change) -> None:
    now = datetime.now(UTC)
    with arena.app_context():
        make_guests(ROUNDS, now=now)
        rows = db.session.execute(select(Participant.booking_id, Participant.person_id)).all()
    channel, late, ends = Clockwork(), list[int](), list[str]()
    for booking_id, person_id in rows:
        message_id = plan(arena, kind, booking_id, person_id, now)
        committed = race(arena, channel, change, booking_id, person_id, now)
        if channel.handed_over.get(message_id, 0) > committed:
            late.append(message_id)
        with arena.app_context():
            state = db.session.scalars(select(Message.state).where(Message.id == message_id)).one()
        ends.append(state)
        assert (message_id in channel.handed_over) == (state == MessageState.SENT)
    assert late == []
    assert set(ends) == {MessageState.SENT, MessageState.CANCELLED}, "the race was never close"


def plan(arena: Flask, kind: Kind, booking_id: int, person_id: int, now: datetime) -> int:
    with arena.app_context(), transaction():
        record_consent(
            person_id, Purpose.FOLLOW_UP, True, wording="v1", language="ja", source="test", by=SYSTEM, now=now
        )
        message_id = queue_message(
            kind,
            studio_id=the_studio().id,
            dedupe_key=f"{kind}:{booking_id}:race",
            send_at=now,
            expires_at=now + timedelta(days=1),
            now=now - timedelta(seconds=1),
            language="ja",
            person_id=person_id,
            booking_id=booking_id,
            booking_version=1,
        )
    assert message_id is not None
    return message_id


def race(
    arena: Flask, channel: Clockwork, change: Change, booking_id: int, person_id: int, now: datetime
) -> float:
    """Deliver and change at the same time; when the change had been committed."""
    providers = {**PROVIDERS, Kind.AFTER_TRIAL: lambda _message, _now: Facts()}
    start = threading.Barrier(2)

    def deliver() -> None:
        start.wait(10)
        with arena.app_context():
            Delivery({Channel.MAIL: channel}, providers).deliver_due(now)

    thread = threading.Thread(target=deliver)
    thread.start()
    start.wait(10)
    time.sleep(random.random() * 0.02)
    with arena.app_context(), transaction():
        change(booking_id, person_id, now)
    committed = time.monotonic()
    thread.join(20)
    return committed
