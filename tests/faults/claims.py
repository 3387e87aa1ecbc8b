"""Guards of the claim: what may go out at all, and when."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

from sqlalchemy import insert, select, text

from backoffice.bookings import facts as booking_facts
from backoffice.bookings.models import Booking, Participant
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local
from backoffice.core.db import db, transaction
from backoffice.messaging import breaker as breakers
from backoffice.messaging import claiming, judging, outbox
from backoffice.messaging.channels import Blame, Ending, Envelope, HandOver, Outcome
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.actions import record_consent
from backoffice.people.models import Purpose
from backoffice.studio.queries import the_studio
from tests.faults.calls import Removal
from tests.faults.stage import FACTS, PATIENCE, FarEnd, Stage

CALLS = 8


def dedupe_key(stage: Stage) -> list[str]:
    """The same cause is planned twice: one message."""
    _message_id, booking_id = stage.queue()
    person_id = db.session.scalars(
        select(Participant.person_id).where(Participant.booking_id == booking_id)
    ).one()
    stage.queue_for(booking_id, person_id)
    provider = FarEnd()
    stage.sweep(provider)
    count = sum(provider.accepted.values())
    return [f"{count} messages for one cause"] * (count != 1)


def wantedness(stage: Stage) -> list[str]:
    """The booking is cancelled by a path that forgot its messages: the claim must see it."""
    message_id, booking_id = stage.queue()
    with transaction():
        booking = db.session.get_one(Booking, booking_id)
        booking.state, booking.version = "CANCELLED", booking.version + 1
    provider = FarEnd()
    stage.sweep(provider)
    return ["sent about a cancelled booking"] * (provider.accepted[message_id] != 0)


def taking_back(stage: Stage) -> list[str]:
    """The message is cancelled between claim and call: the worker must find out before the point of no return."""
    message_id, booking_id = stage.queue()
    provider = FarEnd()

    def cancelled_meanwhile(envelope: Envelope, hand_over: HandOver) -> Outcome | None:
        with transaction():
            outbox.cancel_messages(reason="drill", booking_id=booking_id, now=datetime.now(UTC))
        return None

    provider.script = [cancelled_meanwhile]
    stage.sweep(provider)
    return ["sent after it was cancelled"] * (provider.accepted[message_id] != 0)


def expiry(stage: Stage) -> list[str]:
    """No worker ran until its time was over."""
    message_id, _booking = stage.queue()
    stage.change(message_id, expires_at=datetime.now(UTC))
    return _sent_anyway(stage, message_id, "sent after its time")


def quiet_hours(stage: Stage) -> list[str]:
    """It was planned for the evening, and no worker ran until the night."""
    message_id, _booking = stage.queue(Kind.REMINDER_DAY_BEFORE)
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    with transaction():
        studio = the_studio()
        studio.quiet_from, studio.quiet_to = (
            local(at, studio.zone).time() for at in (now - hour, now + hour)
        )
    try:
        return _sent_anyway(stage, message_id, "sent in the night")
    finally:
        with transaction():
            studio = the_studio()
            studio.quiet_from = studio.quiet_to = time(0)


def consent(stage: Stage) -> list[str]:
    """The consent is withdrawn by a path that forgot the messages: the claim must see it."""
    stage.begin_afresh()
    booking_id, person_id = stage.next_guest()
    _agrees(person_id, True)
    message_id = stage.queue_for(booking_id, person_id, Kind.AFTER_TRIAL)
    _agrees(person_id, False)
    return _sent_anyway(stage, message_id, "sent without a consent")


def cap(stage: Stage) -> list[str]:
    """Two workers hold one message each for somebody who may get one this week."""
    stage.begin_afresh()
    booking_id, person_id = stage.next_guest()
    _agrees(person_id, True)
    with transaction():
        the_studio().follow_ups_a_week = 1
    kinds = (Kind.AFTER_TRIAL, Kind.AFTER_COUNSELLING)
    for kind in kinds:
        stage.queue_for(booking_id, person_id, kind)
    both_found_room, mail = threading.Barrier(2), FarEnd()

    def slow_facts(_message: Message, _now: datetime) -> Facts:
        with suppress(threading.BrokenBarrierError):
            both_found_room.wait(0.5)
        return Facts({"book_url": "https://sei.example/book"})

    facts = {**FACTS, **dict.fromkeys(kinds, slow_facts)}
    for worker in [stage.in_background(mail, facts) for _worker in range(2)]:
        worker.join(PATIENCE)
    count = sum(mail.accepted.values())
    return [f"{count} in one week"] * (count != 1)


def breaker(stage: Stage) -> list[str]:
    """The provider is away: after some calls nobody is sent there for a while."""
    stage.begin_afresh()
    for _message in range(CALLS):
        stage.queue_for(*stage.next_guest())
    mail = FarEnd(
        script=[lambda _envelope, _hand_over: Outcome(Ending.RETRY_SOON, blame=Blame.CHANNEL)] * CALLS
    )
    stage.sweep(mail)
    return [f"{mail.calls} calls of a channel that is away"] * (mail.calls != breakers.MOST_FAILURES)


def _sent_anyway(stage: Stage, message_id: int, words: str) -> list[str]:
    mail = FarEnd()
    stage.sweep(mail)
    return [words] * (mail.accepted[message_id] != 0)


def _agrees(person_id: int, is_given: bool) -> None:
    with transaction():
        record_consent(
            person_id, Purpose.FOLLOW_UP, is_given, wording="v1", language="ja", source="test", by=SYSTEM,
            now=datetime.now(UTC),
        )  # fmt: skip


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


def without_expiry() -> AbstractContextManager[Any]:
    """There are no quiet hours on this stage, so all that holds a message back is its time."""
    return patch.object(judging, "_held_back", lambda *_words: None)


def without_quiet_hours() -> AbstractContextManager[Any]:
    return patch.object(judging, "held_until", lambda *_words, **_named: None)


def without_consent() -> AbstractContextManager[Any]:
    return patch.object(judging, "consent", lambda *_words: True)


def without_cap() -> AbstractContextManager[Any]:
    return patch.object(claiming, "hold_cap", lambda _row: None)


def without_breaker() -> AbstractContextManager[Any]:
    return patch.object(breakers, "wait_for", lambda *_words, **_named: None)


GUARDS: dict[str, tuple[Callable[[Stage], list[str]], Removal]] = {
    "dedupe key": (dedupe_key, without_dedupe_key),
    "wantedness": (wantedness, without_wantedness),
    "taking back": (taking_back, without_taking_back),
    "expiry": (expiry, without_expiry),
    "quiet hours": (quiet_hours, without_quiet_hours),
    "consent": (consent, without_consent),
    "cap": (cap, without_cap),
    "breaker": (breaker, without_breaker),
}
