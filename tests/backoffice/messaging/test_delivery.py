"""A due message goes out once; what is no longer true, wanted or in time does not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.models import Booking, BookingState
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.messaging.channels import Ending, Outcome
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Attempt, Channel, Kind, Message, MessageState, Phase
from backoffice.messaging.outbox import cancel_messages, hold_due_for_review
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.providers import PROVIDERS
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind
from tests.far_ends.recording import RecordingChannel

Queue = Callable[..., Message]
Deliver = Callable[[datetime], int]

LOST = Outcome(Ending.AMBIGUOUS, "lost")
BUSY = Outcome(Ending.RETRY_SOON, "busy")


def check_todos(message: Message) -> list[Todo]:
    query = select(Todo).where(Todo.message_id == message.id, Todo.kind == TodoKind.CHECK_MESSAGE)
    return list(db.session.scalars(query))


def test_a_due_message_is_sent_once(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    message = queue()
    deliver(now)
    deliver(now + timedelta(minutes=1))
    assert [one.address for one in channel.sent] == ["hanako@example.jp"]
    assert message.state == MessageState.SENT
    assert message.subject is not None
    assert "11月26日(木)16:00" in message.subject


@pytest.mark.parametrize(
    ("kind", "has_one"),
    [
        (Kind.BOOKING_CONFIRMED, True),
        (Kind.BOOKING_MOVED, True),
        (Kind.BOOKING_CANCELLED, True),
        (Kind.REMINDER_DAY_BEFORE, False),
        (Kind.REMINDER_TWO_HOURS, False),
    ],
)
def test_what_tells_of_a_time_brings_a_calendar(
    kind: Kind,
    has_one: bool,
    queue: Queue,
    deliver: Deliver,
    channel: RecordingChannel,
    booking: Booking,
    now: datetime,
) -> None:
    is_off = kind is Kind.BOOKING_CANCELLED
    if is_off:
        booking.state = BookingState.CANCELLED
        db.session.commit()
    queue(kind)
    deliver(now)
    (envelope,) = channel.sent
    assert envelope.brand == "整 SEI"
    assert (f"UID:visit-{booking.id}@" in envelope.calendar) is has_one
    assert ("DTSTART:20261126T070000Z" in envelope.calendar) is has_one
    assert ("METHOD:CANCEL" in envelope.calendar) is is_off


def test_the_same_cause_queues_one_message(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    queue()
    with pytest.raises(AssertionError):
        queue()
    deliver(now)
    assert len(channel.sent) == 1


def test_nothing_goes_out_before_its_time(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    queue(Kind.REMINDER_DAY_BEFORE, send_at=now + timedelta(hours=1))
    assert deliver(now) == 0
    deliver(now + timedelta(hours=1))
    assert len(channel.sent) == 1


def test_a_moved_booking_silences_its_old_messages(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, booking: Booking, now: datetime
) -> None:
    message = queue()
    booking.version += 1
    db.session.commit()
    deliver(now)
    assert not channel.calls
    assert message.state == MessageState.CANCELLED
    assert message.reason


@pytest.mark.parametrize("state", [BookingState.CANCELLED, BookingState.LATE_CANCELLED, BookingState.NO_SHOW])
def test_a_booking_that_is_over_is_not_announced(
    state: BookingState,
    queue: Queue,
    deliver: Deliver,
    channel: RecordingChannel,
    booking: Booking,
    now: datetime,
) -> None:
    message = queue(Kind.REMINDER_DAY_BEFORE)
    booking.state = state
    db.session.commit()
    deliver(now)
    assert not channel.calls
    assert message.state == MessageState.CANCELLED


def test_nothing_goes_out_after_it_expired(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, booking: Booking
) -> None:
    message = queue()
    deliver(booking.starts_at)
    assert not channel.calls
    assert message.state == MessageState.EXPIRED


def test_a_cancel_between_claim_and_call_stops_the_message(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, booking: Booking, now: datetime
) -> None:
    def cancel() -> None:
        with transaction():
            assert cancel_messages(reason="taken back", booking_id=booking.id, now=now) == 1

    message = queue()
    channel.meanwhile = cancel
    deliver(now)
    assert channel.calls
    assert not channel.sent
    db.session.refresh(message)
    assert (message.state, message.reason) == (MessageState.CANCELLED, "taken back")


def test_a_message_handed_over_can_no_longer_be_taken_back(
    queue: Queue, booking: Booking, now: datetime
) -> None:
    message = queue()
    message.state, message.phase = MessageState.CLAIMED, Phase.HANDED_OVER
    db.session.commit()
    assert cancel_messages(reason="too late", booking_id=booking.id, now=now) == 0


def test_a_lost_answer_by_mail_is_left_to_a_person(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    message = queue()
    channel.answers = [LOST]
    deliver(now)
    deliver(now + timedelta(hours=1))
    assert len(channel.calls) == 1
    assert message.state == MessageState.UNKNOWN
    assert len(check_todos(message)) == 1


def test_a_lost_answer_is_asked_again_with_the_same_key(queue: Queue, now: datetime) -> None:
    channel = RecordingChannel(honours_keys_for=timedelta(hours=23), answers=[LOST])
    deliver = Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due
    message = queue()
    deliver(now)
    deliver(now + timedelta(hours=1))
    assert len({one.retry_key for one in channel.calls}) == 1
    assert len(channel.calls) == 2
    assert message.state == MessageState.SENT


def test_a_key_that_is_too_old_is_not_used_again(queue: Queue, now: datetime) -> None:
    channel = RecordingChannel(honours_keys_for=timedelta(hours=23), answers=[LOST, LOST])
    deliver = Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due
    message = queue()
    deliver(now)
    deliver(now + timedelta(hours=23))
    assert message.state == MessageState.UNKNOWN
    assert len(check_todos(message)) == 1


def test_what_may_have_arrived_is_never_called_cancelled(
    queue: Queue, booking: Booking, now: datetime
) -> None:
    channel = RecordingChannel(honours_keys_for=timedelta(hours=23), answers=[LOST])
    message = queue()
    Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due(now)
    cancel_messages(reason="taken back", booking_id=booking.id, now=now)
    db.session.refresh(message)
    assert message.state == MessageState.UNKNOWN


def test_tries_end_and_somebody_is_told(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime, booking: Booking
) -> None:
    message = queue()
    channel.answers = [BUSY] * 50
    at = now
    while message.state == MessageState.PLANNED and at < booking.starts_at + timedelta(days=1):
        at = max(message.next_try_at, at)
        deliver(at)
    assert message.state == MessageState.FAILED
    assert message.reason == "busy"
    assert 5 < len(channel.calls) <= 12
    assert len(check_todos(message)) == 1
    attempts = db.session.scalars(select(Attempt.outcome).where(Attempt.message_id == message.id)).all()
    assert set(attempts) == {"RETRY_SOON"}


def test_a_dead_worker_before_the_hand_over_costs_nothing(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    message = queue()
    leave_behind(message, Phase.CALLING)
    deliver(now)
    assert len(channel.sent) == 1
    assert message.state == MessageState.SENT


def test_a_dead_worker_after_the_hand_over_leaves_a_question(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    message = queue()
    leave_behind(message, Phase.HANDED_OVER)
    deliver(now)
    assert not channel.calls
    assert message.state == MessageState.UNKNOWN
    assert len(check_todos(message)) == 1


def test_a_living_worker_keeps_its_message(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    message = queue()
    leave_behind(message, Phase.CALLING, ago=-timedelta(minutes=1))
    deliver(now)
    assert not channel.calls


def leave_behind(message: Message, phase: Phase, *, ago: timedelta = timedelta(seconds=1)) -> None:
    """As a worker that was killed leaves a message: claimed, with a lease that ran out `ago`."""
    real = db.session.scalar(select(db.func.clock_timestamp()))
    assert real is not None
    message.state, message.phase, message.lease_until = MessageState.CLAIMED, phase, real - ago
    message.fence += 1
    db.session.commit()


def test_a_worker_that_lost_its_lease_changes_nothing(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    message = queue()

    def somebody_else() -> None:
        channel.meanwhile = None
        leave_behind(message, Phase.CALLING)
        deliver(now)

    channel.meanwhile = somebody_else
    deliver(now)
    assert len(channel.calls) == 2
    assert len(channel.sent) == 1


def test_a_broken_text_does_not_stop_the_others(
    queue: Queue, channel: RecordingChannel, now: datetime
) -> None:
    def explode(message: Message, at: datetime) -> None:
        raise KeyError("a name that is not in the rows")

    broken = queue(Kind.REMINDER_DAY_BEFORE)
    good = queue()
    providers = {**PROVIDERS, Kind.REMINDER_DAY_BEFORE: explode}
    Delivery({Channel.MAIL: channel}, providers).deliver_due(now)  # type: ignore[arg-type]
    assert good.state == MessageState.SENT
    db.session.refresh(broken)
    assert broken.state == MessageState.PLANNED
    assert broken.next_try_at > now


def test_without_a_channel_nothing_leaves(queue: Queue, now: datetime) -> None:
    message = queue()
    Delivery({}, PROVIDERS).deliver_due(now)
    assert message.state == MessageState.NOT_SENT


def test_follow_ups_wait_for_the_morning_and_need_consent(
    queue: Queue, gym: Studio, guest: Person, now: datetime
) -> None:
    late = now.replace(hour=13)  # 22:00 in Kyoto
    message = queue(Kind.AFTER_TRIAL, send_at=late, booking_id=None)
    assert message.send_at == late.replace(hour=23)
    channel = RecordingChannel()
    record_consent(
        guest.id, Purpose.FOLLOW_UP, True, wording="v1", language="ja", source="test", by=SYSTEM, now=now
    )
    record_consent(
        guest.id, Purpose.FOLLOW_UP, False, wording="v1", language="ja", source="test", by=SYSTEM, now=now
    )
    Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due(late.replace(hour=23))
    assert not channel.calls
    assert message.state == MessageState.CANCELLED


def test_an_outage_into_the_night_holds_reminders_back(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    message = queue(Kind.REMINDER_DAY_BEFORE)
    deliver(now.replace(hour=14))
    assert not channel.calls
    deliver(now.replace(hour=23))
    assert message.state == MessageState.SENT


def test_after_a_restore_due_messages_wait_for_a_person(
    queue: Queue, deliver: Deliver, channel: RecordingChannel, now: datetime
) -> None:
    message = queue()
    later = queue(Kind.REMINDER_DAY_BEFORE, send_at=now + timedelta(days=1))
    assert hold_due_for_review(now=now) == 1
    db.session.commit()
    deliver(now)
    assert not channel.calls
    db.session.refresh(message)
    assert message.state == MessageState.HELD_FOR_REVIEW
    assert later.state == MessageState.PLANNED
