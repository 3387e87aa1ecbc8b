"""Messages that should be out by now: the sign that nothing is delivering."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from backoffice.core.db import db
from backoffice.messaging.models import Message, MessageState

LATE_AFTER = timedelta(minutes=15)
MOST_COUNTED = 100


def late_count(studio_id: int, *, now: datetime) -> int:
    """How many messages were due a quarter of an hour ago and are not out, counted up to one hundred. One statement."""
    late = select(Message.id).where(
        Message.studio_id == studio_id,
        Message.state.in_((MessageState.PLANNED, MessageState.CLAIMED)),
        Message.next_try_at < now - LATE_AFTER,
    )
    return db.session.scalar(select(func.count()).select_from(late.limit(MOST_COUNTED).subquery())) or 0
