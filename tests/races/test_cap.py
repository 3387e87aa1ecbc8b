"""Two workers and two follow-ups for one person, with room for one this week: one goes out."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.outbox import queue_message
from backoffice.people.actions import record_consent
from backoffice.people.models import Purpose
from backoffice.providers import PROVIDERS
from backoffice.studio.queries import the_studio
from tests.far_ends.recording import RecordingChannel
from tests.faults.world import make_guests

pytestmark = pytest.mark.races

GUESTS = 15


def slow_facts(_message: Message, _now: datetime) -> Facts:
    """Between the look at the cap and the commit of the claim there is time for the other worker."""
    time.sleep(0.01)
    return Facts({"book_url": "https://sei.example/book"})


def test_two_workers_never_both_find_room(arena: Flask) -> None:
    now = datetime.now(UTC)
    with arena.app_context():
        guests = make_guests(GUESTS, now=now)
        with transaction():
            the_studio().follow_ups_a_week = 1
            for person_id, _booking in guests:
                record_consent(
                    person_id, Purpose.FOLLOW_UP, True, wording="v1", language="ja", source="test", by=SYSTEM, now=now
                )  # fmt: skip
                for kind in (Kind.AFTER_TRIAL, Kind.AFTER_COUNSELLING):
                    queue_message(
                        kind, studio_id=the_studio().id, dedupe_key=f"{kind}:{person_id}", send_at=now,
                        expires_at=now + timedelta(days=1), now=now - timedelta(seconds=1), language="ja",
                        person_id=person_id,
                    )  # fmt: skip
    start = threading.Barrier(2)
    workers = [threading.Thread(target=_deliver, args=(arena, start, now)) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    with arena.app_context():
        sent = select(func.count()).where(Message.state == MessageState.SENT).group_by(Message.person_id)
        assert list(db.session.scalars(sent)) == [1] * GUESTS
        ended = select(func.count()).where(Message.state == MessageState.EXPIRED)
        assert db.session.scalar(ended) == GUESTS


def _deliver(arena: Flask, start: threading.Barrier, now: datetime) -> None:
    providers = {**PROVIDERS, Kind.AFTER_TRIAL: slow_facts, Kind.AFTER_COUNSELLING: slow_facts}
    start.wait(10)
    with arena.app_context():
        Delivery({Channel.MAIL: RecordingChannel()}, providers).deliver_due(now)
