"""Fees that follow visits: a cancellation that came too late, or a no-show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from backoffice.billing.actions import Line, charge, credit
from backoffice.billing.models import BillingSettings, CreditWhy, Invoice, InvoiceLine, LineKind
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


def follow_cancellations(studio: Studio, *, by: Actor, now: datetime) -> int:
    """Charge late cancels and no-shows for which no ticket was used, and take back what the visit no longer bears out.

    From the day after the visit, because attendance is put right until the evening. A fee is taken back because the
    visit changed, never because the house asks for other yen; what staff took back stays so. How many lines were
    written. May be asked twice.
    """
    visits = _visits(studio, settings_of(studio.id), now=now)
    lines = _lines_of([visit.guest.id for visit in visits])
    written = 0
    for visit in visits:
        of_visit = lines.get(visit.guest.id, [])
        live = [line for line, _why, back in of_visit if back is None]
        if visit.is_chargeable:
            if visit.fee_yen and all(why == CreditWhy.VISIT for _line, why, _back in of_visit):
                due_on = default_due(studio.id, local_date(now, studio.zone))
                fee = _line(visit, studio)
                charge(visit.guest.person_id, [fee], studio_id=studio.id, due_on=due_on, by=by, now=now)
                written += 1
            continue
        for line in live:
            credit(line.invoice_id, line_ids=[line.id], why=CreditWhy.VISIT, reason=CHANGED, by=by, now=now)
            written += 1
    return written


def _visits(studio: Studio, own: BillingSettings, *, now: datetime) -> list[_Visit]:
    """The guests of visits of the last two months that may cost, or did; held until the end of the transaction."""
    today = at_local(local_date(now, studio.zone), datetime.min.time(), studio.zone)
    since = max(now - LOOKS_BACK, charged_from(own, studio))
    has_fee = select(InvoiceLine.id).where(
        InvoiceLine.participant_id == Participant.id, InvoiceLine.kind == LineKind.CANCEL
    )
    query = (
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
        .with_for_update(of=Participant, skip_locked=True)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    guest_ids = [guest.id for guest, _booking, _service in rows]
    used = {guest_id for guest_id, ticket in standings(guest_ids).items() if ticket.is_used}
    let_off = forgiven(guest_ids, studio)
    return [
        _Visit(
            guest, booking, service,
            is_chargeable=guest.id not in used and (_is_late(booking) or _is_missed(guest, booking)),
            fee_yen=0 if guest.id in let_off else fee_for(booking.state, booking.starts_at, booking.ended_at, own),
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
    lines = _lines_of(guest_ids).items()
    return {id_ for id_, of_visit in lines if any(why != CreditWhy.VISIT for _line, why, _back in of_visit)}


def charged_from(own: BillingSettings, studio: Studio) -> datetime:
    """Visits that begin earlier cost nothing: there were no books."""
    return at_local(own.charges_from, datetime.min.time(), studio.zone)


def _lines_of(guest_ids: Iterable[int]) -> dict[int, list[tuple[InvoiceLine, str | None, int | None]]]:
    """The fees charged for some guests, each with why it was taken back and by which line, if it was."""
    back, back_invoice = aliased(InvoiceLine), aliased(Invoice)
    query = (
        select(InvoiceLine, back_invoice.why, back.id)
        .outerjoin(back, back.credits_line_id == InvoiceLine.id)
        .outerjoin(back_invoice, back_invoice.id == back.invoice_id)
        .where(
            InvoiceLine.participant_id.in_(list(guest_ids)), InvoiceLine.kind == LineKind.CANCEL,
            InvoiceLine.credits_line_id.is_(None),
        )
    )  # fmt: skip
    found: dict[int, list[tuple[InvoiceLine, str | None, int | None]]] = {}
    for line, why, back_id in db.session.execute(query):
        found.setdefault(line.participant_id or 0, []).append((line, why, back_id))
    return found


def _line(visit: _Visit, studio: Studio) -> Line:
    """Outside the tax: it makes good what the gym loses (National Tax Agency, Tax Answer 6253)."""
    at = local(visit.booking.starts_at, studio.zone)
    name_ja = f"キャンセル料（{at.month}/{at.day} {at:%H:%M} {visit.service.name_ja}）"
    name_en = f"Cancellation fee ({at:%Y-%m-%d %H:%M}, {visit.service.name_en})"
    return Line(LineKind.CANCEL, name_ja, name_en, visit.fee_yen, tax_rate=0, participant_id=visit.guest.id)
