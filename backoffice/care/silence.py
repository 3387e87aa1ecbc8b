"""Who has told nothing for two weeks is asked about: one task for their trainer, made from rows, missed runs heal."""

from datetime import date, datetime, time

from sqlalchemy import exists, func, select

from backoffice.care.models import CheckIn
from backoffice.care.standing_out import FORGOTTEN_AFTER, SILENT_AFTER
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.people.models import Person
from backoffice.people.queries import health_kept
from backoffice.staff.models import Trainer
from backoffice.studio.models import Studio
from backoffice.todos.actions import add_todo
from backoffice.todos.models import Todo, TodoKind

ASKED_BY = time(23, 59)
"""By the end of the day; midnight would stand in the lists as the day after."""
TITLE = N_("No check-in for two weeks: please ask how they are")


def notice_silence(studio: Studio, *, now: datetime) -> int:
    """A task for the main trainer of each member who used to tell and has not for two weeks; how many.

    One task for a silence: telling again closes it and begins anew. Without the consent nobody is expected to tell.
    """
    today = local_date(now, studio.zone)
    due_at = at_local(today, ASKED_BY, studio.zone)
    silent = _silent(studio, today)
    for person_id, staff_id in silent:
        add_todo(
            TodoKind.CARE_SILENT, TITLE, studio_id=studio.id, due_at=due_at, person_id=person_id,
            owner_staff_id=staff_id, by=SYSTEM, now=now,
        )  # fmt: skip
    return len(silent)


def _silent(studio: Studio, today: date) -> list[tuple[int, int]]:
    last = (
        select(CheckIn.person_id, func.max(CheckIn.day).label("day"), func.max(CheckIn.told_at).label("at"))
        .where(CheckIn.studio_id == studio.id, CheckIn.day >= today - FORGOTTEN_AFTER)
        .group_by(CheckIn.person_id)
        .having(func.max(CheckIn.day) <= today - SILENT_AFTER)
        .subquery()
    )
    noticed = exists().where(
        Todo.person_id == Person.id, Todo.kind == TodoKind.CARE_SILENT, Todo.created_at > last.c.at
    )
    query = (
        select(Person.id, Trainer.staff_id)
        .join(last, last.c.person_id == Person.id)
        .join(Client, Client.person_id == Person.id)
        .join(Trainer, Trainer.id == Client.main_trainer_id)
        .where(Person.archived_at.is_(None), Trainer.staff_id.is_not(None), ~noticed, health_kept(Person.id))
        .order_by(Person.id)
    )
    return [(person_id, staff_id) for person_id, staff_id in db.session.execute(query) if staff_id]
