"""A channel that fails rests, and is tried by one message at a time; what waits for it loses nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backoffice.core.db import db
from backoffice.messaging.breaker import MOST_FAILURES, REST, RESTING
from backoffice.messaging.channels import Blame, Ending, Outcome
from backoffice.messaging.models import Channel, ChannelState, Message, MessageState
from tests.far_ends.recording import RecordingChannel

Queue = Callable[..., Message]
Deliver = Callable[[datetime], int]

AWAY = Outcome(Ending.RETRY_SOON, "not there", blame=Blame.CHANNEL)
LOCKED_OUT = Outcome(Ending.RETRY_SLOWLY, "wrong password", blame=Blame.SETTINGS)
NO_SUCH_ADDRESS = Outcome(Ending.NEVER, "no such address")


@pytest.fixture
def eight(queue: Queue) -> list[Message]:
    """Eight messages that are due."""
    return [queue(dedupe_key=f"message {number}") for number in range(8)]


def state() -> ChannelState:
    """What is known of mail."""
    return db.session.get_one(ChannelState, Channel.MAIL.value, populate_existing=True)


def test_after_some_failures_in_a_row_nobody_is_called(
    eight: list[Message], deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    channel.answers = [AWAY] * 8
    deliver(now)
    assert len(channel.calls) == MOST_FAILURES
    spared = [one for one in eight if one.reason == RESTING]
    assert len(spared) == 3
    assert all(one.tries == 0 and one.state == MessageState.PLANNED for one in spared)


def test_after_the_rest_one_message_tries_and_the_others_follow(
    eight: list[Message], deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    channel.answers = [AWAY] * (MOST_FAILURES + 1)
    deliver(now)
    deliver(now + REST + timedelta(seconds=5))
    assert len(channel.calls) == MOST_FAILURES + 1, "one tries, the others wait for it"
    deliver(now + 3 * REST)
    assert channel.sent, "it answers again"
    assert (state().failures, state().resting_until, state().reason) == (0, None, "")
    deliver(now + timedelta(hours=1))
    assert all(one.state == MessageState.SENT for one in eight)


def test_while_one_tries_another_worker_does_not(
    eight: list[Message], deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    channel.answers = [AWAY] * (MOST_FAILURES + 1)
    deliver(now)
    later = now + REST + timedelta(seconds=5)

    def another_worker() -> None:
        channel.meanwhile = None
        deliver(later)

    channel.meanwhile = another_worker
    deliver(later)
    assert len(channel.calls) == MOST_FAILURES + 1


def test_a_wrong_password_is_noticed_at_once(
    eight: list[Message], deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    channel.answers = [LOCKED_OUT]
    deliver(now)
    assert len(channel.calls) == 1
    assert state().reason == "wrong password"


def test_a_refused_message_says_nothing_against_the_channel(
    eight: list[Message], deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    channel.answers = [AWAY, AWAY, AWAY, AWAY, NO_SUCH_ADDRESS, AWAY]
    deliver(now)
    assert len(channel.calls) == 8
    assert db.session.get_one(ChannelState, "mail", populate_existing=True).failures == 0


def test_a_last_chance_is_not_waited_away(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    db.session.add(
        ChannelState(channel="mail", failures=9, reason="x", resting_until=now + timedelta(hours=9))
    )
    urgent = queue(expires_at=now + timedelta(seconds=50))
    patient = queue(dedupe_key="patient", expires_at=now + timedelta(hours=1))
    deliver(now)
    assert urgent.state == MessageState.SENT
    assert patient.state == MessageState.SENT, "the channel has just answered"


def test_what_waits_is_tried_before_it_loses_its_use(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    db.session.add(
        ChannelState(channel="mail", failures=9, reason="x", resting_until=now + timedelta(hours=9))
    )
    message = queue(expires_at=now + timedelta(hours=1))
    deliver(now)
    assert not channel.calls
    assert message.next_try_at == now + timedelta(minutes=59)
    deliver(message.next_try_at)
    assert message.state == MessageState.SENT
