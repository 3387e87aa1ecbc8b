"""Positive controls: each guard is taken out once, and what it prevents must then happen and be seen.

A worker "dies" here by an exception that nothing catches after its last commit, which leaves the rows exactly as
SIGKILL does; the storm kills real processes.
"""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import delete, insert, select, text, update

from backoffice.bookings import facts as booking_facts
from backoffice.bookings.models import Booking, Participant
from backoffice.core.db import db, transaction
from backoffice.messaging import claiming, delivery, outbox, settling
from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome, Transport
from backoffice.messaging.claiming import Claimer
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Kind, Message, MessageRoad, MessageState
from backoffice.providers import PROVIDERS
from backoffice.studio.queries import the_studio
from tests.faults import world

LEASE = timedelta(seconds=0.4)
PATIENCE = 10.0


class Killed(BaseException):
    """The worker is gone."""


@dataclass
class Provider:
    """A far end in memory. With `knows_keys` it drops a second message with the same key. `script` runs per call."""

    knows_keys: bool = False
    accepted: Counter[int] = field(default_factory=Counter)
    keys: set[uuid.UUID] = field(default_factory=set)
    script: list[Callable[[Envelope, HandOver], Outcome | None]] = field(default_factory=list)

    @property
    def honours_keys_for(self) -> timedelta:
        return timedelta(hours=23) if self.knows_keys else timedelta(0)

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
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

    def queue(self) -> tuple[int, int]:
        """A due message about the next booking: its id and the booking's."""
        booking_id, person_id = self.bookings.pop()
        with transaction():
            db.session.execute(
                text("update messages set state = 'CANCELLED' where state in ('PLANNED', 'CLAIMED')")
            )
            message_id = self.queue_for(booking_id, person_id)
        assert message_id is not None
        return message_id, booking_id

    def queue_for(self, booking_id: int, person_id: int) -> int | None:
        now = datetime.now(UTC)
        kind = Kind.BOOKING_CONFIRMED
        return world.queue(the_studio().id, kind, person_id, booking_id, now=now)

    def sweep(self, provider: Provider, line: Provider | None = None) -> None:
        """One sweep of a worker, which may die in it."""
        channels: dict[Channel, Transport] = {Channel.MAIL: provider}
        if line is not None:
            channels[Channel.LINE] = line
        with self.app.app_context(), suppress(Killed):
            Delivery(channels, PROVIDERS, LEASE).deliver_due(datetime.now(UTC))

    def in_background(self, provider: Provider) -> threading.Thread:
        """The same in a thread: a second worker."""
        thread = threading.Thread(target=self.sweep, args=(provider,), daemon=True)
        thread.start()
        return thread

    def state(self, message_id: int) -> str:
        with transaction():
            return str(db.session.scalar(select(Message.state).where(Message.id == message_id)))


def wait_for_lease() -> None:
    """Until a lease that began before has run out."""
    time.sleep(LEASE.total_seconds() + 0.1)


def dies_after_sending(provider: Provider) -> Callable[[Envelope, HandOver], Outcome | None]:
    """Hands the message over, and is gone before the answer is written down."""

    def script(envelope: Envelope, hand_over: HandOver) -> Outcome | None:
        if hand_over():
            provider.take(envelope)
        raise Killed

    return script


def phase(stage: Stage) -> list[str]:
    """Killed after the final dot: mail must not be tried again."""
    message_id, _booking = stage.queue()
    provider = Provider()
    provider.script = [dies_after_sending(provider)]
    return _die_and_come_back(stage, provider, message_id)


def retry_key(stage: Stage) -> list[str]:
    """Killed after the provider took it: the second call must carry the same key."""
    message_id, _booking = stage.queue()
    provider = Provider(knows_keys=True)
    provider.script = [dies_after_sending(provider)]
    return _die_and_come_back(stage, provider, message_id)


def _die_and_come_back(stage: Stage, provider: Provider, message_id: int) -> list[str]:
    stage.sweep(provider)
    wait_for_lease()
    stage.sweep(provider)
    return [f"accepted {provider.accepted[message_id]} times"] * (provider.accepted[message_id] != 1)


def lease(stage: Stage) -> list[str]:
    """A second worker looks while the first is in its call: it must leave the message alone."""
    message_id, _booking = stage.queue()
    provider, handed, looked = Provider(), threading.Event(), threading.Event()

    def slow(envelope: Envelope, hand_over: HandOver) -> Outcome | None:
        if not hand_over():
            return Outcome(Ending.TAKEN_BACK)
        handed.set()
        looked.wait(PATIENCE)
        return provider.take(envelope)

    provider.script = [slow]
    first = stage.in_background(provider)
    handed.wait(PATIENCE)
    stage.sweep(provider)
    looked.set()
    first.join(PATIENCE)
    state = stage.state(message_id)
    return [f"{state} without any accident"] * (state != MessageState.SENT)


def fence(stage: Stage) -> list[str]:
    """A worker sleeps past its lease and wakes while another one is sending: it must not send as well."""
    message_id, _booking = stage.queue()
    provider = Provider()
    asleep, wake, second_in, first_tried, second_tried = (threading.Event() for _ in range(5))

    def sleeper(envelope: Envelope, hand_over: HandOver) -> Outcome | None:
        asleep.set()
        wake.wait(PATIENCE)
        is_mine = hand_over()
        first_tried.set()
        second_tried.wait(PATIENCE)
        return provider.take(envelope) if is_mine else Outcome(Ending.TAKEN_BACK)

    def second(envelope: Envelope, hand_over: HandOver) -> Outcome | None:
        second_in.set()
        first_tried.wait(PATIENCE)
        is_mine = hand_over()
        second_tried.set()
        return provider.take(envelope) if is_mine else Outcome(Ending.TAKEN_BACK)

    provider.script = [sleeper, second]
    first_worker = stage.in_background(provider)
    asleep.wait(PATIENCE)
    wait_for_lease()
    second_worker = stage.in_background(provider)
    second_in.wait(PATIENCE)
    wake.set()
    first_worker.join(PATIENCE)
    second_worker.join(PATIENCE)
    return [f"accepted {provider.accepted[message_id]} times"] * (provider.accepted[message_id] != 1)


def dedupe_key(stage: Stage) -> list[str]:
    """The same cause is planned twice: one message."""
    _message_id, booking_id = stage.queue()
    person_id = db.session.scalars(
        select(Participant.person_id).where(Participant.booking_id == booking_id)
    ).one()
    with transaction():
        stage.queue_for(booking_id, person_id)
    provider = Provider()
    stage.sweep(provider)
    count = sum(provider.accepted.values())
    return [f"{count} messages for one cause"] * (count != 1)


def wantedness(stage: Stage) -> list[str]:
    """The booking is cancelled by a path that forgot its messages: the claim must see it."""
    message_id, booking_id = stage.queue()
    with transaction():
        booking = db.session.get_one(Booking, booking_id)
        booking.state, booking.version = "CANCELLED", booking.version + 1
    provider = Provider()
    stage.sweep(provider)
    return ["sent about a cancelled booking"] * (provider.accepted[message_id] != 0)


def taking_back(stage: Stage) -> list[str]:
    """The message is cancelled between claim and call: the worker must find out before the point of no return."""
    message_id, booking_id = stage.queue()
    provider = Provider()

    def cancelled_meanwhile(envelope: Envelope, hand_over: HandOver) -> Outcome | None:
        with transaction():
            outbox.cancel_messages(reason="drill", booking_id=booking_id, now=datetime.now(UTC))
        return None

    provider.script = [cancelled_meanwhile]
    stage.sweep(provider)
    return ["sent after it was cancelled"] * (provider.accepted[message_id] != 0)


def road(stage: Stage) -> list[str]:
    """LINE took it and its answer was lost; then the studio chooses mail. It must not go there as well."""
    message_id, _booking = stage.queue()
    mail, line = Provider(), Provider(knows_keys=True)
    with transaction():
        chosen = MessageRoad(studio_id=the_studio().id, kind=Kind.BOOKING_CONFIRMED, channel=Channel.LINE)
        db.session.add(chosen)

    def loses_the_answer(envelope: Envelope, hand_over: HandOver) -> Outcome:
        hand_over()
        line.take(envelope)
        return Outcome(Ending.AMBIGUOUS)

    line.script = [loses_the_answer]
    stage.sweep(mail, line)
    with transaction():
        db.session.execute(delete(MessageRoad).where(MessageRoad.kind == Kind.BOOKING_CONFIRMED))
        db.session.execute(
            update(Message).where(Message.id == message_id).values(next_try_at=datetime.now(UTC))
        )
    stage.sweep(mail, line)
    accepted = mail.accepted[message_id] + line.accepted[message_id]
    return [f"accepted {accepted} times"] * (accepted != 1)


def without_phase() -> AbstractContextManager[Any]:
    return patch.object(delivery, "hand_over", lambda envelope: True)


def without_retry_key() -> AbstractContextManager[Any]:
    kept = Claimer._claim

    def with_new_key(self: Claimer, row: Message, *words: Any) -> Envelope:
        row.retry_key = uuid.uuid4()
        return kept(self, row, *words)

    return patch.object(Claimer, "_claim", with_new_key)


def without_lease() -> AbstractContextManager[Any]:
    return patch.object(claiming, "_is_left_behind", lambda: Message.state == MessageState.CLAIMED)


def without_fence() -> AbstractContextManager[Any]:
    only = lambda envelope: (Message.id == envelope.message_id, Message.state == MessageState.CLAIMED)  # noqa: E731
    return patch.object(delivery, "_is_ours", only)


@contextmanager
def without_dedupe_key() -> Iterator[None]:
    without = insert(Message.__table__).returning(Message.id)  # type: ignore[arg-type]

    def alter(change: str) -> None:
        with transaction():
            db.session.execute(text(f"alter table messages {change}"))

    alter("drop constraint uq_messages_dedupe_key")
    try:
        with patch.object(outbox, "_PLAN", without):
            yield
    finally:
        with transaction():
            db.session.execute(text("update messages set dedupe_key = dedupe_key || id"))
        alter("add constraint uq_messages_dedupe_key unique (dedupe_key)")


def without_wantedness() -> AbstractContextManager[Any]:
    return patch.object(booking_facts, "_untrue", lambda *_words: None)


def without_taking_back() -> AbstractContextManager[Any]:
    return patch.object(outbox, "can_be_taken_back", lambda: Message.state == MessageState.PLANNED)


def without_road() -> AbstractContextManager[Any]:
    return patch.object(settling, "is_doubtful", lambda row: False)


GUARDS: dict[str, tuple[Callable[[Stage], list[str]], Callable[[], AbstractContextManager[Any]]]] = {
    "phase": (phase, without_phase),
    "retry key": (retry_key, without_retry_key),
    "lease": (lease, without_lease),
    "fence": (fence, without_fence),
    "dedupe key": (dedupe_key, without_dedupe_key),
    "wantedness": (wantedness, without_wantedness),
    "taking back": (taking_back, without_taking_back),
    "road": (road, without_road),
}


def make_stage(app: Flask) -> Stage:
    """Guests for every scenario, twice. The application's database is new and migrated."""
    world.make_world(app, 2 * len(GUARDS), now=datetime.now(UTC))
    with app.app_context():
        rows = db.session.execute(select(Participant.booking_id, Participant.person_id)).all()
        with transaction():
            db.session.execute(text("delete from messages"))
    return Stage(app, [(row.booking_id, row.person_id) for row in rows])


def try_guard(stage: Stage, name: str, *, removed: bool) -> list[str]:
    """What is wrong after the scenario of a guard, with the guard or without it."""
    scenario, without = GUARDS[name]
    with stage.app.app_context(), without() if removed else nullcontext():
        return scenario(stage)
