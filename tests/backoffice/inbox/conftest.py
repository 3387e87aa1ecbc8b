"""Hanako, who writes on LINE, and the colleagues who answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.inbox.answers import Draft, answer
from backoffice.inbox.health import Writer
from backoffice.inbox.hearing import heard
from backoffice.line.accounts import held_account
from backoffice.line.handling import handle_events
from backoffice.line.hooks import Hooks
from backoffice.line.intake import keep_events, read_events
from backoffice.line.ties import tie
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.entries import Conversation, ConversationEntry
from backoffice.messaging.models import Channel, Message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind
from tasks.messages import PROVIDERS
from tests.far_ends.recording import RecordingChannel
from tests.gym import make_staff
from tests.line_chat import HANAKO, body_of

HOOKS = Hooks(heard=heard)
ANYBODY = Writer()


@pytest.fixture
def hanako(gym: Studio, now: datetime) -> Person:
    """Her account is known; she has a mail address, too."""
    who = create_person(name="山田 花子", mails=["hanako@example.jp"], by=SYSTEM, now=now)
    tie(held_account(gym.id, HANAKO, now=now), who.id, now=now)
    db.session.commit()
    return who


@pytest.fixture
def colleague(gym: Studio, now: datetime) -> Staff:
    """Somebody else at the desk."""
    return make_staff("second@test.example", [Role.FRONT_DESK], now=now, name="二番 手")


@pytest.fixture
def bring(gym: Studio) -> Callable[..., int]:
    """The webhook keeps events, the worker handles them, and the inbox hears."""

    def bring_all(now: datetime, *events: Any) -> int:
        keep_events(gym.id, read_events(body_of(*events), now=now), now=now)
        db.session.commit()
        return handle_events(now, HOOKS)

    return bring_all


@pytest.fixture
def deliver() -> Callable[[datetime], tuple[list[Any], list[Any]]]:
    """Deliver what is due; what LINE and mail took."""
    line, mail = RecordingChannel(timedelta(hours=23)), RecordingChannel()

    def deliver_at(now: datetime) -> tuple[list[Any], list[Any]]:
        Delivery({Channel.LINE: line, Channel.MAIL: mail}, PROVIDERS).deliver_due(now)
        return line.sent, mail.sent

    return deliver_at


def the_conversation() -> Conversation:
    return db.session.scalars(select(Conversation).execution_options(populate_existing=True)).one()


def open_tasks() -> list[Todo]:
    query = select(Todo).where(Todo.kind == TodoKind.ANSWER, Todo.done_at.is_(None)).order_by(Todo.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def messages() -> list[Message]:
    query = select(Message).order_by(Message.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def reply(
    gym: Studio, words: str, by: Actor, now: datetime, *, seen: int = 0, road: Channel = Channel.LINE,
    send_at: datetime | None = None, writer: Writer = ANYBODY,
) -> ConversationEntry:  # fmt: skip
    """Answer the one conversation there is."""
    draft = Draft(words, road, seen, send_at)
    made = answer(gym.id, the_conversation().id, draft, writer, by=by, now=now)
    db.session.commit()
    return made
