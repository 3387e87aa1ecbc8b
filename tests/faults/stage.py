"""What positive controls are played on: a database with guests, workers that may die, and a far end in memory.

A worker "dies" here by an exception that nothing catches after its last commit, which leaves the rows exactly as
SIGKILL does; the storm kills real processes.
"""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from backoffice.core.db import db, transaction
from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.facts import Facts, Provider
from backoffice.messaging.models import Channel, Kind, Message
from backoffice.providers import PROVIDERS
from backoffice.studio.queries import the_studio
from tests.faults import world

LEASE = timedelta(seconds=0.4)
PATIENCE = 10.0

FACTS: Mapping[Kind, Provider] = {
    **PROVIDERS,
    **dict.fromkeys(
        (Kind.AFTER_TRIAL, Kind.AFTER_COUNSELLING),
        lambda _message, _now: Facts({"book_url": "https://sei.example/book"}),
    ),
}
"""As the product's own; follow-ups go to anybody, so that no lead has to be walked through a playbook first."""

AFRESH = """
    update messages set state = 'CANCELLED' where state in ('PLANNED', 'CLAIMED');
    delete from channel_states;
    delete from message_roads
"""
Script = Callable[[Envelope, HandOver], Outcome | None]


class Killed(BaseException):
    """The worker is gone."""


@dataclass
class FarEnd:
    """A provider in memory. With `knows_keys` it drops a second message with the same key. `script` runs per call."""

    knows_keys: bool = False
    accepted: Counter[int] = field(default_factory=Counter)
    keys: set[uuid.UUID] = field(default_factory=set)
    script: list[Script] = field(default_factory=list)
    calls: int = 0

    @property
    def honours_keys_for(self) -> timedelta:
        return timedelta(hours=23) if self.knows_keys else timedelta(0)

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
        self.calls += 1
        if self.script and (outcome := self.script.pop(0)(envelope, hand_over)) is not None:
            return outcome
        return self.take(envelope) if hand_over() else Outcome(Ending.TAKEN_BACK)

    def take(self, envelope: Envelope) -> Outcome:
        if not (self.knows_keys and envelope.retry_key in self.keys):
            self.accepted[envelope.message_id] += 1
        self.keys.add(envelope.retry_key)
        return Outcome(Ending.ACCEPTED)


@dataclass
class Stage:
    """A database with guests; each scenario takes the next one."""

    app: Flask
    bookings: list[tuple[int, int]]

    def begin_afresh(self) -> None:
        """Nothing of an earlier scenario is due or known."""
        with transaction():
            for statement in AFRESH.split(";"):
                db.session.execute(text(statement))

    def next_guest(self) -> tuple[int, int]:
        """A booking and its person."""
        return self.bookings.pop()

    def queue(self, kind: Kind = Kind.BOOKING_CONFIRMED) -> tuple[int, int]:
        """One due message and nothing else, about the next booking: its id and the booking's."""
        self.begin_afresh()
        booking_id, person_id = self.next_guest()
        return self.queue_for(booking_id, person_id, kind), booking_id

    def queue_for(self, booking_id: int, person_id: int, kind: Kind = Kind.BOOKING_CONFIRMED) -> int:
        """A due message about a booking; 0 when it was planned before."""
        with transaction():
            planned = world.queue(the_studio().id, kind, person_id, booking_id, now=datetime.now(UTC))
        return planned or 0

    def sweep(self, mail: FarEnd, line: FarEnd | None = None, facts: Mapping[Kind, Provider] = FACTS) -> None:
        """One sweep of a worker, which may die in it or lose its database."""
        channels = {Channel.MAIL: mail} if line is None else {Channel.MAIL: mail, Channel.LINE: line}
        with self.app.app_context(), suppress(Killed, OperationalError):
            Delivery(channels, facts, LEASE).deliver_due(datetime.now(UTC))

    def in_background(self, mail: FarEnd, facts: Mapping[Kind, Provider] = FACTS) -> threading.Thread:
        """The same in a thread: a second worker."""
        thread = threading.Thread(target=self.sweep, args=(mail, None, facts), daemon=True)
        thread.start()
        return thread

    def state(self, message_id: int) -> str:
        with transaction():
            return str(db.session.scalar(select(Message.state).where(Message.id == message_id)))

    def change(self, message_id: int, **values: object) -> None:
        """Turn a message's row as if time had passed, or somebody had forgotten something."""
        with transaction():
            db.session.query(Message).filter_by(id=message_id).update(values)


def wait_for_lease() -> None:
    """Until a lease that began before has run out."""
    time.sleep(LEASE.total_seconds() + 0.1)


def loses_the_answer(far_end: FarEnd) -> Script:
    """It takes the message, and nobody hears that it did."""

    def script(envelope: Envelope, hand_over: HandOver) -> Outcome:
        if hand_over():
            far_end.take(envelope)
        return Outcome(Ending.AMBIGUOUS)

    return script


def accepted_times(count: int) -> list[str]:
    """What is wrong when a message was accepted so often."""
    return [f"accepted {count} times"] * (count != 1)
