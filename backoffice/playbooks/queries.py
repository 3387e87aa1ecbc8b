"""Questions about playbooks: the list, their steps, who is in them and what waits for whom."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select

from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.messaging.models import Message, MessageState
from backoffice.people.models import Person
from backoffice.playbooks.models import Playbook, PlaybookRun, PlaybookStep
from backoffice.studio.scope import of_studio

MOST = 50


class PlaybookRow(NamedTuple):
    """A playbook in the list, with how many steps it has and how many people are in it."""

    playbook: Playbook
    steps: int
    live: int


class RunRow(NamedTuple):
    """Somebody in a playbook, and when the next message waits for them."""

    id: int
    person_id: int
    name: str
    entered_at: datetime
    next_at: datetime | None


class OwnRun(NamedTuple):
    """A person's run with the playbook it is of."""

    id: int
    playbook_id: int
    name_ja: str
    name_en: str
    entry: str
    entered_at: datetime


def held_playbooks() -> list[Playbook]:
    """The playbooks that are on, of every studio, held until the transaction ends: edits and sweeps take turns."""
    query = select(Playbook).where(Playbook.is_on, Playbook.archived_at.is_(None)).order_by(Playbook.id)
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def playbook_rows(studio_id: int) -> list[PlaybookRow]:
    """The playbooks of a studio in the order they were made. One statement."""
    steps = (
        select(func.count())
        .where(PlaybookStep.playbook_id == Playbook.id, PlaybookStep.archived_at.is_(None))
        .scalar_subquery()
    )
    live = (
        select(func.count())
        .where(PlaybookRun.playbook_id == Playbook.id, PlaybookRun.ended_at.is_(None))
        .scalar_subquery()
    )
    query = select(Playbook, steps, live).where(
        Playbook.studio_id == studio_id, Playbook.archived_at.is_(None)
    )
    return [PlaybookRow(*row) for row in db.session.execute(query.order_by(Playbook.id))]


def playbook(studio_id: int, playbook_id: int) -> Playbook:
    """One playbook. Raises `NotFound`."""
    return of_studio(Playbook, studio_id, playbook_id)


def playbook_of_step(studio_id: int, step_id: int) -> Playbook:
    """The playbook that a step is of. Raises `NotFound`."""
    step = db.session.get(PlaybookStep, step_id)
    if step is None:
        raise NotFound
    return playbook(studio_id, step.playbook_id)


def steps_of(playbook_id: int) -> list[PlaybookStep]:
    """The steps in use, in the order they are taken."""
    query = select(PlaybookStep).where(
        PlaybookStep.playbook_id == playbook_id, PlaybookStep.archived_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(PlaybookStep.days, PlaybookStep.at, PlaybookStep.id)))


def live_runs(playbook_id: int) -> list[RunRow]:
    """Who is in a playbook, the newest first; up to fifty. One statement."""
    waits = and_(Message.run_id == PlaybookRun.id, Message.state == MessageState.PLANNED)
    next_at = select(func.min(Message.send_at)).where(waits).scalar_subquery()
    query = (
        select(PlaybookRun.id, Person.id, Person.name, Person.kana, PlaybookRun.entered_at, next_at)
        .join(Person, Person.id == PlaybookRun.person_id)
        .where(PlaybookRun.playbook_id == playbook_id, PlaybookRun.ended_at.is_(None))
        .order_by(PlaybookRun.entered_at.desc(), PlaybookRun.id.desc())
        .limit(MOST)
    )
    return [
        RunRow(run_id, person_id, name or kana, entered_at, at)
        for run_id, person_id, name, kana, entered_at, at in db.session.execute(query)
    ]


def runs_of(person_id: int) -> list[OwnRun]:
    """The playbooks that somebody is in. One statement."""
    mine = _runs().where(PlaybookRun.person_id == person_id, PlaybookRun.ended_at.is_(None))
    return [OwnRun(*row) for row in db.session.execute(mine.order_by(PlaybookRun.entered_at))]


def run_behind(message: Message) -> OwnRun | None:
    """The playbook and the event that a message comes from; None for one that no playbook planned."""
    if message.run_id is None:
        return None
    return OwnRun(*db.session.execute(_runs().where(PlaybookRun.id == message.run_id)).one())


def _runs() -> Select[*tuple[Any, ...]]:
    return select(
        PlaybookRun.id,
        Playbook.id,
        Playbook.name_ja,
        Playbook.name_en,
        Playbook.entry,
        PlaybookRun.entered_at,
    ).join(Playbook, Playbook.id == PlaybookRun.playbook_id)
