"""One playbook that is on, and what came of it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.messaging.models import Message
from backoffice.playbooks.models import Entry, Playbook, PlaybookRun
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind

AGREED = {"wording": "v1", "language": "ja", "source": "test", "by": SYSTEM}
Playbooks = Callable[[Entry], Playbook]


@pytest.fixture
def playbook(gym: Studio, now: datetime) -> Playbooks:
    """Only this one of the studio's playbooks, switched on without letting anybody in yet."""

    def only(entry: Entry) -> Playbook:
        for row in db.session.scalars(select(Playbook)):
            row.is_on = row.entry == entry
        db.session.flush()
        return db.session.scalars(select(Playbook).where(Playbook.entry == entry)).one()

    return only


def messages() -> list[Message]:
    query = select(Message).where(Message.run_id.is_not(None)).order_by(Message.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def runs(playbook: Playbook) -> list[PlaybookRun]:
    query = select(PlaybookRun).where(PlaybookRun.playbook_id == playbook.id).order_by(PlaybookRun.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def tasks() -> list[Todo]:
    query = select(Todo).where(Todo.kind == TodoKind.PLAYBOOK).order_by(Todo.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))
