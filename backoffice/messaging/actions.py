"""What a person does with a message: send it now, send it again, take it back, let it go after a restore."""

import uuid
from datetime import datetime

from sqlalchemy import select

from backoffice.core.audit import Actor, record
from backoffice.core.db import after_commit, db
from backoffice.core.errors import Invalid, NotFound, check_version
from backoffice.core.language import N_
from backoffice.messaging import settling
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.messaging.outbox import call_worker, cancel_messages, queue_message, quiet_hours_of
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.quiet_hours import decent_time
from backoffice.messaging.standing import Standing
from backoffice.todos.actions import finish_todo
from backoffice.todos.models import Todo

TAKEN_BACK = N_("Taken back by hand.")
NOT_PLANNED = N_("This message is not waiting any more.")
TIME_IS_OVER = N_("The time of this message is over, so it cannot be sent any more.")
IN_THE_INBOX = N_("This is an answer from the inbox: please change or take it back there.")
ON_ITS_WAY = N_("This message is on its way.")
CANNOT_UNDO = N_("This cannot be taken back any more: its time has come, or something else ended it.")
SENT_AGAIN = N_("This message was already sent again; the newer one is in the list.")

REPEATABLE = (MessageState.FAILED, MessageState.UNKNOWN, MessageState.NOT_SENT, MessageState.CANCELLED)


def send_now(message_id: int, *, version: int | None, by: Actor, now: datetime) -> Message:
    """Send a planned message without waiting for its time; quiet hours still hold what they hold.

    Refuses one that is no longer planned or whose time is over.
    """
    row = locked_message(message_id, version)
    if row.state != MessageState.PLANNED:
        raise Invalid(NOT_PLANNED)
    return _let_go(row, "message.sent_now", by=by, now=now)


def release(message_id: int, *, version: int | None, by: Actor, now: datetime) -> Message:
    """Let a message go that a restore held back. Its key stays: a provider that knows it drops a second copy."""
    row = locked_message(message_id, version)
    if row.state != MessageState.HELD_FOR_REVIEW:
        raise Invalid(NOT_PLANNED)
    return _let_go(row, "message.released", by=by, now=now)


def send_again(message_id: int, *, version: int | None, by: Actor, now: datetime) -> Message:
    """Try once more what failed, is unknown or was not sent; what was sent gets a second message of its own.

    Whether it is still wanted is asked again when it is claimed. Refuses one whose time is over or that is live.
    """
    row = locked_message(message_id, version)
    if row.expires_at <= now:
        raise Invalid(TIME_IS_OVER)
    if row.state == MessageState.SENT:
        return _copy(row, by=by, now=now)
    if row.state not in REPEATABLE:
        raise Invalid(ON_ITS_WAY)
    if was_taken_back_in_inbox(row):
        raise Invalid(IN_THE_INBOX)
    _finish_todos(row, by=by, now=now)
    row.retry_key = uuid.uuid4()
    row.tries = 0
    row.ended_at = None
    return _let_go(row, "message.sent_again", by=by, now=now)


def cancel(message_id: int, *, version: int | None, by: Actor, now: datetime) -> Message:
    """Take one message back. Refuses when it was handed over or has ended."""
    row = locked_message(message_id, version)
    if POLICIES[Kind(row.kind)].is_by_hand:
        raise Invalid(IN_THE_INBOX)
    before = row.state
    one = cancel_messages(reason=TAKEN_BACK, now=now, message_id=row.id)
    if not one:
        raise Invalid(ON_ITS_WAY if before == MessageState.CLAIMED else NOT_PLANNED)
    db.session.refresh(row)
    _told(row, "message.cancelled", before, by=by, now=now)
    return row


def undo_cancel(message_id: int, *, version: int | None, by: Actor, now: datetime) -> Message:
    """Plan a message again that was taken back by hand, at the time it had. Refuses one whose time has come."""
    row = locked_message(message_id, version)
    if not can_be_planned_again(row, now=now):
        raise Invalid(CANNOT_UNDO)
    row.ended_at = None
    settling.plan_again(row, row.send_at)
    db.session.flush()
    _told(row, "message.cancel_undone", MessageState.CANCELLED, by=by, now=now)
    return row


def can_be_planned_again(row: Standing, *, now: datetime) -> bool:
    """Whether taking a message back can be undone: it was done by hand, and its time has not come."""
    was_taken_back = row.state == MessageState.CANCELLED and row.reason == TAKEN_BACK
    return was_taken_back and row.send_at > now and not was_taken_back_in_inbox(row)


def was_taken_back_in_inbox(row: Standing) -> bool:
    """Whether an answer by hand does not go out any more: what it answered waits again, and is answered there."""
    return row.state == MessageState.CANCELLED and POLICIES[Kind(row.kind)].is_by_hand


def locked_message(message_id: int, version: int | None) -> Message:
    """A message read afresh and held: everything that a person does with one begins so. Raises `NotFound`, `Stale`."""
    row = db.session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    check_version(row.version, version)
    return row


def _let_go(row: Message, action: str, *, by: Actor, now: datetime) -> Message:
    if row.expires_at <= now:
        raise Invalid(TIME_IS_OVER)
    before = row.state
    at = decent_time(POLICIES[Kind(row.kind)].quiet, now, quiet_hours_of(row.studio_id), now=now)
    row.fence += 1
    settling.plan_again(row, at)
    row.send_at = at
    db.session.flush()
    _told(row, action, before, by=by, now=now)
    if at <= now:
        after_commit(call_worker)
    return row


def _copy(row: Message, *, by: Actor, now: datetime) -> Message:
    message_id = queue_message(
        Kind(row.kind),
        studio_id=row.studio_id,
        dedupe_key=f"{row.dedupe_key}:again:{row.id}",
        send_at=now,
        expires_at=row.expires_at,
        now=now,
        language=row.language,
        person_id=row.person_id,
        staff_id=row.staff_id,
        booking_id=row.booking_id,
        booking_version=row.booking_version,
        lead_id=row.lead_id,
        values=row.values,
    )
    if message_id is None:
        raise Invalid(SENT_AGAIN)
    copy = db.session.get_one(Message, message_id)
    copy.own_subject, copy.own_body = row.own_subject, row.own_body
    after = {"copy_of": row.id}
    record("message.sent_again", "message", copy.id, by=by, now=now, person_id=row.person_id, after=after)
    return copy


def _told(row: Message, action: str, before: str, *, by: Actor, now: datetime) -> None:
    record(
        action,
        "message",
        row.id,
        by=by,
        now=now,
        person_id=row.person_id,
        before={"state": before},
        after={"state": row.state, "send_at": row.send_at},
    )


def _finish_todos(row: Message, *, by: Actor, now: datetime) -> None:
    waiting = select(Todo.id).where(Todo.message_id == row.id, Todo.done_at.is_(None))
    for todo_id in db.session.scalars(waiting):
        finish_todo(row.studio_id, todo_id, by=by, now=now)
