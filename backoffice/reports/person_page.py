"""What the page of a person shows beside their own row: visits, enquiries, member number, changes."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from backoffice.bookings.models import CANCELLED_STATES, Booking, Participant
from backoffice.clients.models import Client
from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.leads.models import Lead
from backoffice.staff.models import Trainer
from backoffice.studio.models import Room, Service


class Visit(NamedTuple):
    """A booking of a person, as a list shows it."""

    booking_id: int
    starts_at: datetime
    state: str
    attendance: str
    kind: str
    name_ja: str
    name_en: str
    trainer_ja: str
    trainer_en: str
    room_ja: str | None
    room_en: str | None


class Membership(NamedTuple):
    """The member side of a person, as the head of their page shows it."""

    member_number: int
    joined_on: Any
    trainer_ja: str | None
    trainer_en: str | None


class States(NamedTuple):
    """Chips of a person in a list: the stage of their newest enquiry, their member number."""

    person_id: int
    lead_id: int | None
    stage: str | None
    member_number: int | None


_VISIT: tuple[Any, ...] = (
    Booking.id, Booking.starts_at, Booking.state, Participant.attendance, Service.kind, Service.name_ja,
    Service.name_en, Trainer.name_ja, Trainer.name_en, Room.name_ja, Room.name_en,
)  # fmt: skip


def visits(person_id: int, *, limit: int = 20) -> list[Visit]:
    """The bookings of a person, the latest first; those to come stand on top."""
    query = (
        select(*_VISIT)
        .select_from(Participant)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .outerjoin(Room, Room.id == Booking.room_id)
        .where(Participant.person_id == person_id)
        .order_by(Booking.starts_at.desc(), Booking.id.desc())
        .limit(limit)
    )
    return [Visit._make(row) for row in db.session.execute(query)]


def is_ahead(visit: Visit, *, now: datetime) -> bool:
    """Whether somebody is expected: not called off, and not begun yet."""
    return visit.state not in CANCELLED_STATES and visit.starts_at >= now


def membership(person_id: int) -> Membership | None:
    """Member number, day of joining and main trainer; None for those who never joined."""
    query = (
        select(Client.member_number, Client.joined_on, Trainer.name_ja, Trainer.name_en)
        .outerjoin(Trainer, Trainer.id == Client.main_trainer_id)
        .where(Client.person_id == person_id)
    )
    row = db.session.execute(query).first()
    return None if row is None else Membership._make(row)


def states_of(person_ids: list[int]) -> dict[int, States]:
    """The chips of the people on one page of a list, in one statement."""
    if not person_ids:
        return {}
    newest = (
        select(Lead.person_id, Lead.id, Lead.stage)
        .where(Lead.person_id.in_(person_ids))
        .ext(distinct_on(Lead.person_id))
        .order_by(Lead.person_id, Lead.opened_at.desc(), Lead.id.desc())
        .subquery()
    )
    members = (
        select(Client.person_id, Client.member_number).where(Client.person_id.in_(person_ids)).subquery()
    )
    query = select(
        newest.c.person_id, members.c.person_id, newest.c.id, newest.c.stage, members.c.member_number
    ).join_from(newest, members, newest.c.person_id == members.c.person_id, full=True)
    return {(one or two): States(one or two, *rest) for one, two, *rest in db.session.execute(query)}


def changes(person_id: int, *, limit: int = 50) -> list[AuditLine]:
    """Who changed what about a person, the newest first."""
    query = select(AuditLine).where(AuditLine.person_id == person_id).order_by(AuditLine.id.desc())
    return list(db.session.scalars(query.limit(limit)))
