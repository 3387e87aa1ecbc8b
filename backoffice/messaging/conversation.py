"""What changes conversations: something said is kept once, taken back, and its file kept when it was fetched."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db, send
from backoffice.core.errors import NotFound
from backoffice.messaging.entries import ConversationEntry, Direction, EntryFile, EntryKind, FileState, Road
from backoffice.messaging.models import Channel
from backoffice.messaging.waiting import refresh_after
from backoffice.studio.scope import of_studio

LONGEST_BODY = 10_000
LONGEST_NAME = 100

_TABLE = cast(Table, ConversationEntry.__table__)
_KEEP = insert(_TABLE).on_conflict_do_nothing(index_elements=["road", "external_id"]).returning(_TABLE.c.id)


def keep_said(
    studio_id: int,
    road: Channel | Road,
    kind: EntryKind,
    *,
    external_id: str,
    said_at: datetime,
    now: datetime,
    body: str | None = None,
    person_id: int | None = None,
    line_account_id: int | None = None,
    read_token: str | None = None,
    unsent_at: datetime | None = None,
    said_by: str = "",
) -> int | None:
    """Keep what a person said; its id, or None when the same thing is here already (or was taken back before it came).

    The text loses what no reader can see and is cut at 10,000 characters.
    """
    row: dict[str, Any] = {
        "studio_id": studio_id, "road": road.value, "direction": Direction.IN.value, "kind": kind.value,
        "person_id": person_id, "line_account_id": line_account_id, "external_id": external_id,
        "body": None if body is None else plain_text(body, LONGEST_BODY),
        "read_token": read_token, "said_at": said_at, "received_at": now, "said_by": said_by, "unsent_at": unsent_at,
        "read_by": "",
    }  # fmt: skip
    db.session.flush()
    return send(_KEEP, row).scalar()


def expect_file(entry_id: int, name: str, *, now: datetime) -> None:
    """Say that an entry has a file, to be fetched from the provider at once."""
    db.session.add(
        EntryFile(
            entry_id=entry_id,
            name=plain_text(name, LONGEST_NAME),
            state=FileState.WAITING.value,
            next_try_at=now,
        )
    )
    db.session.flush()


def refuse_file(entry_id: int, name: str, reason: str, *, now: datetime) -> None:
    """Say that an entry has a file that is not kept here, and why (a marked text)."""
    row = EntryFile(
        entry_id=entry_id,
        name=plain_text(name, LONGEST_NAME),
        state=FileState.NOT_KEPT.value,
        reason=reason,
        next_try_at=now,
    )
    db.session.add(row)
    db.session.flush()


def take_back(
    studio_id: int,
    road: Channel,
    external_id: str,
    *,
    at: datetime,
    now: datetime,
    person_id: int | None = None,
    line_account_id: int | None = None,
) -> None:
    """The sender took something back: its words and file go, that there was something stays.

    It may be told before the thing itself: then an empty entry waits for it, and the words never get in.
    """
    keep_said(
        studio_id, road, EntryKind.OTHER, external_id=external_id, said_at=at, now=now, person_id=person_id,
        line_account_id=line_account_id, unsent_at=at,
    )  # fmt: skip
    whose = (
        ConversationEntry.line_account_id == line_account_id
        if line_account_id is not None
        else ConversationEntry.person_id == person_id
    )
    entry = db.session.scalar(
        update(ConversationEntry)
        .where(ConversationEntry.road == road, ConversationEntry.external_id == external_id, whose)
        .values(body=None, read_token=None, read_try_at=None, unsent_at=at)
        .returning(ConversationEntry.id)
        .execution_options(synchronize_session=False)
    )
    if entry is not None:
        db.session.execute(
            update(EntryFile)
            .where(EntryFile.entry_id == entry)
            .values(state=FileState.UNSENT.value, content=None, name="", size=0)
            .execution_options(synchronize_session=False)
        )
        refresh_after(entry, now=now)


def open_entry_file(studio_id: int, entry_id: int, *, by: Actor, now: datetime) -> EntryFile:
    """The file of an entry with its content. Each opening is recorded. Raises `NotFound`, also for one not kept."""
    entry = of_studio(ConversationEntry, studio_id, entry_id)
    file = db.session.scalar(
        select(EntryFile).where(EntryFile.entry_id == entry.id).options(undefer(EntryFile.content))
        .execution_options(populate_existing=True)
    )  # fmt: skip
    if file is None or file.state != FileState.KEPT:
        raise NotFound
    record("conversation.file_opened", "conversation", entry.id, by=by, now=now, person_id=entry.person_id)
    return file
