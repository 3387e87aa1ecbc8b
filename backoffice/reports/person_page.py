"""What the page of a person shows: the head with the member side, visits, enquiries, notes, changes."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Date, bindparam, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on

from backoffice.bookings.models import CANCELLED_STATES, Attendance, Booking, Participant
from backoffice.clients.models import Client
from backoffice.core.audit import AuditLine
from backoffice.core.db import db, fetch
from backoffice.core.errors import NotFound
from backoffice.leads.models import Lead
from backoffice.memberships.models import Freeze, Membership
from backoffice.people.models import Person, PersonMail, PersonPhone
from backoffice.people.queries import Erased, reachable
from backoffice.staff.models import Trainer
from backoffice.studio.models import Room, Service


class Visit(NamedTuple):
    """A booking of a person, as a list shows it."""

    booking_id: int
    trainer_id: int
    starts_at: datetime
    ends_at: datetime
    state: str
    attendance: str
    kind: str
    name_ja: str
    name_en: str
    trainer_ja: str
    trainer_en: str
    room_ja: str | None
    room_en: str | None


class Head(NamedTuple):
    """Who somebody is, how to reach them, and their member side (empty for those who never joined)."""

    id: int
    name: str
    kana: str
    former_name: str
    phones: list[str]
    mails: list[str]
    member_number: int | None
    joined_on: date | None
    left_on: date | None
    """The last day: past, or signed for a day to come."""
    freeze_from: date | None
    freeze_until: date | None
    """The freeze they are in, else the next one; without a last day it is open."""
    trainer_ja: str | None
    trainer_en: str | None
    is_archived: bool
    is_erased: bool
    caution: str
    version: int
    is_reachable: bool

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


class EnquiryLine(NamedTuple):
    """A lead of a person, as their page lists it."""

    id: int
    opened_at: datetime
    stage: str
    article: str


class States(NamedTuple):
    """Chips of a person in a list: the stage of their newest enquiry, their member number."""

    person_id: int
    lead_id: int | None
    stage: str | None
    member_number: int | None


# Put together once: a person's page is opened all day, and building its statements would cost more than running them.
_PERSON: BindParameter[int] = bindparam("person")
_TODAY: BindParameter[date] = bindparam("today", type_=Date)


def _all_of(column: Any, order: Any) -> Any:
    return func.array(
        select(column).where(order.class_.person_id == Person.id).order_by(order).scalar_subquery()
    )


_FREEZE = (
    select(Freeze.starts_on, Freeze.ends_on)
    .join(Membership, Membership.id == Freeze.membership_id)
    .where(
        Membership.client_id == Client.id, Freeze.cancelled_at.is_(None),
        or_(Freeze.ends_on.is_(None), Freeze.ends_on >= _TODAY),
    )
    .order_by(Freeze.starts_on)
    .limit(literal_column("1"))
    .correlate(Client)
    .lateral("freeze")
)  # fmt: skip
_HEAD = (
    select(
        Person.id, Person.name, Person.kana, Person.former_name,
        _all_of(PersonPhone.e164, PersonPhone.id), _all_of(PersonMail.address, PersonMail.id),
        Client.member_number, Client.joined_on, Client.left_on, _FREEZE.c.starts_on, _FREEZE.c.ends_on,
        Trainer.name_ja, Trainer.name_en,
        Person.archived_at.is_not(None),
        Person.erased_at.is_not(None), Person.caution, Person.version, reachable(),
    )
    .outerjoin(Client, Client.person_id == Person.id)
    .outerjoin(Trainer, Trainer.id == Client.main_trainer_id)
    .outerjoin(_FREEZE, true())
    .where(Person.id == _PERSON)
)  # fmt: skip
_VISITS = (
    select(
        Booking.id, Booking.trainer_id, Booking.starts_at, Booking.ends_at, Booking.state, Participant.attendance,
        Service.kind, Service.name_ja, Service.name_en, Trainer.name_ja, Trainer.name_en, Room.name_ja, Room.name_en,
    )
    .select_from(Participant)
    .join(Booking, Booking.id == Participant.booking_id)
    .join(Service, Service.id == Booking.service_id)
    .join(Trainer, Trainer.id == Booking.trainer_id)
    .outerjoin(Room, Room.id == Booking.room_id)
    .where(Participant.person_id == _PERSON)
    .order_by(Booking.starts_at.desc(), Booking.id.desc())
    .limit(literal_column("20"))
)  # fmt: skip
_ENQUIRIES = (
    select(Lead.id, Lead.opened_at, Lead.stage, Lead.article)
    .where(Lead.person_id == _PERSON)
    .order_by(Lead.opened_at.desc(), Lead.id.desc())
    .limit(literal_column("50"))
)


def head(person_id: int, *, today: date) -> Head:
    """What stands on top of a person's page, in one statement. Raises `NotFound`, `Erased`."""
    row = fetch(_HEAD, {"person": person_id, "today": today}).first()
    if row is None:
        raise NotFound
    found = Head._make(row)
    if found.is_erased:
        raise Erased
    return found


def visits(person_id: int) -> list[Visit]:
    """The 20 latest bookings of a person, the latest first; those to come stand on top."""
    return [Visit._make(row) for row in fetch(_VISITS, {"person": person_id})]


def enquiries(person_id: int) -> list[EnquiryLine]:
    """The 50 newest leads of a person, the newest first."""
    return [EnquiryLine._make(row) for row in fetch(_ENQUIRIES, {"person": person_id})]


def is_ahead(visit: Visit, *, now: datetime) -> bool:
    """Whether somebody is expected or here: not called off, not marked and not over yet."""
    is_marked = visit.attendance in (Attendance.ATTENDED, Attendance.NO_SHOW)
    return visit.state not in CANCELLED_STATES and not is_marked and visit.ends_at > now


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
