"""Questions about conversations. Lists carry words, never files."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from backoffice.core.db import db
from backoffice.messaging.entries import ConversationEntry, EntryFile

MOST = 100


class Said(NamedTuple):
    """One thing said, as a page shows it. Of something with a file, where that stands."""

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


def conversation(
    studio_id: int, *, person_id: int | None = None, line_account_id: int | None = None, limit: int = MOST
) -> list[Said]:
    """The newest things said by and to a person or a LINE account, the oldest of them first. One statement."""
    entry, file = ConversationEntry, EntryFile
    query = (
        select(
            entry.id, entry.road, entry.direction, entry.kind, entry.body, entry.said_at, entry.said_by,
            entry.unsent_at, entry.read_at, file.state, file.reason, file.media_type,
        )
        .outerjoin(file, file.entry_id == entry.id)
        .where(entry.studio_id == studio_id)
        .order_by(entry.said_at.desc(), entry.id.desc())
        .limit(limit)
    )  # fmt: skip
    if person_id is not None:
        query = query.where(entry.person_id == person_id)
    if line_account_id is not None:
        query = query.where(entry.line_account_id == line_account_id)
    return [Said._make(row) for row in reversed(db.session.execute(query).all())]
