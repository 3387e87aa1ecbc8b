"""The worker's side of the webhook: each stored event is handled in a transaction of its own, once.

A worker that dies leaves the row as it was; one that cannot handle an event puts it off and goes on with the next.
"""

import logging
import time
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.core.language import N_
from backoffice.line.events import handle
from backoffice.line.hooks import Hooks
from backoffice.line.models import EventState, LineEvent
from backoffice.todos.actions import add_todo
from backoffice.todos.models import TodoKind

log = logging.getLogger(__name__)

MOST_TRIES = 6
FIRST_WAIT = timedelta(seconds=10)
KEPT = timedelta(days=30)
MOST_PER_SWEEP = 500
SWEEP_SECONDS = 45.0
NOBODY = Hooks()
LOOK_IN_LINE = N_("Something sent on LINE could not be taken in. Please look in LINE's own app.")


def handle_events(now: datetime, hooks: Hooks = NOBODY) -> int:
    """Handle what waits, one by one; how many events were looked at. Many workers may do this at once.

    `hooks` tells the features above LINE what happened.
    """
    until = time.monotonic() + SWEEP_SECONDS
    for count in range(MOST_PER_SWEEP):
        if time.monotonic() > until or not _handle_next(now, hooks):
            return count
    return MOST_PER_SWEEP


def forget_events(*, now: datetime) -> None:
    """Drop the rows of events handled long ago; LINE sends none again after so long."""
    old = LineEvent.received_at < now - KEPT
    db.session.execute(delete(LineEvent).where(old, LineEvent.state != EventState.WAITING))


def _handle_next(now: datetime, hooks: Hooks) -> bool:
    taken: list[int] = []
    try:
        with transaction():
            event = _take(now)
            if event is None:
                return False
            taken.append(event.id)
            handle(event, hooks, now=now)
            event.state, event.handled_at, event.body = EventState.DONE.value, now, None
        return True
    except Exception as error:
        if not taken:
            raise
        # Never the values: a message of somebody must not reach a log through an error's text.
        log.error("event not handled", extra={"line_event": taken[0], "kind": type(error).__name__})
    with transaction():
        _put_off(taken[0], now)
    return True


def _take(now: datetime) -> LineEvent | None:
    query = (
        select(LineEvent)
        .where(LineEvent.state == EventState.WAITING, LineEvent.next_try_at <= now)
        .order_by(LineEvent.next_try_at, LineEvent.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


def _put_off(event_id: int, now: datetime) -> None:
    event = db.session.get(LineEvent, event_id, with_for_update=True, populate_existing=True)
    if event is None or event.state != EventState.WAITING:
        return
    event.tries += 1
    if event.tries >= MOST_TRIES:
        event.state, event.handled_at = EventState.FAILED.value, now
        add_todo(
            TodoKind.CHECK_MESSAGE, LOOK_IN_LINE, studio_id=event.studio_id, due_at=now, by=SYSTEM, now=now
        )
    else:
        event.next_try_at = now + FIRST_WAIT * 4**event.tries
