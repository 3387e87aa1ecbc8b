"""Trial fees that are still open."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.core.db import db


@dataclass(frozen=True)
class FeeDue:
    """A fee nobody has received yet: whose visit, when it was, yen."""

    participant: Participant
    starts_at: datetime
    fee_yen: int


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
