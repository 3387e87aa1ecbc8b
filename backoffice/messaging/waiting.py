"""Which conversations wait for an answer: one row for each person or unknown account, in step with what was said.

Whoever changes a conversation holds its row first, then messages, so nobody waits in a circle.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db, send
from backoffice.core.errors import NotFound
from backoffice.messaging.entries import Conversation, ConversationEntry, Direction
from backoffice.messaging.models import Message, MessageState
from backoffice.todos.actions import answer_goes_on, drop_for_conversation

_TABLE = cast(Table, Conversation.__table__)
_BEGIN = insert(_TABLE).on_conflict_do_nothing()


def held_conversation(
    studio_id: int, *, person_id: int | None = None, line_account_id: int | None = None, now: datetime
) -> Conversation:
    """The conversation with a person, or else with an account, begun if it is new, held until the transaction ends."""
    if person_id is not None:
        line_account_id = None
    row: dict[str, Any] = {
        "studio_id": studio_id, "person_id": person_id, "line_account_id": line_account_id, "said_at": now,
        "created_at": now, "version": 1,
    }  # fmt: skip
    db.session.flush()
    send(_BEGIN, row)
    found = _found(studio_id, person_id=person_id, line_account_id=line_account_id)
    if found is None:  # begun above if it was not there
        raise NotFound
    return found


def what_was_said(conversation: Conversation) -> ColumnElement[bool]:
    """The condition that an entry is part of a conversation."""
    entry = ConversationEntry
    if conversation.person_id is not None:
        return and_(entry.studio_id == conversation.studio_id, entry.person_id == conversation.person_id)
    return and_(entry.line_account_id == conversation.line_account_id, entry.person_id.is_(None))


def is_open() -> ColumnElement[bool]:
    """The condition that something was heard that nobody has settled or taken back."""
    entry = ConversationEntry
    return and_(entry.direction == Direction.IN, entry.settled_at.is_(None), entry.unsent_at.is_(None))


def stays_said(entry: Any = ConversationEntry) -> ColumnElement[bool]:
    """The condition that an entry is not an answer that was taken back before it went."""
    taken_back = exists().where(Message.id == entry.message_id, Message.state == MessageState.CANCELLED)
    return or_(entry.message_id.is_(None), ~taken_back)


def refresh(conversation: Conversation, *, by: Actor = SYSTEM, now: datetime) -> None:
    """Bring a conversation, held by the caller, in step with its entries; with nothing to answer its task is done."""
    db.session.flush()
    found = db.session.execute(
        select(
            func.min(ConversationEntry.said_at).filter(is_open()),
            func.max(ConversationEntry.said_at).filter(stays_said()),
        ).where(what_was_said(conversation))
    ).one()
    waiting, newest = cast("tuple[datetime | None, datetime | None]", found)
    conversation.waiting_since = waiting
    conversation.said_at = newest or conversation.said_at
    if waiting is not None:
        conversation.done_at = None
    else:
        drop_for_conversation(conversation.id, by=by, now=now)
    db.session.flush()


def refresh_after(entry_id: int, *, now: datetime) -> None:
    """Something about an entry changed (it was taken back): its conversation follows."""
    entry = db.session.get_one(ConversationEntry, entry_id, populate_existing=True)
    found = conversation_around(entry, lock=True)
    if found is not None:
        refresh(found, now=now)


def settle(conversation: Conversation, *, answer_id: int | None = None, now: datetime) -> None:
    """Nothing heard so far waits any more: answered, or in need of no answer. The caller holds the conversation."""
    _settle(and_(what_was_said(conversation), is_open()), settled_at=now, settled_by_id=answer_id)


def settle_for(studio_id: int, person_id: int, *, by: Actor, now: datetime) -> None:
    """A colleague sent something else that answers a person: nothing they have said so far waits any more."""
    conversation = _found(studio_id, person_id=person_id)
    if conversation is not None and conversation.waiting_since is not None:
        settle(conversation, now=now)
        refresh(conversation, by=by, now=now)


def unsettle(answer_id: int) -> None:
    """An answer does not go out after all: what it answered waits again."""
    _settle(ConversationEntry.settled_by_id == answer_id, settled_at=None, settled_by_id=None)


def join_account(studio_id: int, account_id: int, person_id: int, *, now: datetime) -> None:
    """It is known whose account it is, and its entries are that person's: two conversations become one."""
    former = _found(studio_id, line_account_id=account_id)
    if former is None:
        return
    conversation = held_conversation(studio_id, person_id=person_id, now=former.created_at)
    conversation.assigned_staff_id = conversation.assigned_staff_id or former.assigned_staff_id
    answer_goes_on(former.id, conversation.id, person_id, by=SYSTEM, now=now)
    db.session.delete(former)
    refresh(conversation, now=now)


def refresh_of_person(person_id: int, *, now: datetime) -> list[Conversation]:
    """Two people became one, or two again: what waits for this one follows the entries they have now.

    The conversations of the person, held; one is begun where they have entries and none.
    """
    said = select(ConversationEntry.studio_id).where(ConversationEntry.person_id == person_id)
    had = select(Conversation.studio_id).where(Conversation.person_id == person_id)
    studios = sorted(db.session.scalars(said.union(had)))
    found = [held_conversation(studio_id, person_id=person_id, now=now) for studio_id in studios]
    for conversation in found:
        refresh(conversation, now=now)
    return found


def conversation_around(entry: ConversationEntry, *, lock: bool = False) -> Conversation | None:
    """The conversation that an entry is part of; with `lock` held until the transaction ends and read anew."""
    return _found(
        entry.studio_id, person_id=entry.person_id, line_account_id=entry.line_account_id, lock=lock
    )


def _settle(which: ColumnElement[bool], **values: Any) -> None:
    db.session.flush()
    db.session.execute(
        update(ConversationEntry).where(which).values(values).execution_options(synchronize_session=False)
    )


def _found(
    studio_id: int, *, person_id: int | None = None, line_account_id: int | None = None, lock: bool = True
) -> Conversation | None:
    whose = (
        Conversation.person_id == person_id
        if person_id is not None
        else Conversation.line_account_id == line_account_id
    )
    query = select(Conversation).where(Conversation.studio_id == studio_id, whose)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)
