"""What stands of the fees of visits, as every page says it: open, paid or waived.

The books say it once a fee is in them, charged or waived in the account; before that the day of the visit does.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from backoffice.billing.models import CreditWhy, Invoice, InvoiceLine, LineKind
from backoffice.billing.queries import PAID
from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core.clock import day_span
from backoffice.core.db import db
from backoffice.studio.models import Service, ServiceKind, Studio

TO_COME = (BookingState.HELD, BookingState.BOOKED, BookingState.ATTENDED)
STANDS = (BookingState.BOOKED, BookingState.ATTENDED)
_Back, _BackInvoice = aliased(InvoiceLine), aliased(Invoice)


class VisitFee(NamedTuple):
    """The fee of a guest's visit: yen asked for (none once it is waived), and how much of them was paid."""

    fee_yen: int
    paid_yen: int
    is_waived: bool = False

    @property
    def open_yen(self) -> int:
        """What is still to be paid."""
        return self.fee_yen - self.paid_yen

    @property
    def is_open(self) -> bool:
        """Whether something of it is still to be paid."""
        return self.open_yen > 0


class FeeDue(NamedTuple):
    """A fee of which something is open: whose visit, when it was, yen still to be paid."""

    participant: Participant
    starts_at: datetime
    open_yen: int


class OpenFees(NamedTuple):
    """How many guests of a day have not paid the fee of their visit, and how many yen that is."""

    guests: int
    yen: int


def visit_fees(guest_ids: Collection[int]) -> dict[int, VisitFee]:
    """The fees of some guests' visits; a guest of whom none is due is not among them. One statement at most.

    None is due where a ticket pays, of whom did not come, and of a visit that was called off, unless it was received.
    What the account took back for another reason than waiving is charged again once the visit says so: it stays due.
    """
    found: dict[int, VisitFee] = {}
    if not guest_ids:
        return found
    for row in db.session.execute(_fees().where(Participant.id.in_(guest_ids))):
        if row.line_id is not None and row.back_id is None:
            found[row.id] = VisitFee(row.charged_yen, min(row.paid_yen, row.charged_yen))
        elif row.why == CreditWhy.WAIVED:
            found[row.id] = VisitFee(0, 0, is_waived=True)
        elif row.is_due:
            found.setdefault(row.id, VisitFee(row.fee_yen, row.fee_yen if row.is_received else 0))
    return found


def open_fees_on(studio: Studio, day: date) -> OpenFees:
    """What of the fees of a day's visits, to come or attended, nobody has paid yet. Two statements at most."""
    first, last = day_span(day, studio.zone)
    guests = _with_fee().where(
        Booking.studio_id == studio.id, Booking.starts_at >= first, Booking.starts_at < last
    )
    fees = visit_fees(db.session.scalars(guests).all()).values()
    still = [fee.open_yen for fee in fees if fee.is_open]
    return OpenFees(len(still), sum(still))


def open_fee_of(person_id: int) -> FeeDue | None:
    """The newest visit of a person, booked or attended, of whose fee something is open; None when nothing is owed."""
    guests = _with_fee().where(Participant.person_id == person_id).order_by(Booking.starts_at.desc())
    found = db.session.scalars(guests).all()
    fees = visit_fees(found)
    newest = next((id_ for id_ in found if id_ in fees and fees[id_].is_open), None)
    if newest is None:
        return None
    guest = db.session.get_one(Participant, newest)
    return FeeDue(guest, db.session.get_one(Booking, guest.booking_id).starts_at, fees[newest].open_yen)


def trial_fee(person_id: int, *, since: datetime | None = None) -> VisitFee | None:
    """The fee of the newest trial a person came to, at `since` or later; None without one.

    A trial of before the books counts as paid when its fee was marked as received.
    """
    query = (
        select(Participant.id)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id == person_id, Participant.attendance == Attendance.ATTENDED,
            Service.kind == ServiceKind.TRIAL,
        )
        .order_by(Booking.starts_at.desc())
        .limit(1)
    )  # fmt: skip
    guest_id = db.session.scalar(query if since is None else query.where(Booking.starts_at >= since))
    return None if guest_id is None else visit_fees([guest_id]).get(guest_id, VisitFee(0, 0))


def _with_fee() -> Select[int]:
    """Guests of visits, booked or attended, that cost something by themselves."""
    return (
        select(Participant.id)
        .join(Booking, Booking.id == Participant.booking_id)
        .where(Booking.state.in_(STANDS), Participant.fee_yen > 0)
    )


def _fees() -> Select[*tuple[Any, ...]]:
    """Each guest with what was charged for the visit itself, line by line, and why it was taken back."""
    is_received = Participant.fee_received_at.is_not(None)
    return (
        select(
            Participant.id, Participant.fee_yen, is_received.label("is_received"), _is_due(is_received).label("is_due"),
            InvoiceLine.id.label("line_id"), (InvoiceLine.quantity * InvoiceLine.unit_price_yen).label("charged_yen"),
            _Back.id.label("back_id"), _BackInvoice.why, PAID.label("paid_yen"),
        )
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .outerjoin(
            InvoiceLine,
            (InvoiceLine.participant_id == Participant.id)
            & (InvoiceLine.kind != LineKind.CANCEL)
            & InvoiceLine.credits_line_id.is_(None),
        )
        .outerjoin(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .outerjoin(_Back, _Back.credits_line_id == InvoiceLine.id)
        .outerjoin(_BackInvoice, _BackInvoice.id == _Back.invoice_id)
        .order_by(InvoiceLine.id)
    )  # fmt: skip


def _is_due(is_received: ColumnElement[bool]) -> ColumnElement[bool]:
    is_to_come = and_(Booking.state.in_(TO_COME), Participant.attendance != Attendance.NO_SHOW)
    return and_(Participant.fee_yen > 0, Service.uses_tickets.is_(False), or_(is_received, is_to_come))
