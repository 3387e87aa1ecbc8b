"""Tickets beside a visit: whether the guest has one for it, and how many are left to book with.

Columns for statements that list visits anyway. An end that passed within the hour may not be written down yet.
"""

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import QueryableAttribute

from backoffice.tickets.models import TicketEntry, TicketGrant


def left_of(person_id: QueryableAttribute[int]) -> ScalarSelect[int | None]:
    """Tickets of a person of the enclosing statement that are free; null for who was never given one."""
    return (
        select(func.sum(TicketEntry.free))
        .join(TicketGrant, TicketGrant.id == TicketEntry.grant_id)
        .where(TicketGrant.person_id == person_id)
        .scalar_subquery()
    )


def has_ticket(participant_id: QueryableAttribute[int]) -> ColumnElement[bool]:
    """Whether the visit of a guest of the enclosing statement has a ticket, reserved or used."""
    return exists(
        select(TicketEntry.participant_id)
        .where(TicketEntry.participant_id == participant_id)
        .group_by(TicketEntry.participant_id)
        .having(func.sum(TicketEntry.reserved) + func.sum(TicketEntry.used) > 0)
    )
