"""Ends what stands in the way of erasing somebody, as its own pages would."""

from sqlalchemy import select, update

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.core.db import db
from backoffice.incidents.models import Incident
from backoffice.leads.models import Lead, Stage
from backoffice.todos.models import Todo


def settle(person_id: int) -> None:
    """Visits were held, enquiries closed, incidents settled, tasks done."""
    mine = select(Participant.booking_id).where(Participant.person_id == person_id)
    ended = {"state": BookingState.ATTENDED.value}
    db.session.execute(update(Booking).where(Booking.id.in_(mine)).values(ended))
    db.session.execute(
        update(Lead).where(Lead.person_id == person_id).values(stage=Stage.LOST, closed_at=Lead.opened_at)
    )
    closed = {"closed_at": Incident.written_at, "outcome": "だれにも見せないメモ"}
    db.session.execute(update(Incident).where(Incident.person_id == person_id).values(closed))
    db.session.execute(update(Todo).where(Todo.person_id == person_id).values(done_at=Todo.created_at))
    db.session.expire_all()
