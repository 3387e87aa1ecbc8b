"""Questions about conversations. Lists carry words, never files."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Date, cast, exists, func, select

from backoffice.core.db import db
from backoffice.messaging.entries import ConversationEntry, Direction, EntryFile
from backoffice.messaging.models import Channel, Message, MessageState
from backoffice.studio.models import Studio

MOST = 100


class Said(NamedTuple):
    """One thing said, as a page shows it. Of something with a file, where that stands; of an answer, its message."""

    id: int
    road: str
    direction: str
    kind: str
    body: str | None
    said_at: datetime
    said_by: str
    unsent_at: datetime | None
    read_at: datetime | None
    file_state: str | None
    file_reason: str | None
    media_type: str | None
    filed_at: datetime | None
    is_health: bool
    settled_at: datetime | None
    message_id: int | None
    message_state: str | None
    message_reason: str | None
    message_road: str | None
    message_version: int | None
    tries: int | None
    accepted_at: datetime | None
    day: date

    @property
    def waits(self) -> bool:
        """Whether it is an answer that has not gone, so that it can be changed or taken back."""
        return self.message_state == MessageState.PLANNED and not self.tries


def conversation(
    studio_id: int, *, person_id: int | None = None, line_account_id: int | None = None, limit: int = MOST
) -> list[Said]:
    """The newest things said by and to a person or an account nobody knows, the oldest first. One statement."""
    entry, file = ConversationEntry, EntryFile
    query = (
        select(
            entry.id, entry.road, entry.direction, entry.kind, entry.body, entry.said_at, entry.said_by,
            entry.unsent_at, entry.read_at, file.state, file.reason, file.media_type, file.filed_at, entry.is_health,
            entry.settled_at, Message.id, Message.state, Message.reason, Message.channel, Message.version,
            Message.tries, Message.accepted_at, cast(func.timezone(Studio.zone, entry.said_at), Date),
        )
        .join(Studio, Studio.id == entry.studio_id)
        .outerjoin(file, file.entry_id == entry.id)
        .outerjoin(Message, Message.id == entry.message_id)
        .where(entry.studio_id == studio_id)
        .order_by(entry.said_at.desc(), entry.id.desc())
        .limit(limit)
    )  # fmt: skip
    if person_id is not None:
        query = query.where(entry.person_id == person_id)
    if line_account_id is not None:
        query = query.where(entry.line_account_id == line_account_id, entry.person_id.is_(None))
    return [Said._make(row) for row in reversed(db.session.execute(query).all())]


def has_written(person_id: int, road: Channel, *, since: datetime) -> bool:
    """Whether a person has said something by a road since a moment."""
    entry = ConversationEntry
    heard = (entry.direction == Direction.IN, entry.road == road, entry.said_at >= since)
    return bool(db.session.scalar(select(exists().where(entry.person_id == person_id, *heard))))
