"""How a message moves on: sent, to be tried again, failed, unknown, cancelled, expired. Runs inside a transaction."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging.channels import Ending, KeepsKeys, Outcome, Transport
from backoffice.messaging.models import Attempt, Channel, Kind, Message, MessageState, Phase
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.retries import next_try
from backoffice.todos.actions import add_todo
from backoffice.todos.models import TodoKind

CHECK_UNKNOWN = N_("A message may not have arrived: please ask or send it again")
CHECK_FAILED = N_("A message could not be sent: please call")
WORKER_DIED = N_("The work was interrupted while it was being handed over. It may or may not have arrived.")

INTERRUPTED = "INTERRUPTED"
"""A worker died before the message was handed over."""
LOST = "LOST"
"""A worker died, or lost its answer, after the message was handed over."""
LOST_ANSWERS = (Ending.AMBIGUOUS.value, LOST)


def settle(row: Message, outcome: Outcome, transport: Transport, now: datetime) -> None:
    """Move a claimed message on after its call."""
    row.detail = outcome.detail
    if outcome.ending is Ending.ACCEPTED:
        row.accepted_at = now
        end(row, MessageState.SENT, "", now)
    elif outcome.ending is Ending.TAKEN_BACK:
        plan_again(row, now)
    elif outcome.ending is Ending.AMBIGUOUS and not key_holds(row, transport, now):
        _leave_open(row, outcome.reason, now)
    elif outcome.ending is Ending.AMBIGUOUS:
        # The same key again: the provider drops a second copy.
        try_again(row, Outcome(Ending.RETRY_SOON, outcome.reason, outcome.detail), now)
    elif outcome.ending is Ending.NEVER and row.channel == Channel.LINE and not is_doubtful(row):
        # A clear no, and nothing can have arrived: the next claim, in this very sweep, takes the other road.
        plan_again(row, row.next_try_at, outcome.reason)
    else:
        try_again(row, outcome, now)


def take_over(row: Message, transport: Transport | None, now: datetime) -> bool:
    """A lease ran out: the worker is gone. True when it is safe to go on, False when the message ended as unknown."""
    handed_over = row.phase == Phase.HANDED_OVER
    db.session.execute(
        update(Attempt)
        .where(Attempt.message_id == row.id, Attempt.finished_at.is_(None))
        .values(finished_at=now, outcome=LOST if handed_over else INTERRUPTED)
    )
    if handed_over and not key_holds(row, transport, now):
        _leave_open(row, WORKER_DIED, now)
        return False
    return True


def try_again(row: Message, outcome: Outcome, now: datetime) -> None:
    """Plan the next try as the error class says; the end of all tries is FAILED."""
    at = next_try(outcome, tries=row.tries, now=now, expires_at=row.expires_at)
    if at is not None:
        plan_again(row, at, outcome.reason)
    else:
        end(row, MessageState.FAILED, outcome.reason, now)


def plan_again(row: Message, at: datetime, reason: str = "") -> None:
    """Put a message back among the planned ones, for `at`."""
    row.state, row.phase = MessageState.PLANNED, Phase.NONE
    row.next_try_at, row.lease_until = at, None
    row.reason = reason
    row.version += 1


def end(row: Message, state: MessageState, reason: str, now: datetime) -> None:
    """Nothing more happens by itself. What is not SENT but may have arrived in an earlier try ends as UNKNOWN."""
    if state is not MessageState.SENT and row.tries and db.session.scalar(select(may_have_arrived(row.id))):
        _leave_open(row, reason, now)
        return
    _close(row, state, reason, now)
    is_by_hand = POLICIES[Kind(row.kind)].is_by_hand and state is not MessageState.SENT
    if is_by_hand or (state is MessageState.FAILED and row.person_id is not None):
        # Who was answered by hand waits no more in the inbox, so somebody has to know.
        ask_a_person(row, CHECK_FAILED, now)


def may_have_arrived(message_id: int | None = None) -> ColumnElement[bool]:
    """Whether the answer to an earlier try was lost: of one message, or of the row of an enclosing statement."""
    owner = Message.id if message_id is None else message_id
    return exists().where(Attempt.message_id == owner, Attempt.outcome.in_(LOST_ANSWERS)).correlate(Message)


def is_doubtful(row: Message) -> bool:
    """Whether a call under the present retry key may have arrived without an answer."""
    return bool(row.tries) and _has_call(row, Attempt.outcome.in_(LOST_ANSWERS))


def was_refused(row: Message, channel: Channel) -> bool:
    """Whether a channel has said no for good to this message under its present retry key. A refused reply says
    nothing against a push."""
    never = (Attempt.channel == channel, Attempt.outcome == Ending.NEVER.value, Attempt.by_reply.is_(False))
    return bool(row.tries) and _has_call(row, *never)


def was_called(row: Message) -> bool:
    """Whether a provider was called for this message under its present retry key."""
    return bool(row.tries) and _has_call(row)


def _has_call(row: Message, *conditions: ColumnElement[bool]) -> bool:
    mine = (Attempt.message_id == row.id, Attempt.retry_key == row.retry_key)
    return bool(db.session.scalar(select(exists().where(*mine, *conditions))))


def key_holds(row: Message, transport: KeepsKeys | None, now: datetime) -> bool:
    """Whether the provider still drops a second message with the retry key of this one. A reply had no key."""
    if transport is None or not transport.honours_keys_for:
        return False
    if _has_call(row, Attempt.by_reply.is_(True), Attempt.outcome.in_(LOST_ANSWERS)):
        return False
    used = (
        Attempt.message_id == row.id,
        Attempt.channel == row.channel,
        Attempt.retry_key == row.retry_key,
    )
    first = db.session.scalar(select(func.min(Attempt.started_at)).where(*used))
    return first is None or now - first < transport.honours_keys_for


def close_attempt(attempt_id: int, outcome: Outcome, now: datetime) -> None:
    """Write down how one call ended, whoever owns the message by now."""
    values = {"finished_at": now, "outcome": outcome.ending.value, "detail": outcome.detail}
    db.session.execute(update(Attempt).where(Attempt.id == attempt_id).values(values))


def ask_a_person(row: Message, title: str, now: datetime) -> None:
    """A task for the desk about a message. `title` is a marked text (N_)."""
    add_todo(
        TodoKind.CHECK_MESSAGE,
        title,
        studio_id=row.studio_id,
        due_at=now,
        person_id=row.person_id,
        booking_id=row.booking_id,
        lead_id=row.lead_id,
        message_id=row.id,
        by=SYSTEM,
        now=now,
    )


def _leave_open(row: Message, reason: str, now: datetime) -> None:
    _close(row, MessageState.UNKNOWN, reason, now)
    ask_a_person(row, CHECK_UNKNOWN, now)


def _close(row: Message, state: MessageState, reason: str, now: datetime) -> None:
    row.state, row.reason = state, reason
    row.ended_at, row.lease_until = now, None
    row.version += 1
