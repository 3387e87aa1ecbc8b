"""One counselling and one trial ahead at a time: a second one is offered as a move, but never to a stranger.

Whoever types somebody's name and phone learns nothing: their booking is taken like any, and the desk gets a task.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from backoffice.bookings.forgiving import FREE
from backoffice.bookings.models import Booking, Participant
from backoffice.bookings.queries import guests_of
from backoffice.bookings.schedule import AHEAD
from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from backoffice.studio.models import Service
from backoffice.todos.actions import add_todo, drop_for_person
from backoffice.todos.models import TodoKind

TITLE = N_("Booked the same visit twice: please ask which one holds")


class BookedAlready(DomainError):
    """The guest has such a visit ahead, at `seat`. For those alone who hold its link."""

    status = 409
    message = N_("You have booked this already. Please choose another time for that booking instead.")

    def __init__(self, seat: Participant) -> None:
        super().__init__()
        self.seat = seat


def seats_ahead(person_id: int, service: Service, *, now: datetime) -> Sequence[Participant]:
    """Where a person comes for the same kind of first visit, the soonest first; none for any other kind."""
    if service.kind not in FREE:
        return []
    is_theirs = Participant.person_id == person_id
    return db.session.scalars(_ahead(service, now).where(is_theirs)).all()


def held_ahead(
    held: Collection[int], service: Service, *, now: datetime
) -> tuple[Participant, datetime] | None:
    """The soonest of these seats that is such a visit, and when it begins. One statement, none for no seats."""
    if not held or service.kind not in FREE:
        return None
    query = _ahead(service, now).where(Participant.id.in_(held)).add_columns(Booking.starts_at).limit(1)
    row = db.session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def check_not_twice(seats: Sequence[Participant], held: Collection[int], *, knows_person: bool) -> None:
    """Refuse (BookedAlready) a second one, where the asker holds the link of the first or is surely the person."""
    for seat in seats:
        if knows_person or seat.id in held:
            raise BookedAlready(seat)


def ask_which_holds(booking: Booking, person_id: int, *, by: Actor, now: datetime) -> None:
    """A task for the desk: somebody is booked twice, and the one who booked was not told."""
    add_todo(
        TodoKind.TWICE, TITLE, studio_id=booking.studio_id, booking_id=booking.id, person_id=person_id, due_at=now,
        by=by, now=now,
    )  # fmt: skip


def after_cancelling(booking: Booking, service: Service, *, by: Actor, now: datetime) -> None:
    """One of the two was called off, whichever it was: there is nothing left to ask."""
    if service.kind not in FREE:
        return
    for guest in guests_of(booking.id):
        if len(seats_ahead(guest.person_id, service, now=now)) < 2:
            drop_for_person(guest.person_id, [TodoKind.TWICE], by=by, now=now)


def _ahead(service: Service, now: datetime) -> Select[Any]:
    return (
        select(Participant)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Booking.studio_id == service.studio_id, Service.kind == service.kind, Booking.state.in_(AHEAD),
            Booking.starts_at > now,
        )
        .order_by(Booking.starts_at)
    )  # fmt: skip
