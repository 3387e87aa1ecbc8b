"""What follows when somebody says something: a conversation that waits, one task, and playbooks that stop."""

from datetime import datetime

from sqlalchemy import exists, select

from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.leads.models import Lead
from backoffice.messaging.entries import Conversation, ConversationEntry
from backoffice.messaging.waiting import held_conversation, refresh, refresh_of_person
from backoffice.playbooks.reconcile import end_replied
from backoffice.staff.models import Trainer
from backoffice.todos.actions import add_todo
from backoffice.todos.models import Todo, TodoKind

ANSWER = N_("Answer what was written to the gym")


def heard(entry_id: int, now: datetime) -> None:
    """Something was said, on LINE or written down by a colleague. Heard again, nothing more happens."""
    entry = db.session.get_one(ConversationEntry, entry_id, populate_existing=True)
    if entry.unsent_at is not None:
        return
    conversation = held_conversation(
        entry.studio_id, person_id=entry.person_id, line_account_id=entry.line_account_id, now=now
    )
    refresh(conversation, now=now)
    conversation.version += 1
    if entry.person_id is not None:
        end_replied(entry.person_id, now=now)
    ask_somebody(conversation, now=now)


def ask_somebody(conversation: Conversation, *, now: datetime) -> None:
    """One open task while a conversation, held by the caller, waits: whoever it is for sees it on their day."""
    if conversation.waiting_since is None or _is_asked(conversation):
        return
    add_todo(
        TodoKind.ANSWER, ANSWER, studio_id=conversation.studio_id, due_at=now, person_id=conversation.person_id,
        conversation_id=conversation.id, owner_staff_id=who_answers(conversation), by=SYSTEM, now=now,
    )  # fmt: skip


def who_answers(conversation: Conversation) -> int | None:
    """Whom the task is for: who took the conversation, else the open enquiry, else the member; None: the desk."""
    if conversation.assigned_staff_id is not None or conversation.person_id is None:
        return conversation.assigned_staff_id
    of_lead = select(Lead.owner_staff_id).where(
        Lead.person_id == conversation.person_id, Lead.closed_at.is_(None), Lead.owner_staff_id.is_not(None)
    )
    of_member = (
        select(Trainer.staff_id)
        .join(Client, Client.main_trainer_id == Trainer.id)
        .where(Client.person_id == conversation.person_id)
    )
    owner = db.session.scalar(of_lead.order_by(Lead.id.desc()).limit(1))
    return owner if owner is not None else db.session.scalar(of_member)


def follow_merge(person_ids: tuple[int, int], *, now: datetime) -> None:
    """Two people became one, or two again: their conversations follow, and what waits has its task."""
    for person_id in sorted(person_ids):
        for conversation in refresh_of_person(person_id, now=now):
            ask_somebody(conversation, now=now)


def _is_asked(conversation: Conversation) -> bool:
    about = (Todo.conversation_id == conversation.id, Todo.done_at.is_(None))
    return bool(db.session.scalar(select(exists().where(*about))))
