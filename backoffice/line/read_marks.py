"""The worker's side of "read": LINE is told once for each entry that staff opened, outside any transaction.

An entry is put off before LINE is asked, so a worker that dies is followed by another one; LINE marks twice as once.
"""

import time
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select

from backoffice.core.db import db, transaction
from backoffice.messaging.entries import ConversationEntry

MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=2)
SWEEP_SECONDS = 45.0


class Marker(Protocol):
    """Where it is told that something was read."""

    def mark(self, read_token: str) -> bool:
        """Tell it; False when it is worth telling again."""
        ...


def tell_what_was_read(marker: Marker, now: datetime) -> int:
    """Tell LINE of every entry that is due; how many there were. Many workers may do this at once."""
    until, count = time.monotonic() + SWEEP_SECONDS, 0
    while time.monotonic() < until and _tell_next(marker, now):
        count += 1
    return count


def _tell_next(marker: Marker, now: datetime) -> bool:
    with transaction():
        entry = _take(now)
        if entry is None:
            return False
        entry.read_tries += 1
        is_last = entry.read_tries >= MOST_TRIES
        entry.read_try_at = now + FIRST_WAIT * 2**entry.read_tries
        entry_id, token = entry.id, entry.read_token
    is_over = token is None or marker.mark(token) or is_last
    if is_over:
        with transaction():
            entry = db.session.get_one(
                ConversationEntry, entry_id, with_for_update=True, populate_existing=True
            )
            entry.read_token = entry.read_try_at = None
    return True


def _take(now: datetime) -> ConversationEntry | None:
    query = (
        select(ConversationEntry)
        .where(ConversationEntry.read_try_at <= now)
        .order_by(ConversationEntry.read_try_at, ConversationEntry.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalar(query.execution_options(populate_existing=True))
