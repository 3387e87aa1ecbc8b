"""What the webhook does: read the events out of a body and keep each as a row, once. A worker does the rest."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.celery_app import nudge
from backoffice.core.db import after_commit, send
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.line.models import EventKind, LineEvent

HANDLE_TASK = "tasks.line.handle_events"
MOST_EVENTS = 200
USER_ID = re.compile(r"U[0-9a-f]{32}")
EVENT_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
LATEST = timedelta(days=1)
"""A time further ahead than this is nobody's clock."""

_TABLE = cast(Table, LineEvent.__table__)
_KEEP = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id)


@dataclass(frozen=True, slots=True)
class Received:
    """An event as the webhook brought it; `body` is its JSON in ASCII."""

    event_id: str
    kind: EventKind
    user_id: str
    happened_at: datetime
    body: str


def read_events(body: bytes, *, now: datetime) -> list[Received]:
    """The events of a webhook that mean something here: of a person, of a known kind, with an id. Pure.

    Refuses (Invalid) what is no JSON object with a list of events. Others in the list are left out.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid(N_("This is not what LINE sends.")) from None
    events = sent.get("events") if isinstance(sent, dict) else None
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise Invalid(N_("This is not what LINE sends."))
    return [one for event in events if (one := _read(event, now)) is not None]


def keep_events(studio_id: int, received: Sequence[Received], *, now: datetime) -> int:
    """Keep events that are not here yet, in one statement, and call a worker after the commit; how many were new.

    LINE sends an event again when it got no answer; the second one finds its id taken.
    """
    rows = {one.event_id: _row(studio_id, one, now) for one in received}
    if not rows:
        return 0
    new = len(send(_KEEP, list(rows.values())).scalars().all())
    if new:
        after_commit(call_worker)
    return new


def call_worker() -> None:
    """Have events handled now, not only at the next sweep."""
    nudge(HANDLE_TASK)


def _row(studio_id: int, one: Received, now: datetime) -> dict[str, Any]:
    return {
        "studio_id": studio_id, "webhook_event_id": one.event_id, "kind": one.kind.value, "user_id": one.user_id,
        "happened_at": one.happened_at, "received_at": now, "next_try_at": now, "body": one.body,
        "state": "WAITING", "tries": 0,
    }  # fmt: skip


def _read(event: object, now: datetime) -> Received | None:
    if not isinstance(event, dict):
        return None
    event_id, kind, user_id = event.get("webhookEventId"), event.get("type"), _user_of(event.get("source"))
    if not isinstance(event_id, str) or not EVENT_ID.fullmatch(event_id) or user_id is None:
        return None
    if kind not in tuple(EventKind) or event.get("mode") == "standby":
        return None
    try:
        # ASCII: a lone surrogate or a NUL stays an escape, which any column can hold.
        text = json.dumps(event, ensure_ascii=True)
    except RecursionError:
        return None
    return Received(event_id, EventKind(kind), user_id, _time(event.get("timestamp"), now), text)


def _user_of(source: object) -> str | None:
    """The person who acted in a chat with the gym alone; in a group nobody speaks to the gym."""
    if not isinstance(source, Mapping) or source.get("type") != "user":
        return None
    user_id = source.get("userId")
    return user_id if isinstance(user_id, str) and USER_ID.fullmatch(user_id) else None


def _time(milliseconds: object, now: datetime) -> datetime:
    """LINE's own time of the event; what cannot be one is now."""
    if isinstance(milliseconds, int) and 0 < milliseconds < 10**14:
        at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
        if at <= now + LATEST:
            return at
    return now
