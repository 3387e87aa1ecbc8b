"""Taking back a sale that has just been made: its tickets, its charge, its money and its agreement, or nothing.

What somebody who sold the wrong thing does within minutes; later a manager decides piece by piece (`taking_back`).
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import func, select

from backoffice.billing.actions import refund
from backoffice.billing.days import close_of, hold_day
from backoffice.billing.models import CreditWhy, Invoice, InvoiceLine, Payment, PaymentKind
from backoffice.billing.queries import credits_of, payments_of
from backoffice.billing.receipts import issues_of
from backoffice.billing.taking_back import take_sale_back
from backoffice.bookings.models import Booking, Participant
from backoffice.bookings.ticket_steps import catch_up
from backoffice.clients.queries import held_client
from backoffice.core.audit import Actor, AuditLine, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from backoffice.memberships.freezes import freezes_of
from backoffice.memberships.models import Leaving, Membership
from backoffice.memberships.queries import agreement
from backoffice.studio.models import Studio
from backoffice.tickets import actions as ledger
from backoffice.tickets.following import Use, Wish, follow, hold_grants
from backoffice.tickets.models import TicketEntry, TicketGrant
from backoffice.tickets.queries import Lot, lots

REASON = "販売の取り消し"
UNDONE = N_("This sale was taken back")

NOT_YOURS = N_("Only whoever sold this, or a manager, can take it back.")
NOT_TODAY = N_("A sale can be taken back on its own day only. Please ask a manager to correct it.")
CLOSED = N_("The day is closed. Please ask a manager to correct the sale.")
ALREADY = N_("This sale was taken back already, or changed since. Nothing was done.")
WAS_JOINING = N_("They joined with this. Please ask a manager to correct it.")
IS_USED = N_("A ticket of this sale was used already. Please ask a manager to correct it.")
PAID_LATER = N_("Money was received or paid back for it after the sale. Please ask a manager to correct it.")
OTHER_DAY = N_("Its money is written for another day. Please ask a manager to correct it.")
HAS_RECEIPT = N_("A receipt was issued for it. Please ask a manager to correct it.")


class NotUndone(DomainError):
    """The sale stays; the message says why."""

    status = 409


def can_undo(sold: Membership, *, studio: Studio, is_manager: bool, by: Actor, now: datetime) -> bool:
    """Whether a button for it makes sense: what `undo_sale` would refuse at once, holding nothing."""
    today = local_date(now, studio.zone)
    if local_date(sold.created_at, studio.zone) != today:
        return False
    with suppress(NotUndone):
        _check_sale(sold, studio, is_manager=is_manager, by=by, now=now)
        return close_of(studio.id, today) is None and not any(lot.used for lot in _lots(sold))
    return False


def undo_sale(
    membership_id: int, person_id: int, *, studio: Studio, is_manager: bool, by: Actor, now: datetime
) -> list[Payment]:
    """Take a sale of today back: what was paid in it goes back the way it came (these), its tickets leave the ledger.

    Visits that had got one of them take another one if there is one. The agreement stays as a row that nobody has.
    Refuses (NotUndone) another day's, a closed day's, a used, frozen, changed or repeated one, a joining, what was
    credited, or paid later or for another day, what has a receipt, and (unless a manager asks) a colleague's.
    Holds the client, the agreement, its bookings, invoices and payments, the tickets, and the day last, as whoever
    takes money does. Raises `NotFound`.
    """
    agreement(studio.id, person_id, membership_id)
    client = held_client(db.session.get_one(Membership, membership_id).client_id)
    # Not against rows that only name the agreement: a credit holds its invoice before it writes its lines.
    held = {"key_share": True}
    sold = db.session.get_one(Membership, membership_id, with_for_update=held, populate_existing=True)
    _check_sale(sold, studio, is_manager=is_manager, by=by, now=now)
    _held_bookings(sold)
    invoices = _invoices(sold)
    payments = _payments(invoices, sold, client.person_id, studio, now)
    hold_grants([client.person_id])
    if any(lot.used for lot in _lots(sold)):
        raise NotUndone(IS_USED)
    _check_day(studio, now)
    _release(sold, client.person_id, studio, by=by, now=now)
    _take_tickets(sold, by=by, now=now)
    for invoice in invoices:
        lines = db.session.scalars(select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice.id)).all()
        take_sale_back(
            invoice, lines, with_tickets=False, why=CreditWhy.MISTAKE, reason=REASON, by=by, now=now
        )
    for payment in payments:
        _pay_back(payment, studio, by=by, now=now)
    sold.ends_on, sold.undone_at = sold.starts_on, now
    sold.version += 1
    db.session.flush()
    before = {"plan_id": sold.plan_id, "starts_on": sold.starts_on, "price_yen": sold.price_yen}
    record(
        "membership.sale_undone", "membership", sold.id, person_id=person_id, by=by, now=now, before=before
    )
    catch_up(client.person_id, studio, by=by, now=now)
    return payments


def _check_sale(sold: Membership, studio: Studio, *, is_manager: bool, by: Actor, now: datetime) -> None:
    today = local_date(now, studio.zone)
    if not is_manager and _seller_of(sold) != by.id:
        raise NotUndone(NOT_YOURS)
    if local_date(sold.created_at, studio.zone) != today:
        raise NotUndone(NOT_TODAY)
    if sold.version != 1 or sold.ends_on is not None or freezes_of([sold.id])[sold.id]:
        raise NotUndone(ALREADY)
    if _has_joined_with(sold):
        raise NotUndone(WAS_JOINING)


def _check_day(studio: Studio, now: datetime) -> None:
    today = local_date(now, studio.zone)
    hold_day(studio.id, today)
    if close_of(studio.id, today) is not None:
        raise NotUndone(CLOSED)


def _seller_of(sold: Membership) -> int | None:
    begun = select(AuditLine.actor_id).where(
        AuditLine.subject_kind == "membership",
        AuditLine.subject_id == sold.id,
        AuditLine.action == "membership.begun",
    )
    return db.session.scalar(begun.limit(1))


def _has_joined_with(sold: Membership) -> bool:
    """Whether somebody joined, or joined again, with it, or it follows a change of plan."""
    older = select(func.count()).where(Membership.client_id == sold.client_id, Membership.id < sold.id)
    again = select(func.count()).where(
        Leaving.client_id == sold.client_id, Leaving.rejoined_at == sold.created_at
    )
    is_first = not db.session.scalar(older)
    return is_first or bool(db.session.scalar(again)) or sold.replaces_id is not None


def _lots(sold: Membership) -> list[Lot]:
    query = select(TicketGrant.id).where(TicketGrant.membership_id == sold.id)
    return lots(db.session.scalars(query).all())


def _invoices(sold: Membership) -> list[Invoice]:
    query = (
        select(Invoice)
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .where(InvoiceLine.membership_id == sold.id, Invoice.credits_id.is_(None))
        .order_by(Invoice.id)
        .with_for_update(of=Invoice, key_share=True)
    )
    found = list(dict.fromkeys(db.session.scalars(query)))
    if credits_of([invoice.id for invoice in found]):
        raise NotUndone(ALREADY)
    return found


def _payments(
    invoices: Sequence[Invoice], sold: Membership, person_id: int, studio: Studio, now: datetime
) -> list[Payment]:
    """What was paid of the sale's invoices, held: all of it at the moment of the sale, and nothing of it went back."""
    ids = {invoice.id for invoice in invoices}
    found = [
        one.payment
        for one in payments_of(person_id, studio.id)
        if ids & {invoice.id for invoice, _part in one.parts}
    ]
    if any(payment.created_at != sold.created_at for payment in found):
        raise NotUndone(PAID_LATER)
    if any(payment.received_on != local_date(now, studio.zone) for payment in found):
        raise NotUndone(OTHER_DAY)
    held = select(Payment.id).where(Payment.id.in_([payment.id for payment in found])).order_by(Payment.id)
    db.session.execute(held.with_for_update())
    if issues_of([payment.id for payment in found]):
        raise NotUndone(HAS_RECEIPT)
    return found


def _held_bookings(sold: Membership) -> None:
    """Hold the bookings whose tickets are of this sale, before the tickets: in the order in which a visit does."""
    guests = (
        select(Participant.booking_id)
        .join(TicketEntry, TicketEntry.participant_id == Participant.id)
        .join(TicketGrant, TicketGrant.id == TicketEntry.grant_id)
        .where(TicketGrant.membership_id == sold.id)
    )
    db.session.execute(
        select(Booking.id).where(Booking.id.in_(guests)).order_by(Booking.id).with_for_update()
    )


def _release(sold: Membership, person_id: int, studio: Studio, *, by: Actor, now: datetime) -> None:
    """Tickets of this sale that are reserved for visits come back."""
    reserved = (
        select(TicketEntry.participant_id)
        .join(TicketGrant, TicketGrant.id == TicketEntry.grant_id)
        .where(TicketGrant.membership_id == sold.id, TicketEntry.participant_id.is_not(None))
        .group_by(TicketEntry.participant_id)
        .having(func.sum(TicketEntry.reserved) > 0)
    )
    today = local_date(now, studio.zone)
    wishes = [
        Wish(participant_id, person_id, today, Use.NONE, UNDONE)
        for participant_id in db.session.scalars(reserved)
        if participant_id is not None
    ]
    follow(wishes, by=by, now=now)


def _take_tickets(sold: Membership, *, by: Actor, now: datetime) -> None:
    for lot in _lots(sold):
        if lot.free:
            ledger.refund(lot.grant.id, lot.free, note=REASON, by=by, now=now)


def _pay_back(payment: Payment, studio: Studio, *, by: Actor, now: datetime) -> None:
    today = local_date(now, studio.zone)
    refund(
        payment,
        PaymentKind(payment.kind),
        payment.amount_yen,
        reason=REASON,
        received_on=today,
        by=by,
        now=now,
    )
