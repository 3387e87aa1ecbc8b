"""What a colleague would ask about discounts on open papers. Nothing is refused: the house may be generous."""

from datetime import date
from enum import StrEnum

from sqlalchemy import exists, select

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core.clock import day_span, local_date
from backoffice.core.db import db
from backoffice.joining.models import Discount, DiscountKind, JoiningPaper, PaperDiscount
from backoffice.studio.models import Service, ServiceKind


class Doubt(StrEnum):
    """A discount for joining on the day of the trial without a trial then; one for a referral without a name."""

    NO_TRIAL_THAT_DAY = "NO_TRIAL_THAT_DAY"
    NOBODY_REFERRED = "NOBODY_REFERRED"


def doubts(paper: JoiningPaper, zone: str) -> list[Doubt]:
    """The doubts about what is taken off; the day of joining is the day the papers were begun. Two statements."""
    taken = select(Discount.kind).join(PaperDiscount, PaperDiscount.discount_id == Discount.id)
    kinds = set(db.session.scalars(taken.where(PaperDiscount.paper_id == paper.id)))
    found = []
    if DiscountKind.SAME_DAY in kinds and not _tries(
        paper.person_id, local_date(paper.created_at, zone), zone
    ):
        found.append(Doubt.NO_TRIAL_THAT_DAY)
    if DiscountKind.REFERRAL in kinds and paper.referrer_id is None:
        found.append(Doubt.NOBODY_REFERRED)
    return found


def _tries(person_id: int, day: date, zone: str) -> bool:
    """Whether they have a trial on this day that was not called off or missed."""
    since, until = day_span(day, zone)
    trial = exists().where(
        Participant.person_id == person_id, Participant.attendance != Attendance.NO_SHOW,
        Booking.id == Participant.booking_id, Booking.starts_at >= since, Booking.starts_at < until,
        Booking.state.in_((BookingState.BOOKED, BookingState.ATTENDED)),
        Service.id == Booking.service_id, Service.kind == ServiceKind.TRIAL,
    )  # fmt: skip
    return bool(db.session.scalar(select(trial)))
