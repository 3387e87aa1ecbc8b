"""Words and a time for one message alone: kept while it waits, used by the claim, signed by the house."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid, Stale
from backoffice.messaging import actions, own_messages
from backoffice.messaging.channels import Ending, Outcome
from backoffice.messaging.models import Attempt, Kind, Message, MessageState
from backoffice.messaging.own_messages import edit, text_in_force, use_text_of_kind
from backoffice.todos.models import Todo
from tests.far_ends.recording import RecordingChannel

Queue = Callable[..., Message]
Deliver = Callable[[datetime], int]

WORDS = "{{ name }}\n\n{{ booking.starts_at|day }} にお待ちしております。\n{{ booking_details }}\n{{ manage_details }}"
SUBJECT = "ご予約について"


@pytest.fixture
def reminder(queue: Queue, now: datetime) -> Message:
    """A reminder that goes out in two hours."""
    return queue(Kind.REMINDER_DAY_BEFORE, send_at=now + timedelta(hours=2))


def write(message: Message, now: datetime, **changes: object) -> Message:
    given: dict[str, object] = {
        "subject": SUBJECT, "body": WORDS, "send_at": message.send_at, "version": message.version, "by": SYSTEM,
        "now": now,
    }  # fmt: skip
    with transaction():
        return edit(message.id, **{**given, **changes})  # type: ignore[arg-type]


def test_its_own_words_go_out_signed(
    reminder: Message, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    write(reminder, now)
    deliver(reminder.send_at)
    (envelope,) = channel.sent
    assert envelope.subject == SUBJECT
    assert envelope.body.startswith("山田 花子 様\n\n11月26日(木) にお待ちしております。")
    assert "整 SEI" in envelope.body.rsplit("\n\n", 1)[-1]
    assert reminder.body == envelope.body


def test_the_words_lie_encrypted_and_not_in_the_audit(reminder: Message, now: datetime) -> None:
    write(reminder, now)
    raw = db.session.execute(
        text("select own_subject, own_body from messages where id = :id"), {"id": reminder.id}
    ).one()
    assert all(SUBJECT.encode() not in bytes(one) for one in raw)
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "message.changed")).one()
    assert line.after == {"own_text": True}
    assert line.before == {"own_text": False}


def test_the_text_of_the_kind_is_not_kept_as_an_own_one(reminder: Message, now: datetime) -> None:
    standard = text_in_force(reminder)
    write(
        reminder,
        now,
        subject=standard.subject,
        body=standard.body,
        send_at=reminder.send_at + timedelta(hours=1),
    )
    assert (reminder.own_body, reminder.is_own_time) == (None, True)


def test_back_to_the_text_of_the_kind(reminder: Message, now: datetime) -> None:
    standard = text_in_force(reminder)
    write(reminder, now)
    with transaction():
        use_text_of_kind(reminder.id, version=reminder.version, by=SYSTEM, now=now)
    assert reminder.own_subject is None
    assert text_in_force(reminder) == standard


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{{ nobody }}", "there is no variable"),
        ("{{ screening.answer }}", "is about health"),
        ("{{ booking.starts_at|day }} 半額キャンペーン", "is advertising"),
        ("{{ name", "do not match"),
        ("", "Please write something"),
    ],
)
def test_what_cannot_be_sent_is_refused(reminder: Message, body: str, reason: str, now: datetime) -> None:
    with pytest.raises(Invalid, match=reason):
        write(reminder, now, body=body)
    assert reminder.own_body is None


def test_two_editors_do_not_overwrite_each_other(reminder: Message, now: datetime) -> None:
    seen = reminder.version
    write(reminder, now, version=seen)
    with pytest.raises(Stale):
        write(reminder, now, version=seen, body=WORDS + "!")
    assert "!" not in (reminder.own_body or "")


def test_only_what_waits_is_edited(queue: Queue, deliver: Deliver, now: datetime) -> None:
    message = queue()
    deliver(now)
    with pytest.raises(Invalid, match="not waiting any more"):
        write(message, now)


def test_what_may_have_arrived_stays_as_it_is(reminder: Message, now: datetime) -> None:
    with transaction():
        reminder.tries = 1
        db.session.add(
            Attempt(
                message_id=reminder.id, channel="mail", fence=1, retry_key=reminder.retry_key, started_at=now,
                outcome=Ending.AMBIGUOUS.value,
            )
        )  # fmt: skip
    with pytest.raises(Invalid, match="may have arrived"):
        write(reminder, now)


def test_a_secret_is_not_edited(queue: Queue, now: datetime) -> None:
    with pytest.raises(Invalid, match="cannot be edited"):
        write(queue(Kind.PASSWORD_RESET, send_at=now + timedelta(hours=1)), now)


def test_its_own_time(reminder: Message, deliver: Deliver, channel: RecordingChannel, now: datetime) -> None:
    later = now + timedelta(hours=4)
    write(reminder, now, send_at=later)
    deliver(later - timedelta(minutes=1))
    assert not channel.sent
    deliver(later)
    assert len(channel.sent) == 1


def test_a_time_after_its_use_is_refused(reminder: Message, now: datetime) -> None:
    """Also for a reminder, which quiet hours would pull back before its last moment."""
    with transaction():
        reminder.expires_at = now.replace(hour=14)  # 23:00 in Kyoto
    with pytest.raises(Invalid, match="After this time"):
        write(reminder, now, send_at=reminder.expires_at)


def test_quiet_hours_move_a_chosen_time(queue: Queue, now: datetime) -> None:
    """A confirmation is never held back, but a time that somebody picks for it is a decent one."""
    message = queue(send_at=now + timedelta(hours=1))
    night = now.replace(hour=14)  # 23:00 in Kyoto
    write(message, now, send_at=night)
    assert message.send_at == message.next_try_at == night + timedelta(hours=9)


def test_a_text_that_breaks_costs_its_wording_not_the_message(
    reminder: Message, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    with transaction():
        reminder.own_subject, reminder.own_body = "x", "{{ gone }}"
    deliver(reminder.send_at)
    (envelope,) = channel.sent
    assert envelope.subject != "x"
    assert db.session.scalars(select(Todo).where(Todo.message_id == reminder.id)).one()


def test_a_second_copy_says_the_same(
    reminder: Message, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    write(reminder, now)
    at = reminder.send_at
    deliver(at)
    with transaction():
        actions.send_again(reminder.id, version=reminder.version, by=SYSTEM, now=at)
    deliver(at)
    assert [one.subject for one in channel.sent] == [SUBJECT] * 2


def test_taking_back_is_undone_before_its_time(
    reminder: Message, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    with transaction():
        actions.cancel(reminder.id, version=reminder.version, by=SYSTEM, now=now)
    with transaction():
        actions.undo_cancel(reminder.id, version=None, by=SYSTEM, now=now)
    assert (reminder.state, reminder.ended_at) == (MessageState.PLANNED, None)
    deliver(reminder.send_at)
    assert len(channel.sent) == 1


def test_taking_back_is_not_undone_after_its_time_nor_when_something_else_ended_it(
    queue: Queue, reminder: Message, now: datetime
) -> None:
    with transaction():
        actions.cancel(reminder.id, version=reminder.version, by=SYSTEM, now=now)
    with pytest.raises(Invalid), transaction():
        actions.undo_cancel(reminder.id, version=None, by=SYSTEM, now=reminder.send_at)
    other = queue(Kind.REMINDER_TWO_HOURS, send_at=now + timedelta(hours=5))
    with transaction():
        other.state, other.reason = MessageState.CANCELLED, "The booking was cancelled."
    with pytest.raises(Invalid), transaction():
        actions.undo_cancel(other.id, version=None, by=SYSTEM, now=now)


def test_a_refused_road_keeps_the_words(
    reminder: Message, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    write(reminder, now)
    channel.answers.append(Outcome(Ending.RETRY_SOON, "busy"))
    deliver(reminder.send_at)
    deliver(reminder.send_at + timedelta(minutes=30))
    assert {one.subject for one in channel.sent} == {SUBJECT}


def test_whether_it_can_be_edited(queue: Queue, reminder: Message) -> None:
    assert own_messages.can_be_edited(reminder)
    assert not own_messages.can_be_edited(queue(Kind.TEXT_TEST))


def test_the_database_keeps_both_words_or_none(reminder: Message) -> None:
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(
            update(Message).where(Message.id == reminder.id).values(own_subject="x", own_body=None)
        )
