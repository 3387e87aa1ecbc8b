"""Fees that follow visits: a cancellation that came too late, or a no-show."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, or_, select

from backoffice.billing.actions import Charge, Line, charge_all, credit
from backoffice.billing.guest_charges import GuestCharge, cancellation_fees, hold_invoices
from backoffice.billing.models import BillingSettings, CreditWhy, InvoiceLine, LineKind
from backoffice.billing.queries import default_due, settings_of
from backoffice.bookings.forgiving import FREE, forgiven
from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local, local, local_date
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.studio.models import Service, Studio
from backoffice.tickets.queries import standings

LOOKS_BACK = timedelta(days=62)
CHANGED = "来店状況の変更"


@dataclass(frozen=True)
class _Visit:
    """One guest of a booking that is over or called off: whether it may cost by what happened, and how many yen."""

    guest: Participant
    booking: Booking
    service: Service
    is_chargeable: bool
    fee_yen: int
    """What is to be charged, unless it was: nothing for what was forgiven or happened before the fee was set."""
    charged: Sequence[GuestCharge] = ()

    @property
    def is_owed(self) -> bool:
        """Whether the fee is to be written."""
        return (
            self.is_chargeable
            and self.fee_yen > 0
            and all(one.why == CreditWhy.VISIT for one in self.charged)
        )

    @property
    def to_take_back(self) -> list[InvoiceLine]:
        """Fees that stand and that the visit does not bear out."""
        return [] if self.is_chargeable else [one.line for one in self.charged if one.stands]


def unsettled(studio: Studio, *, now: datetime) -> list[int]:
    """The guests about whose fee the books do not say what the visit says; nothing is held."""
    visits = _visits(studio, db.session.execute(_query(studio, now)).all())
    return [visit.guest.id for visit in visits if visit.is_owed or visit.to_take_back]


def follow_cancellations(
    studio: Studio, *, only: Collection[int] | None = None, by: Actor, now: datetime
) -> int:
    """Charge late cancels and no-shows for which no ticket was used, and take back what the visit no longer bears out.

    From the day after the visit, because attendance is put right until the evening. A fee is taken back because the
    visit changed, never because the house asks for other yen; what staff took back stays so. How many lines were
    written. May be asked twice. `only`: of these guests; who is held by somebody else is left for the next time.
    """
    # Not against rows that only name the guest: a credit has its number, which is wanted here, before its lines.
    query = _query(studio, now).with_for_update(of=Participant, key_share=True, skip_locked=True)
    if only is not None:
        query = query.where(Participant.id.in_(only))
    rows = db.session.execute(query).all()
    hold_invoices([guest.id for guest, _booking, _service in rows])
    visits = _visits(studio, rows)
    due_on = default_due(studio.id, local_date(now, studio.zone))
    owed = [
        Charge(visit.guest.person_id, [_line(visit, studio)], due_on) for visit in visits if visit.is_owed
    ]
    back = [line for visit in visits for line in visit.to_take_back]
    charge_all(owed, studio_id=studio.id, by=by, now=now)
    for line in back:
        credit(line.invoice_id, line_ids=[line.id], why=CreditWhy.VISIT, reason=CHANGED, by=by, now=now)
    return len(owed) + len(back)


def _query(studio: Studio, now: datetime) -> Select[Participant, Booking, Service]:
    """The guests of visits of the last two months that may cost, or did."""
    own = settings_of(studio.id)
    today = at_local(local_date(now, studio.zone), datetime.min.time(), studio.zone)
    since = max(now - LOOKS_BACK, charged_from(own, studio))
    has_fee = select(InvoiceLine.id).where(
        InvoiceLine.participant_id == Participant.id, InvoiceLine.kind == LineKind.CANCEL
    )
    return (
        select(Participant, Booking, Service)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .join(Person, Person.id == Participant.person_id)
        .where(
            Booking.studio_id == studio.id, Booking.starts_at >= since, Booking.starts_at < today,
            Person.erased_at.is_(None), Service.kind.not_in(FREE),
            or_(
                Booking.state == BookingState.LATE_CANCELLED,
                Participant.attendance == Attendance.NO_SHOW,
                has_fee.exists(),
            ),
        )
        .order_by(Participant.id)
        .execution_options(populate_existing=True)
    )  # fmt: skip


def _visits(studio: Studio, rows: Sequence[Row[Participant, Booking, Service]]) -> list[_Visit]:
    """What some visits may cost, and what was charged for them."""
    own = settings_of(studio.id)
    guest_ids = [guest.id for guest, _booking, _service in rows]
    used = {guest_id for guest_id, ticket in standings(guest_ids).items() if ticket.is_used}
    let_off, charged = forgiven(guest_ids, studio), cancellation_fees(guest_ids)
    return [
        _Visit(
            guest, booking, service,
            is_chargeable=guest.id not in used and (_is_late(booking) or _is_missed(guest, booking)),
            fee_yen=0 if guest.id in let_off else fee_for(booking.state, booking.starts_at, booking.ended_at, own),
            charged=charged.get(guest.id, ()),
        )
        for guest, booking, service in rows
    ]  # fmt: skip


def _is_late(booking: Booking) -> bool:
    return booking.state == BookingState.LATE_CANCELLED


def _is_missed(guest: Participant, booking: Booking) -> bool:
    is_cancelled = booking.state in (BookingState.CANCELLED, BookingState.CANCELLED_BY_GYM)
    return guest.attendance == Attendance.NO_SHOW and not is_cancelled


def fee_for(state: str, starts_at: datetime, ended_at: datetime | None, own: BillingSettings) -> int:
    """What a visit that may cost does cost: nothing when it ended, or was to begin, before the fee was set. Pure."""
    at = min(starts_at, ended_at or starts_at)
    if own.fees_from is not None and at < own.fees_from:
        return 0
    return own.late_cancel_yen if state == BookingState.LATE_CANCELLED else own.no_show_yen


def was_settled(guest_ids: Iterable[int]) -> set[int]:
    """Those of some guests who were charged a fee that stands, or whose fee staff took back: they pay no other one."""
    charged = cancellation_fees(list(guest_ids)).items()
    return {id_ for id_, of_visit in charged if any(one.why != CreditWhy.VISIT for one in of_visit)}


def charged_from(own: BillingSettings, studio: Studio) -> datetime:
    """Visits that begin earlier cost nothing: there were no books."""
    return at_local(own.charges_from, datetime.min.time(), studio.zone)


def _line(visit: _Visit, studio: Studio) -> Line:
    """Outside the tax: it makes good what the gym loses (National Tax Agency, Tax Answer 6253)."""
    at = local(visit.booking.starts_at, studio.zone)
    name_ja = f"キャンセル料（{at.month}/{at.day} {at:%H:%M} {visit.service.name_ja}）"
    name_en = f"Cancellation fee ({at:%Y-%m-%d %H:%M}, {visit.service.name_en})"
    return Line(LineKind.CANCEL, name_ja, name_en, visit.fee_yen, tax_rate=0, participant_id=visit.guest.id)
