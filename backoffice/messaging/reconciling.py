"""Once a night the rows are compared with each other and with what LINE counted: nothing is lost without being seen."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, exists, func, select

from backoffice.core.audit import SYSTEM, record
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db
from backoffice.messaging import settling
from backoffice.messaging.channels import Ending
from backoffice.messaging.models import Attempt, Channel, Message, MessageState
from backoffice.messaging.months import ZONE
from backoffice.messaging.overdue import due_before
from backoffice.todos.actions import finish_todo
from backoffice.todos.models import Todo

LOOKED_BACK = timedelta(days=7)
STUCK_AFTER = timedelta(hours=1)
COUNTED_AFTER = timedelta(days=2)
"""LINE has finished counting a day about a day later."""

ENDED_OTHERWISE = (
    MessageState.UNKNOWN,
    MessageState.FAILED,
    MessageState.CANCELLED,
    MessageState.EXPIRED,
    MessageState.NOT_SENT,
)


@dataclass(frozen=True)
class Findings:
    """How many messages were put right, and what does not fit, in words for whoever runs the product."""

    healed: int
    odd: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join((f"{self.healed} put right", *self.odd))


def counted_day(now: datetime) -> date:
    """The last day that LINE has surely counted."""
    return local_date(now - COUNTED_AFTER, ZONE)


def reconcile(pushes: int | None, *, now: datetime) -> Findings:
    """Put right what a late answer says otherwise, and count what does not fit.

    `pushes` is what LINE counted on `counted_day`; None when it has not said.
    """
    healed = _heal(now)
    odd = (
        _told(_count(_is_stuck(now)), "left with a worker that is gone"),
        _told(_count(_waits(now)), "due for an hour and still waiting"),
        _told(_count(_is_unfounded(now)), "called sent, and no call says so"),
        _compared(pushes, now),
    )
    return Findings(healed, tuple(one for one in odd if one))


def _heal(now: datetime) -> int:
    """A worker that had lost its lease may have come back with a yes: then the message was sent."""
    query = (
        select(Message)
        .where(Message.state.in_(ENDED_OTHERWISE), Message.send_at > now - LOOKED_BACK, _was_accepted())
        .order_by(Message.id)
        .with_for_update(skip_locked=True)
    )
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    for row in rows:
        before = row.state
        row.accepted_at = db.session.scalar(
            select(func.min(Attempt.finished_at)).where(
                Attempt.message_id == row.id, Attempt.outcome == Ending.ACCEPTED.value
            )
        )
        settling.end(row, MessageState.SENT, "", now)
        for todo_id in db.session.scalars(
            select(Todo.id).where(Todo.message_id == row.id, Todo.done_at.is_(None))
        ):
            finish_todo(row.studio_id, todo_id, by=SYSTEM, now=now)
        states = {"state": before}, {"state": row.state}
        record("message.reconciled", "message", row.id, by=SYSTEM, now=now, person_id=row.person_id,
               before=states[0], after=states[1])  # fmt: skip
    return len(rows)


def _was_accepted() -> ColumnElement[bool]:
    accepted = Attempt.outcome == Ending.ACCEPTED.value
    return exists().where(Attempt.message_id == Message.id, accepted).correlate(Message)


def _is_stuck(now: datetime) -> ColumnElement[bool]:
    return (Message.state == MessageState.CLAIMED) & (
        Message.lease_until < func.clock_timestamp() - STUCK_AFTER
    )


def _waits(now: datetime) -> ColumnElement[bool]:
    return (Message.state == MessageState.PLANNED) & due_before(now - STUCK_AFTER)


def _is_unfounded(now: datetime) -> ColumnElement[bool]:
    recent = Message.send_at > now - LOOKED_BACK
    return (Message.state == MessageState.SENT) & recent & ~_was_accepted()


def _count(condition: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Message).where(condition)) or 0


def _compared(pushes: int | None, now: datetime) -> str:
    """What LINE counted against our calls of that day. A call whose answer was lost may be counted or not."""
    if pushes is None:
        return ""
    day = counted_day(now)
    begin = at_local(day, time(0), ZONE)
    end = begin + timedelta(days=1)
    of_day = (
        Attempt.channel == Channel.LINE,
        Attempt.by_reply.is_(False),  # replies are not counted as pushes
        Attempt.started_at >= begin,
        Attempt.started_at < end,
    )
    sure, doubtful = db.session.execute(
        select(
            func.count().filter(Attempt.outcome == Ending.ACCEPTED.value),
            func.count().filter(Attempt.outcome.in_(settling.LOST_ANSWERS)),
        ).where(*of_day)
    ).one()
    if sure <= pushes <= sure + doubtful:
        return ""
    return f"LINE counted {pushes} pushes on {day}, our calls say {sure} (and {doubtful} in doubt)"


def _told(count: int, words: str) -> str:
    return f"{count} {words}" if count else ""
