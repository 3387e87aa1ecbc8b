"""Fees of visits that are still open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core.clock import at_local
from backoffice.core.db import db
from backoffice.studio.models import Studio


@dataclass(frozen=True)
class FeeDue:
    """A fee nobody has received yet: whose visit, when it was, yen."""

    participant: Participant
    starts_at: datetime
    fee_yen: int


class OpenFees(NamedTuple):
    """How many guests of a day have not paid the fee of their visit, and how many yen that is."""

    guests: int
    yen: int


def open_fees_on(studio: Studio, day: date) -> OpenFees:
    """The fees of a day's visits, to come or attended, that nobody has received yet. One statement."""
    midnight = [at_local(one, datetime.min.time(), studio.zone) for one in (day, day + timedelta(days=1))]
    query = (
        select(func.count(), func.coalesce(func.sum(Participant.fee_yen), 0))
        .join(Booking, Booking.id == Participant.booking_id)
        .where(
            Booking.studio_id == studio.id,
            Booking.starts_at >= midnight[0],
            Booking.starts_at < midnight[1],
            Booking.state.in_((BookingState.BOOKED, BookingState.ATTENDED)),
            Participant.attendance != Attendance.NO_SHOW,
            Participant.fee_yen > 0,
            Participant.fee_received_at.is_(None),
        )
    )
    return OpenFees._make(db.session.execute(query).one())


def open_trial_fee(person_id: int) -> FeeDue | None:
    """The newest visit of a person, booked or attended, whose fee is still open; None when nothing is owed."""
    row = db.session.execute(
        select(Participant, Booking.starts_at)
        .join(Booking, Booking.id == Participant.booking_id)
        .where(
            Participant.person_id == person_id,
            Participant.fee_yen > 0,
            Participant.fee_received_at.is_(None),
            Booking.state.in_((BookingState.BOOKED, BookingState.ATTENDED)),
        )
        .order_by(Booking.starts_at.desc())
        .limit(1)
    ).first()
    return None if row is None else FeeDue(row[0], row.starts_at, row[0].fee_yen)
