"""Fees of single visits (a paid trial) in the books: charged once attended or received, paid once received.

The day of the visit says what holds: attended, received, how, how much. The books follow it by lines and payments of
their own, never by a change; from `visits_from` on, because what was received before was counted elsewhere.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select

from backoffice.billing.actions import Line, charge, credit, left_of, refund, take
from backoffice.billing.days import first_open_day
from backoffice.billing.guest_charges import GuestCharge, hold_invoices, visit_charges
from backoffice.billing.models import CreditWhy, InvoiceLine, LineKind, Payment, PaymentKind, PaymentPart
from backoffice.billing.queries import items, payments_of, settings_of
from backoffice.bookings.attendance import FeeMethod, receive_fee
from backoffice.bookings.models import Attendance, Booking, Participant
from backoffice.bookings.refusals import NotPossible
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local, local, local_date
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.people.models import Person
from backoffice.studio.models import Service, ServiceKind, Studio

LOOKS_BACK = timedelta(days=62)
CHANGED = "来店状況の変更"
"""The reason of every row that the visit alone asked for; a person would say more."""
PAID = N_("This fee was paid in the account already.")
WAIVED = N_("This fee was waived in the account.")
KINDS = {
    FeeMethod.CASH: PaymentKind.CASH,
    FeeMethod.CARD: PaymentKind.CARD,
    FeeMethod.PAYPAY: PaymentKind.PAYPAY,
    FeeMethod.TRANSFER: PaymentKind.TRANSFER,
    FeeMethod.OTHER: PaymentKind.OTHER,
}


def receive(guest: Participant, method: FeeMethod, *, by: Actor, now: datetime) -> None:
    """Mark the fee of a visit as paid; the books follow as after any mark (`follow_fee`).

    Refuses (NotPossible) a fee that the account knows as paid or waived, unless the mark only says another way.
    """
    is_marked = guest.fee_received_at is not None
    receive_fee(guest, method, by=by, now=now)
    hold_invoices([guest.id])
    charged = [] if is_marked else _charged(guest)
    if any(one.why == CreditWhy.WAIVED for one in charged):
        raise NotPossible(WAIVED)
    live = [one.line.invoice_id for one in charged if one.stands]
    if live and all(item.open_yen <= 0 for item in items(live)):
        raise NotPossible(PAID)


def follow_fee(guest: Participant, *, by: Actor, now: datetime) -> int:
    """Let the books say what the visit says about a guest's fee; how many rows were written. May be asked twice.

    What was received is of the first day that is open. A fee that was waived in the account stays waived.
    """
    # Not against rows that only name the guest: a credit has its number, which is wanted here, before its lines.
    db.session.refresh(guest, with_for_update={"key_share": True})
    booking = db.session.get_one(Booking, guest.booking_id)
    service, studio = (
        db.session.get_one(Service, booking.service_id),
        db.session.get_one(Studio, booking.studio_id),
    )
    if (
        service.uses_tickets
        or local_date(booking.starts_at, studio.zone) < settings_of(studio.id).visits_from
    ):
        return 0
    hold_invoices([guest.id])
    return _follow(guest, studio, by=by, now=now)


def _follow(guest: Participant, studio: Studio, *, by: Actor, now: datetime) -> int:
    """Compare and write; the guest and the invoices about the visit are held."""
    wanted = guest.fee_yen or 0
    if guest.attendance != Attendance.ATTENDED and guest.fee_received_at is None:
        wanted = 0
    charged = _charged(guest)
    written = _give_back(guest, studio, _right(charged, wanted), by=by, now=now)
    live = [one.line for one in charged if one.stands]
    for line in [line for line in live if line.amount_yen != wanted]:
        credit(line.invoice_id, line_ids=[line.id], why=CreditWhy.CHANGED, reason=CHANGED, by=by, now=now)
        live.remove(line)
        written += 1
    is_waived = any(one.why == CreditWhy.WAIVED for one in charged)
    if wanted and not live and not is_waived:
        day = local_date(now, studio.zone)
        fee = _line(guest, studio, wanted)
        charge(guest.person_id, [fee], studio_id=studio.id, due_on=day, by=by, now=now)
        charged = _charged(guest)
        live = [one.line for one in charged if one.stands]
        written += 1
    return written + _take(guest, studio, charged, live, by=by, now=now)


def follow_fees(studio: Studio, *, only: Collection[int] | None = None, by: Actor, now: datetime) -> int:
    """The same for the visits of the last two months, wherever they were marked; how many rows were written.

    `only`: of these guests; who is held by somebody else is left for the next time.
    """
    query = _guests(studio, now).with_for_update(of=Participant, key_share=True, skip_locked=True)
    if only is not None:
        query = query.where(Participant.id.in_(only))
    guests = db.session.scalars(query).all()
    hold_invoices([guest.id for guest in guests])  # all of them: the first guest's fee takes a number
    return sum(_follow(guest, studio, by=by, now=now) for guest in guests)


def guests_with_fees(studio: Studio, *, now: datetime) -> list[int]:
    """The guests of the last two months about whose fee there is or was something to say; nothing is held.

    Not only those where the books differ: each is held and compared for itself, twenty at a time.
    """
    return [guest.id for guest in db.session.scalars(_guests(studio, now))]


def _guests(studio: Studio, now: datetime) -> Select[Participant]:
    since = max(
        now - LOOKS_BACK, at_local(settings_of(studio.id).visits_from, datetime.min.time(), studio.zone)
    )
    return (
        select(Participant)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .join(Person, Person.id == Participant.person_id)
        .where(
            Booking.studio_id == studio.id, Booking.starts_at >= since, Booking.starts_at <= now + LOOKS_BACK,
            Service.uses_tickets.is_(False), Person.erased_at.is_(None), _may_differ(),
        )
        .order_by(Participant.id)
        .execution_options(populate_existing=True)
    )  # fmt: skip


def _may_differ() -> ColumnElement[bool]:
    """Guests about whose fee there is something to say, or something was said."""
    has_line = select(InvoiceLine.id).where(InvoiceLine.participant_id == Participant.id).exists()
    stands = or_(Participant.attendance == Attendance.ATTENDED, Participant.fee_received_at.is_not(None))
    return or_((Participant.fee_yen > 0) & stands, has_line)


def _charged(guest: Participant) -> list[GuestCharge]:
    return visit_charges([guest.id]).get(guest.id, [])


def _give_back(guest: Participant, studio: Studio, right: set[int], *, by: Actor, now: datetime) -> int:
    """Take back payments of this fee that do not hold any more: not received after all, another way or amount."""
    kind = KINDS[FeeMethod(guest.fee_method)] if guest.fee_received_at is not None else None
    written = 0
    for one in payments_of(guest.person_id, studio.id):
        payment = one.payment
        if not payment.source.startswith(_source(guest)) or one.left_yen <= 0:
            continue
        if payment.kind == kind and {invoice.id for invoice, _part in one.parts} <= right:
            continue  # also when it is less than the fee: the account took the rest
        day = first_open_day(studio.id, local_date(now, studio.zone))
        for invoice, _part in one.parts:
            left = left_of(payment, invoice.id)
            if left:
                refund(
                    payment, PaymentKind(payment.kind), left, reason=CHANGED, received_on=day, invoice_id=invoice.id,
                    by=by, now=now,
                )  # fmt: skip
                written += 1
    return written


def _right(charged: Sequence[GuestCharge], wanted: int) -> set[int]:
    """The invoices whose money stays where it is: they ask for what is wanted, or the fee was waived for good."""
    is_waived = any(one.why == CreditWhy.WAIVED for one in charged)
    return {
        one.line.invoice_id for one in charged if (one.line.amount_yen == wanted if one.stands else is_waived)
    }


def _take(
    guest: Participant,
    studio: Studio,
    charged: Sequence[GuestCharge],
    live: Sequence[InvoiceLine],
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Write down that the fee came, unless it is paid; once, because the visit and its number are in the source."""
    if guest.fee_received_at is None or not live:
        return 0
    (item,) = items([live[-1].invoice_id])
    if item.open_yen <= 0 or _went_back(charged, guest.fee_received_at):
        return 0
    before = select(func.count()).where(
        Payment.studio_id == studio.id, Payment.source.startswith(_source(guest))
    )
    source = f"{_source(guest)}{(db.session.scalar(before) or 0) + 1}"
    day = first_open_day(studio.id, local_date(now, studio.zone))
    take(
        [item.invoice.id], KINDS[FeeMethod(guest.fee_method)], item.open_yen, received_on=day, source=source, by=by,
        now=now,
    )  # fmt: skip
    return 1


def _went_back(charged: Sequence[GuestCharge], since: datetime) -> bool:
    """Whether money for a visit went back by hand since its fee was marked; `_give_back` says its own reason.

    It is not taken again then: the mark knows nothing of it.
    """
    invoice_ids = [one.line.invoice_id for one in charged]
    query = (
        select(Payment)
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .where(
            PaymentPart.invoice_id.in_(invoice_ids), Payment.refunds_id.is_not(None), Payment.created_at > since
        )
    )  # fmt: skip
    return any(one.reason != CHANGED for one in db.session.scalars(query))


def _source(guest: Participant) -> str:
    return f"fee:{guest.id}:"


def _line(guest: Participant, studio: Studio, yen: int) -> Line:
    booking = db.session.get_one(Booking, guest.booking_id)
    service = db.session.get_one(Service, booking.service_id)
    at = local(booking.starts_at, studio.zone)
    kind = LineKind.TRIAL if service.kind == ServiceKind.TRIAL else LineKind.OTHER
    name_ja = f"{service.name_ja}（{at.month}/{at.day} {at:%H:%M}）"
    return Line(kind, name_ja, f"{service.name_en} ({at:%Y-%m-%d %H:%M})", yen, participant_id=guest.id)
