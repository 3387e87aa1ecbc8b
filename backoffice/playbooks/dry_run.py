"""The dry run: who would get what and when, if a playbook were switched on now. Nothing is written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging.models import Kind
from backoffice.messaging.reach import Send
from backoffice.people.models import Person
from backoffice.playbooks.models import Deed, Playbook, PlaybookStep
from backoffice.playbooks.queries import steps_of
from backoffice.playbooks.reconcile import agreed, entering, may_get
from backoffice.playbooks.timing import OF_USE, due_at
from backoffice.studio.models import Studio

MOST = 50

NOT_AGREED = N_("no consent to follow-ups, or no address")


@dataclass(frozen=True)
class Foreseen:
    """One step for one person; `skipped` says (N_) why it would not be taken."""

    person_id: int
    name: str
    at: datetime
    step: PlaybookStep
    skipped: str = ""


@dataclass(frozen=True)
class DryRun:
    """How many people would enter, and the steps of the first fifty of them in the order of their times."""

    people: int
    steps: list[Foreseen]


def dry_run(playbook: Playbook, *, now: datetime) -> DryRun:
    """What switching this playbook on would bring. Three statements, whatever the number of people."""
    steps = steps_of(playbook.id)
    who = entering(playbook, steps, now=now)
    zone = db.session.get_one(Studio, playbook.studio_id).zone
    foreseen = [_foresee(row, zone, now) for row in _first(who, playbook)]
    return DryRun(
        db.session.scalar(select(func.count()).select_from(who)) or 0,
        sorted((one for one in foreseen if one is not None), key=lambda one: (one.at, one.person_id)),
    )


def sends(playbook: Playbook, *, now: datetime) -> list[Send]:
    """Every message that switching it on would plan, to everybody who agreed, in the order of their times. Whoever no
    road leads to is among them, so that they can be named. Two statements."""
    steps = steps_of(playbook.id)
    who = entering(playbook, steps, now=now)
    zone = db.session.get_one(Studio, playbook.studio_id).zone
    rows = db.session.execute(
        select(who.c.person_id, who.c.entered_at, PlaybookStep)
        .join(Person, Person.id == who.c.person_id)
        .join(PlaybookStep, PlaybookStep.playbook_id == playbook.id)
        .where(PlaybookStep.archived_at.is_(None), PlaybookStep.deed == Deed.MESSAGE, agreed())
    )
    planned = [
        Send(person_id, Kind(step.kind or ""), due_at(entered_at, step.days, step.at, zone))
        for person_id, entered_at, step in rows
    ]
    return sorted((one for one in planned if one.at + OF_USE > now), key=lambda one: (one.at, one.person_id))


def _first(who: Any, playbook: Playbook) -> Any:
    few = select(who).order_by(who.c.entered_at, who.c.person_id).limit(MOST).subquery()
    return db.session.execute(
        select(few.c.person_id, Person.name, Person.kana, few.c.entered_at, PlaybookStep, may_get())
        .join(Person, Person.id == few.c.person_id)
        .join(PlaybookStep, PlaybookStep.playbook_id == playbook.id)
        .where(PlaybookStep.archived_at.is_(None))
    )


def _foresee(row: Any, zone: str, now: datetime) -> Foreseen | None:
    person_id, name, kana, entered_at, step, can_get = row
    at = due_at(entered_at, step.days, step.at, zone)
    if at + OF_USE <= now:
        return None
    skipped = NOT_AGREED if step.deed == Deed.MESSAGE and not can_get else ""
    return Foreseen(person_id, name or kana, max(at, now), step, skipped)
