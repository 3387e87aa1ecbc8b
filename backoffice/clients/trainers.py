"""Who trains a person: the main trainer of a member, and any number of substitutes."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert

from backoffice.clients.models import Client, SubstituteTrainer
from backoffice.core.audit import Actor, record
from backoffice.core.db import db, fetch
from backoffice.core.errors import Invalid, NotFound, check_version
from backoffice.core.language import N_
from backoffice.people.queries import held_person
from backoffice.staff.models import Trainer
from backoffice.studio.scope import of_studio


class TrainerLine(NamedTuple):
    """One trainer of a person; those who left the calendar are still named."""

    id: int
    name_ja: str
    name_en: str
    is_main: bool


def trainers_of(person_id: int) -> list[TrainerLine]:
    """The main trainer first, then the substitutes in the studio's order; one statement."""
    main = select(Client.main_trainer_id.label("trainer_id"), literal(True).label("is_main")).where(
        Client.person_id == person_id
    )
    others = select(SubstituteTrainer.trainer_id, literal(False)).where(
        SubstituteTrainer.person_id == person_id
    )
    both = union_all(main, others).subquery()
    query = (
        select(Trainer.id, Trainer.name_ja, Trainer.name_en, both.c.is_main)
        .join(both, both.c.trainer_id == Trainer.id)
        .order_by(both.c.is_main.desc(), Trainer.position, Trainer.id)
    )
    return [TrainerLine._make(row) for row in fetch(query)]


def set_main_trainer(
    studio_id: int, person_id: int, trainer_id: int, *, version: int | None, by: Actor, now: datetime
) -> None:
    """Give a member another main trainer, who is no substitute any more. Raises `NotFound` (no member), `Stale`."""
    trainer = _working(studio_id, trainer_id)
    held_person(person_id)
    client = db.session.scalar(select(Client).where(Client.person_id == person_id).with_for_update())
    if client is None:
        raise NotFound
    if client.main_trainer_id == trainer.id:
        return
    check_version(client.version, version)
    before, client.main_trainer_id = client.main_trainer_id, trainer.id
    client.version += 1
    db.session.flush()
    _strike(person_id, trainer.id)
    record(
        "client.main_trainer", "client", client.id, by=by, now=now, person_id=person_id,
        before={"trainer_id": before}, after={"trainer_id": trainer.id},
    )  # fmt: skip


def name_substitute(studio_id: int, person_id: int, trainer_id: int, *, by: Actor, now: datetime) -> None:
    """Let a colleague step in. Twice changes nothing; refuses (Invalid) the main trainer."""
    trainer = _working(studio_id, trainer_id)
    held_person(person_id)
    main = db.session.scalar(select(Client.main_trainer_id).where(Client.person_id == person_id))
    if main == trainer.id:
        raise Invalid(N_("This is the main trainer already."), field="trainer_id")
    row = {"person_id": person_id, "trainer_id": trainer.id, "named_at": now, "named_by": by.label}
    statement = insert(SubstituteTrainer).values(row).on_conflict_do_nothing().returning(SubstituteTrainer.id)
    if db.session.scalar(statement) is not None:
        _tell("client.substitute_named", person_id, trainer.id, by=by, now=now)


def end_substitute(studio_id: int, person_id: int, trainer_id: int, *, by: Actor, now: datetime) -> None:
    """A colleague steps in no longer. Twice changes nothing."""
    trainer = of_studio(Trainer, studio_id, trainer_id)
    held_person(person_id)
    if _strike(person_id, trainer.id):
        _tell("client.substitute_ended", person_id, trainer.id, by=by, now=now)


def _working(studio_id: int, trainer_id: int) -> Trainer:
    trainer = of_studio(Trainer, studio_id, trainer_id)
    if trainer.archived_at is not None:
        raise Invalid(N_("This trainer does not work here any more."), field="trainer_id")
    return trainer


def _strike(person_id: int, trainer_id: int) -> bool:
    gone = delete(SubstituteTrainer).where(
        SubstituteTrainer.person_id == person_id, SubstituteTrainer.trainer_id == trainer_id
    )
    return db.session.scalar(gone.returning(SubstituteTrainer.id)) is not None


def _tell(action: str, person_id: int, trainer_id: int, *, by: Actor, now: datetime) -> None:
    record(action, "client", None, by=by, now=now, person_id=person_id, after={"trainer_id": trainer_id})
