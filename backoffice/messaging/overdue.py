"""What the desk has to know of delivery: messages that should be out by now, channels that do not work."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, literal, select

from backoffice.core.db import db
from backoffice.messaging.models import ChannelState, Message, MessageState
from backoffice.messaging.queries import ails

LATE_AFTER = timedelta(minutes=5)
"""As long as the sweeps of a busy minute may be behind; after that nothing is delivering."""
MOST_COUNTED = 100


class Ailing(NamedTuple):
    """A channel that rests, or takes no more this month."""

    channel: str
    reason: str
    resting_until: datetime | None
    used_up_until: datetime | None


class Trouble(NamedTuple):
    """How many messages were due five minutes ago and are not out (counted up to one hundred), and what ails."""

    late: int
    ailing: tuple[Ailing, ...]


def due_before(moment: datetime) -> ColumnElement[bool]:
    """Whether a message was due before a moment: by its time, and written by then. One written late is not late."""
    return (Message.next_try_at < moment) & (Message.created_at < moment)


def trouble(studio_id: int, *, now: datetime) -> Trouble:
    """What is wrong with delivery at the moment. One statement."""
    late = select(Message.id).where(
        Message.studio_id == studio_id,
        Message.state.in_((MessageState.PLANNED, MessageState.CLAIMED)),
        due_before(now - LATE_AFTER),
    )
    count = select(func.count()).select_from(late.limit(MOST_COUNTED).subquery()).scalar_subquery()
    columns = [getattr(ChannelState, name) for name in Ailing._fields]
    always = select(literal(1)).subquery()
    rows = db.session.execute(
        select(count, *columns).select_from(always).outerjoin(ChannelState, ails(now))
    ).all()
    return Trouble(rows[0][0], tuple(Ailing(*row[1:]) for row in rows if row.channel is not None))
