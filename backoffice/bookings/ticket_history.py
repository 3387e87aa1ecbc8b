"""The lines of a person's ticket ledger, each with the visit it follows."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased

from backoffice.bookings.models import Booking, Participant
from backoffice.core.db import db
from backoffice.studio.models import Service
from backoffice.tickets.models import TicketEntry, TicketGrant


class HistoryLine(NamedTuple):
    """One line: what it did, to which tickets, and of a line that follows a visit, which one.

    `is_reversed`: a later line says the opposite. `left` is how many tickets were free or reserved after it.
    """

    entry: TicketEntry
    grant: TicketGrant
    booking_id: int | None
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
            entry, TicketGrant, Booking.id, Booking.starts_at, Service.name_ja, Service.name_en,
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
