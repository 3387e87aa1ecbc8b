"""Questions about bookings: one, its guests, everything about it, and who holds a link."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from backoffice.bookings.models import Booking, Participant
from backoffice.core import links
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.people.models import Person
from backoffice.people.queries import mail_of, phone_of
from backoffice.staff.models import Trainer
from backoffice.studio.models import Room, Service, Studio
from backoffice.studio.scope import of_studio
from backoffice.tickets.left import has_ticket, left_of

MANAGE = "manage"


@dataclass(frozen=True)
class GuestView:
    """A participant with the person, how to reach them, and their tickets."""

    participant: Participant
    person: Person
    phone: str | None
    mail: str | None
    has_ticket: bool
    tickets_left: int | None


@dataclass(frozen=True)
class BookingView:
    """A booking with everything that a page about it shows."""

    booking: Booking
    studio: Studio
    service: Service
    trainer: Trainer
    room: Room | None
    guests: tuple[GuestView, ...]


def booking(studio_id: int, booking_id: int) -> Booking:
    """A booking of this studio. Raises `NotFound`."""
    return of_studio(Booking, studio_id, booking_id)


def participant(studio_id: int, participant_id: int) -> tuple[Participant, Booking]:
    """A participant of a booking of this studio, and the booking. Raises `NotFound`."""
    found = db.session.get(Participant, participant_id)
    if found is None:
        raise NotFound
    return found, booking(studio_id, found.booking_id)


def guests_of(booking_id: int) -> list[Participant]:
    """The participants of a booking, in their order."""
    query = select(Participant).where(Participant.booking_id == booking_id).order_by(Participant.position)
    return list(db.session.scalars(query))


def booking_view(studio_id: int, booking_id: int) -> BookingView:
    """A booking of this studio with service, trainer, room and guests. Two statements, and two for each guest."""
    row = db.session.execute(
        select(Booking, Studio, Service, Trainer, Room)
        .join(Studio, Studio.id == Booking.studio_id)
        .join(Service, Service.id == Booking.service_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .outerjoin(Room, Room.id == Booking.room_id)
        .where(Booking.id == booking_id, Booking.studio_id == studio_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    pairs = db.session.execute(
        select(Participant, Person, has_ticket(Participant.id), left_of(Person.id))
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.booking_id == booking_id)
        .order_by(Participant.position)
    )
    guests = tuple(
        GuestView(one, person, phone_of(person.id), mail_of(person.id), has, left)
        for one, person, has, left in pairs
    )
    return BookingView(*row, guests=guests)


def manage_token(participant: Participant) -> str:
    """The token of a participant's own link. Raising `link_epoch` makes earlier ones useless."""
    return links.sign(MANAGE, participant.id, participant.link_epoch)


def manage_path(participant: Participant) -> str:
    """The path of a participant's own link."""
    return f"/manage/{manage_token(participant)}"


def participant_by_token(token: str) -> Participant | None:
    """Who holds a link; None when it is broken, forged or was revoked."""
    found = participants_by_tokens([token])
    return found[0] if found else None


def participants_by_tokens(tokens: Collection[str]) -> list[Participant]:
    """Who holds these links, without those that are broken, forged or were revoked. One statement, none for none."""
    read = (links.read(MANAGE, token) for token in tokens)
    epochs = {parts[0]: parts[1] for parts in read if parts and len(parts) == 2 and isinstance(parts[0], int)}
    if not epochs:
        return []
    found = db.session.scalars(select(Participant).where(Participant.id.in_(epochs)))
    return [one for one in found if one.link_epoch == epochs[one.id]]
