"""Trial fees: those still open, and the one that is credited to whoever joins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core.db import db
from backoffice.studio.models import Service, ServiceKind


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


def trial_fee_since(person_id: int, since: datetime) -> int:
    """The fee (yen) of the newest trial a person came to at `since` or later; 0 when there was none."""
    query = (
        select(Participant.fee_yen)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id == person_id,
            Participant.attendance == Attendance.ATTENDED,
            Service.kind == ServiceKind.TRIAL,
            Booking.starts_at >= since,
        )
        .order_by(Booking.starts_at.desc())
        .limit(1)
    )
    return db.session.scalar(query) or 0
