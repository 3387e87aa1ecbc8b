"""Replies: a token answers once; after a clear no the message is pushed at once, after a doubt a person is asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.line.accounts import held_account
from backoffice.line.events import PROFILE_WAIT
from backoffice.line.ties import tie
from backoffice.messaging import line_answers, reply_tokens
from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.line import LineChannel
from backoffice.messaging.models import Attempt, Channel, Kind, Message, MessageRoad, MessageState
from backoffice.messaging.outbox import queue_message
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.reconciling import reconcile
from backoffice.messaging.reply_tokens import (
    ReplyToken,
    forget_reply_tokens,
    keep_reply_token,
    take_reply_token,
)
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo
from tasks.messages import PROVIDERS
from tests.backoffice.line.test_events import bring
from tests.backoffice.messaging.test_line import ENVELOPE
from tests.far_ends import journal
from tests.far_ends.line_server import BAD_TOKEN, QUOTA, RATE, TOKEN, LineServer, line_server
from tests.line_chat import HANAKO, event, said, tapped

QUICK = timedelta(seconds=0.4)
GOOD = "f" * 32
"""The token of every event of the tests."""


@pytest.fixture
def line(tmp_path: Path) -> LineServer:
    """A LINE that knows the token of the tests."""
    return LineServer(tmp_path / "line.jsonl", tokens={GOOD})


@pytest.fixture
def deliver(line: LineServer) -> Iterator[Delivery]:
    """Deliveries by the real channel."""
    with line_server(line) as url:
        yield Delivery({Channel.LINE: LineChannel(url, TOKEN, QUICK, QUICK * 2)}, PROVIDERS)


@pytest.fixture
def asked(gym: Studio, now: datetime) -> Message:
    """Somebody has just tapped "book"."""
    bring(gym, now, tapped("menu=book", now))
    return db.session.scalars(select(Message)).one()


def paths(line: LineServer) -> tuple[int, int]:
    """Replies and pushes that LINE was asked for."""
    return len(line.replies), len(line.pushes)


def test_a_tap_is_answered_by_reply_and_costs_nothing(
    asked: Message, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    deliver.deliver_due(now + timedelta(seconds=5))
    assert (asked.state, paths(line), line.used) == (MessageState.SENT, (1, 0), 0)
    (entry,) = journal.read(line.path)
    assert entry["reply"] == GOOD
    assert entry["taps"] == ["ページを開く"]


def test_a_token_that_is_too_old_is_not_used(
    asked: Message, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    deliver.deliver_due(now + reply_tokens.GOOD_FOR)
    assert (asked.state, paths(line), line.used) == (MessageState.SENT, (0, 1), 1)


def test_a_clear_no_is_pushed_in_the_same_sweep(
    asked: Message, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    line.reply_script = [BAD_TOKEN]
    deliver.deliver_due(now)
    assert (asked.state, paths(line), line.used) == (MessageState.SENT, (1, 1), 1)
    assert line.pushes[0]["key"] == str(asked.retry_key)
    attempts = db.session.scalars(select(Attempt).order_by(Attempt.id)).all()
    assert [(one.by_reply, one.outcome) for one in attempts] == [
        (True, Ending.NEVER),
        (False, Ending.ACCEPTED),
    ]


@pytest.mark.parametrize(
    "accident",
    ["drop after", "drop before", "hang", "drip", "garbage", "nonsense", (500, "no"), (409, "again")],
)
def test_a_doubt_is_never_tried_again(
    accident: tuple[int, str] | str, asked: Message, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    line.reply_script = [accident]
    for minutes in (0, 1, 5, 20):
        bring_again = now + timedelta(minutes=minutes)
        deliver.deliver_due(bring_again)
    assert (asked.state, asked.reason) == (MessageState.UNKNOWN, line_answers.ANSWER_LOST)
    assert paths(line) == (1, 0), "neither a reply nor a push comes after it"
    assert len(journal.read(line.path)) <= 1


def test_somebody_known_is_asked_about_when_a_reply_is_in_doubt(
    gym: Studio, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    who = create_person(name="山田 花子", by=SYSTEM, now=now)
    tie(held_account(gym.id, HANAKO, now=now), who.id, now=now)
    db.session.commit()
    bring(gym, now, tapped("menu=way", now))
    line.reply_script = ["drop after"]
    deliver.deliver_due(now)
    assert db.session.scalars(select(Todo.person_id).where(Todo.message_id.is_not(None))).all() == [who.id]


def test_a_busy_line_is_pushed_later(
    asked: Message, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    line.reply_script = [RATE]
    deliver.deliver_due(now)
    assert (asked.state, paths(line)) == (MessageState.PLANNED, (1, 0))
    deliver.deliver_due(now + timedelta(minutes=2))
    assert (asked.state, paths(line)) == (MessageState.SENT, (1, 1))


def test_a_month_that_is_used_up_does_not_stop_replies(
    asked: Message, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    line.limit = 0
    deliver.deliver_due(now)
    assert (asked.state, paths(line)) == (MessageState.SENT, (1, 0))
    assert QUOTA not in line.script


class Killed(BaseException):
    """A worker that is not there any more."""


class DiesAfter:
    """A channel whose worker dies when LINE has taken the reply, or just before it is handed over."""

    honours_keys_for = timedelta(hours=23)

    def __init__(self, inner: LineChannel, *, before: bool) -> None:
        self.inner, self.before = inner, before

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
        if not self.before:
            self.inner.send(envelope, hand_over)
        raise Killed


@pytest.mark.parametrize("before", [True, False])
def test_a_worker_that_dies_leaves_no_second_message(
    before: bool, asked: Message, line: LineServer, now: datetime
) -> None:
    with line_server(line) as url:
        good = LineChannel(url, TOKEN)
        dying = Delivery({Channel.LINE: DiesAfter(good, before=before)}, PROVIDERS)
        with pytest.raises(Killed):
            dying.deliver_due(now)
        line.tokens.add("another")
        with transaction():
            keep_reply_token(HANAKO, "another", happened_at=now + timedelta(seconds=1), received_at=now)
            db.session.execute(
                update(Message).values(lease_until=func.clock_timestamp() - timedelta(seconds=1))
            )
        Delivery({Channel.LINE: good}, PROVIDERS).deliver_due(now + timedelta(seconds=20))
    assert len(journal.read(line.path)) == 1, "exactly one at the far end"
    # Killed before: nothing was handed over, so it is pushed; the token was spent by the claim and is not used again.
    state, calls = (MessageState.SENT, (0, 1)) if before else (MessageState.UNKNOWN, (1, 0))
    assert (asked.state, paths(line)) == (state, calls)


def test_two_answers_to_one_event_take_the_token_once(
    gym: Studio, asked: Message, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    with transaction():
        queue_message(
            Kind.LINE_WAY, studio_id=gym.id, dedupe_key="another", send_at=now, now=now, language="ja",
            expires_at=now + timedelta(minutes=5), values=asked.values,
        )  # fmt: skip
    deliver.deliver_due(now)
    assert paths(line) == (1, 1)


def test_the_newest_event_counts_in_whatever_order_they_come(gym: Studio, now: datetime) -> None:
    newer, older = said("二", now, replyToken="no"), said("一", now - timedelta(seconds=9))
    newer["replyToken"] = "e" * 32
    bring(gym, now, newer, older)
    assert [(one.address, one.token) for one in db.session.scalars(select(ReplyToken))] == [
        (HANAKO, "e" * 32)
    ]


def test_a_token_is_as_old_as_the_older_of_both_clocks_says(gym: Studio, now: datetime) -> None:
    with transaction():
        keep_reply_token("U1", "a", happened_at=now - timedelta(seconds=30), received_at=now)
        keep_reply_token("U2", "b", happened_at=now + timedelta(hours=1), received_at=now)
    soon = now + timedelta(seconds=25)
    assert take_reply_token("U1", now=soon) is None
    assert take_reply_token("U2", now=soon) == "b"
    assert take_reply_token("U2", now=soon) is None


def test_old_tokens_are_forgotten(gym: Studio, now: datetime) -> None:
    with transaction():
        keep_reply_token("U1", "a", happened_at=now, received_at=now)
        forget_reply_tokens(now=now)
    assert db.session.scalars(select(ReplyToken.token)).all() == ["a"]
    with transaction():
        forget_reply_tokens(now=now + reply_tokens.GOOD_FOR)
    assert db.session.scalars(select(ReplyToken.token)).all() == []


def test_reminders_never_take_a_token(
    gym: Studio, guest: Person, queue: object, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    tie(held_account(gym.id, HANAKO, now=now), guest.id, now=now)
    db.session.add(MessageRoad(studio_id=gym.id, kind=Kind.REMINDER_DAY_BEFORE, channel=Channel.LINE))
    db.session.commit()
    bring(gym, now, said("こんにちは", now))
    queue(Kind.REMINDER_DAY_BEFORE)  # type: ignore[operator]
    deliver.deliver_due(now)
    assert paths(line) == (0, 1)
    answering = {kind for kind in Kind if POLICIES[kind].answers}
    by_line = {kind for kind in Kind if POLICIES[kind].only_by is Channel.LINE}
    assert answering == {*by_line, Kind.TIMES_OFFERED, Kind.WRITTEN}


def test_a_reply_is_not_counted_as_a_push(
    asked: Message, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    deliver.deliver_due(now)
    assert reconcile(0, now=now + timedelta(days=2)).odd == ()


def test_a_follow_is_greeted_by_reply(
    gym: Studio, deliver: Delivery, line: LineServer, now: datetime
) -> None:
    bring(gym, now, event("follow", now))
    deliver.deliver_due(now + PROFILE_WAIT)
    assert paths(line) == (1, 0)


def test_a_token_is_in_no_log() -> None:
    assert GOOD not in repr(replace(ENVELOPE, reply_token=GOOD))
