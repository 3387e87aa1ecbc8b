"""What is answered by hand: written once, sent now or later, edited or taken back until it goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import after_commit, db
from backoffice.core.errors import DomainError, Invalid, NotFound, check_version
from backoffice.core.language import N_
from backoffice.inbox import health
from backoffice.inbox.health import Writer
from backoffice.inbox.hearing import ask_somebody
from backoffice.inbox.roads import way_by
from backoffice.messaging.entries import Conversation, ConversationEntry, Direction, EntryKind
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.outbox import call_worker, cancel_messages, queue_message
from backoffice.messaging.waiting import conversation_around, refresh, settle, unsettle, what_was_said
from backoffice.studio.scope import of_studio

LONGEST = 5_000
"""What LINE takes as one text; it counts UTF-16."""
OF_USE = timedelta(days=2)
"""How long after its time an answer is still worth sending."""
LATEST = timedelta(days=60)

EMPTY = N_("Please write something.")
TOO_LONG = N_("This is too long: %(most)s characters at most.")
IN_THE_PAST = N_("Please choose a time that is still to come.")
TOO_LATE = N_("Please choose a time within 60 days.")
NOT_PLANNED = N_("This answer is on its way already, so it cannot be changed any more.")
TAKEN_BACK = N_("Taken back by hand.")


class AnsweredMeanwhile(DomainError):
    """A colleague answered since the page was opened. What was typed is kept; sent again, it goes."""

    status = 409
    message = N_(
        "%(who)s answered in the meantime. Your words are kept below; please look before you send them."
    )


class OnlyTrainers(DomainError):
    """What was answered about health is read by trainers of theirs alone."""

    status = 403
    message = N_("This answer is about health: only trainers of theirs read it.")


class WaitingAnswer(NamedTuple):
    """An answer that may still be changed, and the version of its message."""

    body: str
    said_at: datetime
    is_health: bool
    message_version: int


@dataclass(frozen=True)
class Draft:
    """An answer as it is typed. `send_at` None: now. `seen` is the newest answer its writer saw (0: none)."""

    words: str
    road: Channel
    seen: int
    send_at: datetime | None = None


def answer(
    studio_id: int, conversation_id: int, draft: Draft, writer: Writer, *, by: Actor, now: datetime
) -> ConversationEntry:
    """Answer somebody: the words are kept as an entry, and a message carries its id. What was heard waits no more.

    Refuses (AnsweredMeanwhile) words written without having seen a colleague's answer, (Invalid) no words, too many, a
    road that leads nowhere, a time that is over, and (SpeaksOfHealth) what seems to be about health where that may not
    go. Raises `NotFound`.
    """
    conversation = of_studio(Conversation, studio_id, conversation_id, lock=True)
    _check_seen(conversation, draft.seen)
    words, send_at = _checked(draft.words), _time(draft.send_at, now=now)
    way = way_by(conversation, draft.road)
    is_health = health.check(conversation, words, writer, draft.road, by=by, now=now)
    entry = ConversationEntry(
        studio_id=studio_id, road=draft.road.value, direction=Direction.OUT.value, kind=EntryKind.TEXT.value,
        person_id=conversation.person_id, line_account_id=conversation.line_account_id, body=words,
        said_at=send_at, received_at=now, said_by=by.label, is_health=is_health,
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    entry.message_id = queue_message(
        Kind.WRITTEN, studio_id=studio_id, now=now, dedupe_key=f"{Kind.WRITTEN}:{entry.id}", send_at=send_at,
        expires_at=send_at + OF_USE, language=way.language, person_id=conversation.person_id,
        values={"entry_id": entry.id},
    )  # fmt: skip
    settle(conversation, answer_id=entry.id, now=now)
    conversation.version += 1
    refresh(conversation, by=by, now=now)
    after = {"road": draft.road.value, "send_at": send_at}
    _write_down("conversation.replied", conversation, after, by=by, now=now)
    return entry


def change(
    studio_id: int,
    entry_id: int,
    words: str,
    send_at: datetime | None,
    writer: Writer,
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Conversation:
    """Other words or another time for an answer that waits. Refuses (Invalid) one that is on its way or has ended."""
    conversation, entry, message = _waiting(studio_id, entry_id, version)
    if entry.is_health and not writer.is_their_trainer:
        raise OnlyTrainers
    text, at = _checked(words), _time(send_at, now=now)
    entry.is_health = health.check(conversation, text, writer, Channel(entry.road), by=by, now=now)
    entry.body, entry.said_at, entry.said_by = text, at, by.label
    message.send_at = message.next_try_at = at
    message.expires_at = at + OF_USE
    message.version += 1
    refresh(conversation, by=by, now=now)
    _write_down("conversation.answer_changed", conversation, {"send_at": at}, by=by, now=now)
    if at <= now:
        after_commit(call_worker)
    return conversation


def take_back(
    studio_id: int, entry_id: int, *, version: int | None, by: Actor, now: datetime
) -> Conversation:
    """An answer that waits does not go out; what it answered waits again. Refuses (Invalid) one on its way."""
    conversation, entry, message = _waiting(studio_id, entry_id, version)
    cancel_messages(reason=TAKEN_BACK, message_id=message.id, now=now)
    unsettle(entry.id)
    refresh(conversation, by=by, now=now)
    ask_somebody(conversation, now=now)
    _write_down("conversation.answer_taken_back", conversation, {}, by=by, now=now)
    return conversation


def waiting_answer(studio_id: int, entry_id: int) -> WaitingAnswer:
    """An answer as a form shows it before it is changed. Raises `NotFound` for anything else said."""
    entry = of_studio(ConversationEntry, studio_id, entry_id)
    message = db.session.get(Message, entry.message_id) if entry.message_id is not None else None
    if message is None or message.kind != Kind.WRITTEN:
        raise NotFound
    return WaitingAnswer(entry.body or "", entry.said_at, entry.is_health, message.version)


def newest_answer(conversation: Conversation) -> int:
    """The id of the newest answer, so that a form can say what its writer saw; 0 without one."""
    query = select(func.max(ConversationEntry.id)).where(
        what_was_said(conversation), ConversationEntry.direction == Direction.OUT
    )
    return db.session.scalar(query) or 0


def _check_seen(conversation: Conversation, seen: int) -> None:
    newest = newest_answer(conversation)
    if newest > seen:
        raise AnsweredMeanwhile(who=db.session.get_one(ConversationEntry, newest).said_by)


def _checked(words: str) -> str:
    text = plain_text(words, LONGEST + 1)
    if not text:
        raise Invalid(EMPTY, field="body")
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise Invalid(TOO_LONG, field="body", most=LONGEST)
    return text


def _time(send_at: datetime | None, *, now: datetime) -> datetime:
    if send_at is None:
        return now
    if send_at <= now:
        raise Invalid(IN_THE_PAST, field="time")
    if send_at > now + LATEST:
        raise Invalid(TOO_LATE, field="day")
    return send_at


def _waiting(
    studio_id: int, entry_id: int, version: int | None
) -> tuple[Conversation, ConversationEntry, Message]:
    """An answer that has not gone, with its conversation and message, both held in this order."""
    found = of_studio(ConversationEntry, studio_id, entry_id)
    if found.direction != Direction.OUT or found.message_id is None:
        raise NotFound
    conversation = conversation_around(found, lock=True)
    if conversation is None:
        raise NotFound
    message = db.session.get_one(Message, found.message_id, with_for_update=True, populate_existing=True)
    check_version(message.version, version)
    if message.state != MessageState.PLANNED or message.tries:
        raise Invalid(NOT_PLANNED)
    entry = db.session.get_one(ConversationEntry, entry_id, populate_existing=True)
    return conversation, entry, message


def _write_down(
    action: str, conversation: Conversation, after: Mapping[str, object], *, by: Actor, now: datetime
) -> None:
    person_id = conversation.person_id
    record(action, "conversation", conversation.id, by=by, now=now, person_id=person_id, after=after)
