"""Questions about bookings: one with everything about it, who holds a link, and lists by person, lead or span."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.core import links
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.people.models import Person
from backoffice.people.queries import first_phone, mail_of, phone_of
from backoffice.staff.models import Trainer
from backoffice.studio.models import Room, Service, Studio

MANAGE = "manage"
AHEAD = (BookingState.HELD, BookingState.BOOKED)
MOST_ROWS = 500


@dataclass(frozen=True)
class GuestView:
    """A participant with the person, and how to reach them."""

    participant: Participant
    person: Person
    phone: str | None
    mail: str | None


@dataclass(frozen=True)
class BookingView:
    """A booking with everything that a page about it shows."""

    booking: Booking
    studio: Studio
    service: Service
    trainer: Trainer
    room: Room | None
    guests: tuple[GuestView, ...]


class BookingRow(NamedTuple):
    """A booking in a list, with its guests in one text and the phone of the first one who has any."""

    id: int
    starts_at: datetime
    ends_at: datetime
    state: str
    channel: str
    kind: str
    service_ja: str
    service_en: str
    trainer_id: int
    trainer_ja: str
    trainer_en: str
    room_id: int | None
    room_ja: str | None
    room_en: str | None
    lead_id: int | None
    version: int
    guests: str
    phone: str | None


def booking(booking_id: int) -> Booking:
    """A booking. Raises `NotFound`."""
    found = db.session.get(Booking, booking_id)
    if found is None:
        raise NotFound
    return found


def participant(participant_id: int) -> Participant:
    """A participant. Raises `NotFound`."""
    found = db.session.get(Participant, participant_id)
    if found is None:
        raise NotFound
    return found


def guests_of(booking_id: int) -> list[Participant]:
    """The participants of a booking, in their order."""
    query = select(Participant).where(Participant.booking_id == booking_id).order_by(Participant.position)
    return list(db.session.scalars(query))


def booking_view(booking_id: int) -> BookingView:
    """A booking with studio, service, trainer, room and guests. Two statements, and two for each guest."""
    row = db.session.execute(
        select(Booking, Studio, Service, Trainer, Room)
        .join(Studio, Studio.id == Booking.studio_id)
        .join(Service, Service.id == Booking.service_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .outerjoin(Room, Room.id == Booking.room_id)
        .where(Booking.id == booking_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    pairs = db.session.execute(
        select(Participant, Person)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.booking_id == booking_id)
        .order_by(Participant.position)
    )
    guests = tuple(GuestView(one, person, phone_of(person.id), mail_of(person.id)) for one, person in pairs)
    return BookingView(*row, guests=guests)


def manage_token(participant: Participant) -> str:
    """The token of a participant's own link. Raising `link_epoch` makes earlier ones useless."""
    return links.sign(MANAGE, participant.id, participant.link_epoch)


def manage_path(participant: Participant) -> str:
    """The path of a participant's own link."""
    return f"/manage/{manage_token(participant)}"


def participant_by_token(token: str) -> Participant | None:
    """Who holds a link; None when it is broken, forged or was revoked."""
    parts = links.read(MANAGE, token)
    if parts is None or len(parts) != 2 or not isinstance(parts[0], int):
        return None
    found = db.session.get(Participant, parts[0])
    return found if found is not None and found.link_epoch == parts[1] else None


def bookings_where(*conditions: Any) -> list[BookingRow]:
    """The bookings that fulfil conditions on `Booking`, by time, at most 500. One statement."""
    query = _rows().where(*conditions).order_by(Booking.starts_at, Booking.id).limit(MOST_ROWS)
    return _found(query)


def person_bookings(person_id: int, *, limit: int = 20, after_id: int | None = None) -> list[BookingRow]:
    """The bookings of a person, the latest first. `after_id` is the last one already shown. One statement."""
    mine = select(Participant.booking_id).where(Participant.person_id == person_id)
    query = _rows().where(Booking.id.in_(mine))
    if after_id is not None:
        last = select(Booking.starts_at).where(Booking.id == after_id).scalar_subquery()
        query = query.where(func.row(Booking.starts_at, Booking.id) < func.row(last, after_id))
    return _found(query.order_by(Booking.starts_at.desc(), Booking.id.desc()).limit(limit))


def lead_bookings(lead_id: int) -> list[BookingRow]:
    """The bookings of a lead, the latest first. One statement."""
    return _found(_rows().where(Booking.lead_id == lead_id).order_by(Booking.starts_at.desc()).limit(50))


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS)
        .join(Service, Service.id == Booking.service_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .outerjoin(Room, Room.id == Booking.room_id)
    )


def _found(query: Select[*tuple[Any, ...]]) -> list[BookingRow]:
    return [BookingRow._make(row) for row in db.session.execute(query)]


def _guest_names() -> ColumnElement[str]:
    name = func.coalesce(func.nullif(Person.name, ""), Person.kana)
    return func.coalesce(
        select(func.string_agg(name, aggregate_order_by(literal("、"), Participant.position)))
        .select_from(Participant)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.booking_id == Booking.id)
        .scalar_subquery(),
        "",
    )


def _first_phone() -> ColumnElement[str | None]:
    return (
        select(first_phone())
        .select_from(Participant)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.booking_id == Booking.id)
        .order_by(first_phone().is_(None), Participant.position)
        .limit(1)
        .scalar_subquery()
    )


_COLUMNS = (
    Booking.id, Booking.starts_at, Booking.ends_at, Booking.state, Booking.channel,
    Service.kind, Service.name_ja, Service.name_en,
    Booking.trainer_id, Trainer.name_ja, Trainer.name_en,
    Booking.room_id, Room.name_ja, Room.name_en,
    Booking.lead_id, Booking.version, _guest_names(), _first_phone(),
)  # fmt: skip
