"""Which late cancel of a month a studio forgives: the one answer for the tickets and for the fees."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.studio.models import Service, ServiceKind, Studio
from backoffice.tickets.models import EntryKind, TicketEntry

FORGIVEN = N_("Cancelled too late: the first of the month, so it is forgiven")
FREE = (ServiceKind.COUNSELLING, ServiceKind.TRIAL)
"""Who comes to get to know the gym has no tickets yet and owes nothing for staying away, whatever the service says."""


class IfLate(NamedTuple):
    """A booking as it would be if it was cancelled late at a moment."""

    booking_id: int
    at: datetime


def forgiven(guest_ids: Collection[int], studio: Studio, *, if_late: IfLate | None = None) -> set[int]:
    """Those of some guests whose late cancel is forgiven: of each person and month (of the visit) the first.

    A ticket that came back for that reason says who it was, else the time of cancelling does. What was forgiven once
    stays so when the studio forgives no longer, as do cancels from before it changed its mind. With `if_late` the
    answer is what it would be once that booking was cancelled late.
    """
    if not guest_ids:
        return set()
    asked = aliased(Participant)
    people = select(asked.person_id).where(asked.id.in_(guest_ids))
    came_back = (
        select(and_(TicketEntry.kind == EntryKind.RETURN, TicketEntry.reason == FORGIVEN))
        .where(TicketEntry.participant_id == Participant.id)
        .order_by(TicketEntry.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    by_ledger = func.coalesce(came_back, False)
    ended_at: ColumnElement[Any] = Booking.ended_at.expression
    is_late: ColumnElement[bool] = Booking.state == BookingState.LATE_CANCELLED
    if if_late is not None:
        asked_for = Booking.id == if_late.booking_id
        ended_at, is_late = (
            case((asked_for, literal(if_late.at)), else_=Booking.ended_at),
            or_(is_late, asked_for),
        )
    month = func.date_trunc("month", func.timezone(studio.zone, Booking.starts_at))
    late = (
        select(
            Participant.id, ended_at.label("ended_at"), by_ledger.label("by_ledger"),
            func.row_number()
            .over(
                partition_by=(Participant.person_id, month),
                order_by=(by_ledger.desc(), ended_at, Booking.id),
            )
            .label("place"),
        )
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id.in_(people), Booking.studio_id == studio.id,
            is_late, Service.kind.not_in(FREE),
        )
        .subquery()
    )  # fmt: skip
    first = late.c.place == 1
    holds: list[ColumnElement[bool]] = [late.c.by_ledger]
    if studio.forgives_first_late_cancel:
        holds.append(first)
    elif studio.forgiving_changed_at is not None:
        holds.append(and_(first, late.c.ended_at < studio.forgiving_changed_at))
    return set(db.session.scalars(select(late.c.id).where(late.c.id.in_(guest_ids), or_(*holds))))
