"""The nightly comparison: a late yes counts, and what does not fit is said."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.core.config import Settings
from backoffice.core.db import db
from backoffice.health import Level, check_readiness
from backoffice.messaging.channels import Ending, Outcome
from backoffice.messaging.models import Attempt, Channel, Message, MessageState
from backoffice.messaging.reconciling import counted_day, reconcile
from backoffice.messaging.settling import close_attempt
from backoffice.todos.models import Todo
from tests.far_ends.recording import RecordingChannel

Queue = Callable[..., Message]
Deliver = Callable[[datetime], int]


def test_a_late_yes_makes_an_unclear_message_sent(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    message = queue()
    channel.answers = [Outcome(Ending.AMBIGUOUS, "lost")]
    deliver(now)
    assert message.state == MessageState.UNKNOWN
    attempt_id = db.session.scalars(select(Attempt.id)).one()
    close_attempt(attempt_id, Outcome(Ending.ACCEPTED), now + timedelta(minutes=9))
    assert reconcile(None, now=now + timedelta(hours=16)).healed == 1
    assert (message.state, message.accepted_at) == (MessageState.SENT, now + timedelta(minutes=9))
    assert db.session.scalars(select(Todo.done_at).where(Todo.message_id == message.id)).one() is not None
    assert reconcile(None, now=now + timedelta(hours=17)).healed == 0


def test_what_is_sent_or_unclear_and_fits_is_left_alone(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    unclear, _sent = queue(dedupe_key="unclear"), queue(dedupe_key="sent")
    channel.answers = [Outcome(Ending.AMBIGUOUS, "lost")]
    deliver(now)
    findings = reconcile(None, now=now + timedelta(hours=16))
    assert (findings.healed, findings.odd) == (0, ())
    assert unclear.state == MessageState.UNKNOWN


def test_what_does_not_fit_is_said(queue: Queue, now: datetime) -> None:
    for key, state in (("sent", MessageState.SENT), ("claimed", MessageState.CLAIMED)):
        message = queue(dedupe_key=key)
        message.state, message.lease_until = state, now - timedelta(days=300)
    queue(dedupe_key="forgotten")
    db.session.commit()
    odd = " ".join(reconcile(None, now=now + timedelta(hours=2)).odd)
    assert "1 called sent" in odd
    assert "1 left with a worker" in odd
    assert "1 due for an hour" in odd


def test_what_was_written_late_is_not_late(queue: Queue, settings: Settings, now: datetime) -> None:
    """The numbers of the week are due at eight and may be written at ten, when the product was switched on."""
    queue(send_at=now - timedelta(hours=2))
    assert reconcile(None, now=now + timedelta(minutes=30)).odd == ()
    assert "1 due for an hour" in reconcile(None, now=now + timedelta(minutes=61)).odd[0]
    checks = check_readiness(settings, now=now + timedelta(minutes=2))
    [due] = [one for one in checks if one.name == "oldest_due_message"]
    assert (due.level, due.found) == (Level.OK, "2 min ago")


def test_what_line_counted_is_compared(queue: Queue, deliver: Deliver, now: datetime) -> None:
    queue(dedupe_key="one"), queue(dedupe_key="two")
    deliver(now)
    db.session.query(Attempt).update({"channel": Channel.LINE})
    db.session.query(Attempt).filter_by(id=db.session.scalars(select(Attempt.id)).first()).update(
        {"outcome": "LOST"}
    )
    later = now + timedelta(days=2)
    assert counted_day(later) == now.date()
    assert [bool(_odd_of_line(count, later)) for count in (0, 1, 2, 3)] == [True, False, False, True]
    assert not _odd_of_line(None, later)


def _odd_of_line(pushes: int | None, now: datetime) -> str:
    return " ".join(one for one in reconcile(pushes, now=now).odd if "LINE" in one)
