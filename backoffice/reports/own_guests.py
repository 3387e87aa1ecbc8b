"""Whom a trainer may look up: their own guests and members, not the whole register."""

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, or_, select

from backoffice.bookings.models import CANCELLED_STATES, Booking, Participant
from backoffice.clients.models import Client, SubstituteTrainer
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.staff.models import Trainer


def own_guests(staff_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """The condition that a person is the staff member's guest.

    Booked with them and not called off, at any time; or their member; or somebody for whom they step in.
    """
    trainer = select(Trainer.id).where(Trainer.staff_id == staff_id).scalar_subquery()
    booked = exists().where(
        Participant.person_id == Person.id,
        Booking.id == Participant.booking_id,
        Booking.trainer_id == trainer,
        Booking.state.not_in(CANCELLED_STATES),
    )
    main = exists().where(Client.person_id == Person.id, Client.main_trainer_id == trainer)
    steps_in = exists().where(
        SubstituteTrainer.person_id == Person.id, SubstituteTrainer.trainer_id == trainer
    )
    return or_(booked, main, steps_in)


def is_own_guest(staff_id: int, person_id: int) -> bool:
    """Whether this person is one of them."""
    return bool(db.session.scalar(_IS_OWN, {"staff": staff_id, "person": person_id}))


_IS_OWN = select(Person.id).where(Person.id == bindparam("person"), own_guests(bindparam("staff")))
"""Put together once: asked before every page about one person."""
