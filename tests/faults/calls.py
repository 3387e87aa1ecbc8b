"""Guards of the call: what may be sent a second time, by whom, and what is said of it afterwards."""

import threading
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from sqlalchemy import false, text

from backoffice.core.db import db, transaction
from backoffice.messaging import claiming, delivery, outbox, settling
from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome, Transport
from backoffice.messaging.claiming import Claimer
from backoffice.messaging.models import Kind, Message, MessageRoad, MessageState
from tests.faults.accidents import END_BACKENDS, ask
from tests.faults.stage import (
    PATIENCE,
    FarEnd,
    Killed,
    Script,
    Stage,
    accepted_times,
    loses_the_answer,
    wait_for_lease,
)
from tests.faults.world import choose_line

Removal = Callable[[], AbstractContextManager[Any]]


def dies_after_sending(far_end: FarEnd) -> Script:
    """Hands the message over, and is gone before the answer is written down."""

    def script(envelope: Envelope, hand_over: HandOver) -> Outcome | None:
        if hand_over():
            far_end.take(envelope)
        raise Killed

    return script


def phase(stage: Stage) -> list[str]:
    """Killed after the final dot: mail must not be tried again."""
    message_id, _booking = stage.queue()
    provider = FarEnd()
    provider.script = [dies_after_sending(provider)]
    return _die_and_come_back(stage, provider, message_id)


def retry_key(stage: Stage) -> list[str]:
    """Killed after the provider took it: the second call must carry the same key."""
    message_id, _booking = stage.queue()
    provider = FarEnd(knows_keys=True)
    provider.script = [dies_after_sending(provider)]
    return _die_and_come_back(stage, provider, message_id)


def _die_and_come_back(stage: Stage, provider: FarEnd, message_id: int) -> list[str]:
    stage.sweep(provider)
    wait_for_lease()
    stage.sweep(provider)
    return accepted_times(provider.accepted[message_id])


def lease(stage: Stage) -> list[str]:
    """A second worker looks while the first is in its call: it must leave the message alone."""
    message_id, _booking = stage.queue()
    provider, handed, looked = FarEnd(), threading.Event(), threading.Event()

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
    provider = FarEnd()
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
    return accepted_times(provider.accepted[message_id])


def road(stage: Stage) -> list[str]:
    """LINE took it and its answer was lost; then the studio chooses mail. It must not go there as well."""
    message_id, mail, line = _lost_at_line(stage)
    with transaction():
        db.session.query(MessageRoad).delete()
    stage.sweep(mail, line)
    return accepted_times(mail.accepted[message_id] + line.accepted[message_id])


def key_age(stage: Stage) -> list[str]:
    """LINE took it and its answer was lost; nobody tries again for a day, and LINE forgets the key meanwhile."""
    message_id, mail, line = _lost_at_line(stage)
    line.keys.clear()
    with transaction():
        db.session.execute(text("update message_attempts set started_at = started_at - interval '1 day'"))
    stage.sweep(mail, line)
    return accepted_times(line.accepted[message_id])


def doubt(stage: Stage) -> list[str]:
    """LINE took it and its answer was lost; then it is cancelled. Nobody may say that it did not go out."""
    message_id, _mail, _line = _lost_at_line(stage)
    with transaction():
        outbox.cancel_messages(reason="drill", message_id=message_id, now=datetime.now(UTC))
    state = stage.state(message_id)
    return [f"called {state}, and arrived"] * (state != MessageState.UNKNOWN)


def insistence(stage: Stage) -> list[str]:
    """The database ends every connection just when the provider says yes: the yes must not be lost."""
    message_id, _booking = stage.queue()
    mail = FarEnd()

    def accepted_while_the_database_goes(envelope: Envelope, hand_over: HandOver) -> Outcome | None:
        if not hand_over():
            return Outcome(Ending.TAKEN_BACK)
        ask(stage.app.extensions["settings"].database_url, END_BACKENDS)
        return mail.take(envelope)

    mail.script = [accepted_while_the_database_goes]
    stage.sweep(mail)
    wait_for_lease()
    stage.sweep(mail)
    state = stage.state(message_id)
    return [f"{state}, though the provider said yes"] * (state != MessageState.SENT)


def _lost_at_line(stage: Stage) -> tuple[int, FarEnd, FarEnd]:
    """A message that LINE took without anybody hearing of it, due again."""
    message_id, _booking = stage.queue()
    mail, line = FarEnd(), FarEnd(knows_keys=True)
    choose_line(Kind.BOOKING_CONFIRMED)
    line.script = [loses_the_answer(line)]
    stage.sweep(mail, line)
    stage.change(message_id, next_try_at=datetime.now(UTC))
    return message_id, mail, line


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


def without_road() -> AbstractContextManager[Any]:
    return patch.object(settling, "is_doubtful", lambda row: False)


def without_key_age() -> AbstractContextManager[Any]:
    def for_ever(_row: Message, transport: Transport | None, _now: datetime) -> bool:
        return transport is not None and transport.honours_keys_for > timedelta(0)

    return patch.object(settling, "key_holds", for_ever)


def without_doubt() -> AbstractContextManager[Any]:
    return patch.object(outbox, "may_have_arrived", false)


def without_insistence() -> AbstractContextManager[Any]:
    return patch.object(delivery, "insist", lambda work: work())


GUARDS: dict[str, tuple[Callable[[Stage], list[str]], Removal]] = {
    "phase": (phase, without_phase),
    "retry key": (retry_key, without_retry_key),
    "lease": (lease, without_lease),
    "fence": (fence, without_fence),
    "road": (road, without_road),
    "key age": (key_age, without_key_age),
    "doubt": (doubt, without_doubt),
    "insistence": (insistence, without_insistence),
}
