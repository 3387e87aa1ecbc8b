"""The lines of a person's ticket ledger, each with the visit it follows; and visits for which there was no ticket."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from backoffice.bookings.forgiving import FREE
from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.studio.models import Service, Studio
from backoffice.tickets.left import has_ticket
from backoffice.tickets.models import TicketEntry, TicketGrant

MOST = 200


class HistoryLine(NamedTuple):
    """One line: what it did, to which tickets, and of a line that follows a visit, which one.

    `is_reversed`: a later line says the opposite. `left` is how many tickets were free or reserved after it.
    """

    entry: TicketEntry
    grant: TicketGrant
    booking_id: int | None
    trainer_id: int | None
    starts_at: datetime | None
    service_ja: str | None
    service_en: str | None
    is_reversed: bool
    left: int


def ticket_history(person_id: int, *, at: datetime | None = None) -> list[HistoryLine]:
    """Every line of a person in the order in which it holds, with a running balance. One statement."""
    entry, later = TicketEntry, aliased(TicketEntry)
    query = (
        select(
            entry, TicketGrant, Booking.id, Booking.trainer_id, Booking.starts_at, Service.name_ja, Service.name_en,
            later.id.is_not(None),
        )
        .join(TicketGrant, TicketGrant.id == entry.grant_id)
        .outerjoin(Participant, Participant.id == entry.participant_id)
        .outerjoin(Booking, Booking.id == Participant.booking_id)
        .outerjoin(Service, Service.id == Booking.service_id)
        .outerjoin(later, later.reverses_id == entry.id)
        .where(TicketGrant.person_id == person_id)
        .order_by(entry.at, entry.id)
    )  # fmt: skip
    if at is not None:
        query = query.where(entry.at <= at)
    left, lines = 0, []
    for row in db.session.execute(query):
        left += row[0].free + row[0].reserved
        lines.append(HistoryLine(*row, left))
    return lines


class Ahead(NamedTuple):
    """A booked visit that should use a ticket and has none yet."""

    person_id: int
    booking_id: int
    day: date


def ahead_without_ticket(
    person_ids: Collection[int], studio: Studio, *, also: Collection[int] = (), now: datetime
) -> list[Ahead]:
    """The booked visits of these people that `catch_up` would give a ticket, if there was one. One statement.

    `also` names bookings that may have begun already.
    """
    query = (
        select(Participant.person_id, Booking.id, Booking.starts_at)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id.in_(person_ids), Booking.studio_id == studio.id,
            Booking.state == BookingState.BOOKED, or_(Booking.starts_at > now, Booking.id.in_(also)),
            Service.uses_tickets, Service.kind.not_in(FREE), ~has_ticket(Participant.id),
        )
    )  # fmt: skip
    return [
        Ahead(person_id, booking_id, local_date(starts_at, studio.zone))
        for person_id, booking_id, starts_at in db.session.execute(query)
    ]


class Unpaid(NamedTuple):
    """A visit that should use a ticket and has none: booked ahead, held, or missed."""

    booking_id: int
    trainer_id: int
    starts_at: datetime
    service_ja: str
    service_en: str
    attendance: str
    person_id: int
    name: str
    kana: str


def visits_without_ticket(
    studio_id: int, *, since: datetime, now: datetime, person_id: int | None = None
) -> list[Unpaid]:
    """Visits since an instant, and those ahead, of services that use tickets, for which there is none; 200 at most.

    Cancelled ones are not among them: a forgiven late cancel needs no ticket.
    """
    is_meant = or_(
        and_(Booking.state == BookingState.BOOKED, Booking.starts_at > now),
        Participant.attendance.in_([Attendance.ATTENDED, Attendance.NO_SHOW]),
    )
    query = (
        select(
            Booking.id, Booking.trainer_id, Booking.starts_at, Service.name_ja, Service.name_en,
            Participant.attendance, Person.id,
            Person.name, Person.kana,
        )
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Person, Person.id == Participant.person_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Booking.studio_id == studio_id, Booking.starts_at >= since, Service.uses_tickets,
            Service.kind.not_in(FREE), is_meant, ~has_ticket(Participant.id),
        )
        .order_by(Booking.starts_at, Participant.id)
        .limit(MOST)
    )  # fmt: skip
    if person_id is not None:
        query = query.where(Participant.person_id == person_id)
    return [Unpaid._make(row) for row in db.session.execute(query)]
