"""Whom a trainer may look up: their own guests and members, not the whole register."""

from sqlalchemy import ColumnElement, exists, or_, select

from backoffice.bookings.models import Booking, Participant
from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.staff.models import Trainer


def own_guests(staff_id: int) -> ColumnElement[bool]:
    """The condition that a person is the staff member's guest: booked with them at any time, or their member."""
    trainer = select(Trainer.id).where(Trainer.staff_id == staff_id).scalar_subquery()
    booked = exists().where(
        Participant.person_id == Person.id,
        Booking.id == Participant.booking_id,
        Booking.trainer_id == trainer,
    )
    return or_(booked, exists().where(Client.person_id == Person.id, Client.main_trainer_id == trainer))


def is_own_guest(staff_id: int, person_id: int) -> bool:
    """Whether this person is one of them."""
    return bool(db.session.scalar(select(Person.id).where(Person.id == person_id, own_guests(staff_id))))
