"""What staff do with a conversation: begin, take or hand on, close, open again, read, and write down what was said."""

from datetime import datetime, timedelta

from sqlalchemy import case, update

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import after_commit, db
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.inbox.hearing import ask_somebody, heard, who_answers
from backoffice.line.intake import call_worker
from backoffice.messaging.conversation import LONGEST_BODY, keep_said
from backoffice.messaging.entries import Conversation, ConversationEntry, Direction, EntryKind, Road
from backoffice.messaging.waiting import held_conversation, refresh, settle, what_was_said
from backoffice.people.queries import held_person
from backoffice.staff.models import Staff, StaffState
from backoffice.studio.scope import of_studio
from backoffice.todos.actions import hand_over_answer

OLDEST = timedelta(days=60)
NO_PERSON = N_("Nobody knows yet who this is.")
BY_ITSELF = N_("What is written on LINE comes in by itself.")
NO_WORDS = N_("Please write down what was said.")
NOT_YET = N_("This time has not come yet.")
TOO_OLD = N_("Please choose a time within the last 60 days.")


def begin(studio_id: int, person_id: int, *, now: datetime) -> Conversation:
    """The conversation with a person, opened from their page. Raises `NotFound`, `MergedAway`."""
    held_person(person_id)
    return held_conversation(studio_id, person_id=person_id, now=now)


def assign(
    studio_id: int, conversation_id: int, staff_id: int | None, *, by: Actor, now: datetime
) -> int | None:
    """Hand a conversation to a colleague, or (None) to nobody; its task follows. Returns who had it before.

    Raises `NotFound`, also for somebody who does not sign in (any more).
    """
    conversation = of_studio(Conversation, studio_id, conversation_id, lock=True)
    before = conversation.assigned_staff_id
    if staff_id is not None and of_studio(Staff, studio_id, staff_id).state != StaffState.ACTIVE:
        raise NotFound
    if staff_id == before:
        return before
    conversation.assigned_staff_id = staff_id
    conversation.version += 1
    db.session.flush()
    hand_over_answer(conversation.id, who_answers(conversation))
    record(
        "conversation.assigned", "conversation", conversation.id, by=by, now=now, person_id=conversation.person_id,
        before={"staff_id": before}, after={"staff_id": staff_id},
    )  # fmt: skip
    return before


def close(studio_id: int, conversation_id: int, *, by: Actor, now: datetime) -> Conversation:
    """Nothing in it needs an answer (any more). Something new opens it again. Twice changes nothing."""
    conversation = of_studio(Conversation, studio_id, conversation_id, lock=True)
    if conversation.done_at is None:
        settle(conversation, now=now)
        refresh(conversation, by=by, now=now)
        conversation.done_at = now
        conversation.version += 1
        _write_down("conversation.finished", conversation, by=by, now=now)
    return conversation


def reopen(studio_id: int, conversation_id: int, *, by: Actor, now: datetime) -> Conversation:
    """It was not done after all: what closing settled waits again. Twice changes nothing."""
    conversation = of_studio(Conversation, studio_id, conversation_id, lock=True)
    if conversation.done_at is not None:
        entry = ConversationEntry
        is_closed = (entry.settled_at == conversation.done_at, entry.settled_by_id.is_(None))
        db.session.execute(
            update(entry).where(what_was_said(conversation), *is_closed).values(settled_at=None)
        )
        conversation.done_at = None
        conversation.version += 1
        refresh(conversation, by=by, now=now)
        ask_somebody(conversation, now=now)
        _write_down("conversation.reopened", conversation, by=by, now=now)
    return conversation


def mark_read(studio_id: int, conversation_id: int, *, until: int, by: Actor, now: datetime) -> int:
    """Staff have opened the conversation: what was said up to the entry `until` is read; how much that was.

    LINE is told by a worker, for each entry that brought a token.
    """
    conversation = of_studio(Conversation, studio_id, conversation_id)
    entry = ConversationEntry
    has_token = entry.read_token.is_not(None)
    read = db.session.scalars(
        update(entry)
        .where(
            what_was_said(conversation), entry.direction == Direction.IN, entry.read_at.is_(None), entry.id <= until
        )
        .values(read_at=now, read_by=by.label, read_try_at=case((has_token, now), else_=None))
        .returning(has_token)
        .execution_options(synchronize_session=False)
    ).all()  # fmt: skip
    if any(read):
        after_commit(call_worker)
    return len(read)


def write_down(
    studio_id: int,
    conversation_id: int,
    words: str,
    said_at: datetime,
    *,
    road: Road,
    token: str,
    by: Actor,
    now: datetime,
) -> int | None:
    """Keep what a person answered by mail or phone, and hear it like anything else; the id of its entry.

    The same `token` twice is one entry (then None). Refuses (Invalid) no words, a time that has not come or is long
    gone, what comes from LINE by itself, and somebody nobody knows.
    """
    conversation = of_studio(Conversation, studio_id, conversation_id, lock=True)
    text = plain_text(words, LONGEST_BODY)
    if conversation.person_id is None:
        raise Invalid(NO_PERSON)
    if road is Road.LINE:
        raise Invalid(BY_ITSELF, field="heard_road")
    if not text:
        raise Invalid(NO_WORDS, field="heard")
    if said_at > now:
        raise Invalid(NOT_YET, field="heard_time")
    if said_at < now - OLDEST:
        raise Invalid(TOO_OLD, field="heard_day")
    entry_id = keep_said(
        studio_id, road, EntryKind.TEXT, external_id=f"by hand:{token}", said_at=said_at, now=now, body=text,
        person_id=conversation.person_id, said_by=by.label,
    )  # fmt: skip
    if entry_id is not None:
        read = {"read_at": now, "read_by": by.label}
        db.session.execute(update(ConversationEntry).where(ConversationEntry.id == entry_id).values(read))
        heard(entry_id, now)
        _write_down("conversation.heard_by_hand", conversation, by=by, now=now)
    return entry_id


def _write_down(action: str, conversation: Conversation, *, by: Actor, now: datetime) -> None:
    record(action, "conversation", conversation.id, by=by, now=now, person_id=conversation.person_id)
