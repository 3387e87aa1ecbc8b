"""One counselling and one trial ahead at a time: a second one is offered as a move, but never to a stranger.

Whoever types somebody's name and phone learns nothing: their booking is taken like any, and the desk gets a task.
What is only held (times sent to choose from, a place offered from the waiting list) is no booking yet.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from backoffice.bookings.forgiving import FREE
from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import InTheWay
from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from backoffice.people.models import Person
from backoffice.studio.models import Service, ServiceKind
from backoffice.todos.actions import add_todo, drop
from backoffice.todos.models import Todo, TodoKind

TITLES = {
    ServiceKind.COUNSELLING: N_(
        "More than one free counselling booked: please ask the guest which one holds"
    ),
    ServiceKind.TRIAL: N_("More than one trial booked: please ask the guest which one holds"),
}


class Ahead(NamedTuple):
    """A seat in a visit that is booked and still to come, and when it begins."""

    seat: Participant
    starts_at: datetime


class BookedAlready(DomainError):
    """The guest has such a visit ahead: the `first`. For those alone who hold its link."""

    status = 409
    message = N_("You have booked this already. Please choose another time for that booking instead.")

    def __init__(self, first: Ahead) -> None:
        super().__init__()
        self.first = first


def visits_ahead(person_id: int, service: Service, *, now: datetime) -> list[Ahead]:
    """Where a person is booked for the same kind of first visit, the soonest first; none for any other kind."""
    if service.kind not in FREE:
        return []
    query = (
        select(Participant, Booking.starts_at)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id == person_id, Booking.studio_id == service.studio_id, Service.kind == service.kind,
            Booking.state == BookingState.BOOKED, Booking.starts_at > now,
        )
        .order_by(Booking.starts_at, Booking.id)
    )  # fmt: skip
    return [Ahead(*row) for row in db.session.execute(query)]


def check_not_twice(ahead: Sequence[Ahead], held: Collection[int], *, knows_person: bool) -> None:
    """Refuse (BookedAlready) a second one, where the asker holds the link of the first or is surely the person."""
    for one in ahead:
        if knows_person or one.seat.id in held:
            raise BookedAlready(one)


def holds_links_of(in_the_way: Sequence[InTheWay], held: Collection[int]) -> bool:
    """Whether these seats are among the guests of every booking that stands in a guest's way."""
    known = select(Participant.booking_id).where(Participant.id.in_(held))
    return {one.booking_id for one in in_the_way} <= set(db.session.scalars(known))


def reconcile(booking: Booking, service: Service, *, by: Actor, now: datetime) -> None:
    """Bring the desk's question which visit holds to what is booked, for each guest of a booking that changed.

    One open task for a person and kind, about a visit that stands. A booking that came in or came back opens it; it
    ends with one visit left, however the others ended. What the desk has ticked off stays so until another comes.
    """
    if service.kind not in FREE:
        return
    for person_id in sorted(guest.person_id for guest in guests_of(booking.id)):
        _reconcile(person_id, booking, service, by=by, now=now)


def reconcile_handed_over(
    seat_ids: Collection[int], person_ids: Sequence[int], *, by: Actor, now: datetime
) -> None:
    """The same for the people between whom seats changed hands: two who became one, or are two again."""
    query = (
        select(Booking, Service)
        .join(Service, Service.id == Booking.service_id)
        .join(Participant, Participant.booking_id == Booking.id)
        .where(Participant.id.in_(seat_ids), Service.kind.in_(FREE))
        .order_by(Booking.starts_at, Booking.id)
    )
    for booking, service in db.session.execute(query).all():
        for person_id in person_ids:
            _reconcile(person_id, booking, service, by=by, now=now)


def _reconcile(person_id: int, booking: Booking, service: Service, *, by: Actor, now: datetime) -> None:
    _hold(person_id)
    ahead = [one.seat.booking_id for one in visits_ahead(person_id, service, now=now)]
    asked = _asked(person_id, service)
    if len(ahead) < 2:
        drop(asked, by=by, now=now)
    elif asked:
        drop(asked[1:], by=by, now=now)  # two people became one, or two browsers booked at once
        if asked[0].booking_id not in ahead:
            asked[0].booking_id = ahead[-1]
    elif booking.id in ahead:
        add_todo(
            TodoKind.TWICE, TITLES[ServiceKind(service.kind)], studio_id=booking.studio_id, booking_id=booking.id,
            person_id=person_id, due_at=now, by=by, now=now,
        )  # fmt: skip


def _hold(person_id: int) -> None:
    """Of two bookings of a person that come in at the same instant the second waits here, and reads the first.

    The public page holds them already (`recognise_or_create`). Rows that only name the person pass.
    """
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def _asked(person_id: int, service: Service) -> Sequence[Todo]:
    """The open tasks about a person's visits of this kind, held until the end of the transaction."""
    query = (
        select(Todo)
        .join(Booking, Booking.id == Todo.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Todo.kind == TodoKind.TWICE, Todo.person_id == person_id, Todo.done_at.is_(None),
            Todo.studio_id == service.studio_id, Service.kind == service.kind,
        )
        .order_by(Todo.id)
        .with_for_update(of=Todo)
    )  # fmt: skip
    return db.session.scalars(query).all()
