"""Questions to the books. What is open is always a sum: lines, less what was taken back, less what was paid."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import aliased

from backoffice.billing.models import BillingSettings, Invoice, InvoiceLine, Payment, PaymentPart
from backoffice.core.db import db
from backoffice.core.errors import NotFound

_Credit = aliased(Invoice)
_Refund = aliased(Payment)
CREDITED: ScalarSelect[int] = (
    select(func.coalesce(func.sum(_Credit.total_yen), 0))
    .where(_Credit.credits_id == Invoice.id)
    .correlate(Invoice)
    .scalar_subquery()
)
"""What was taken back of an invoice (below zero)."""
PAID: ScalarSelect[int] = (
    select(func.coalesce(func.sum(PaymentPart.amount_yen), 0))
    .where(PaymentPart.invoice_id == Invoice.id)
    .correlate(Invoice)
    .scalar_subquery()
)
"""What was paid on an invoice."""
OPEN: ColumnElement[int] = Invoice.total_yen + CREDITED - PAID
"""Yen that are open of an invoice; below zero is owed to the person."""


@dataclass(frozen=True)
class Item:
    """An invoice with what was taken back of it (negative) and what was paid on it, in yen."""

    invoice: Invoice
    credited_yen: int
    paid_yen: int

    @property
    def due_yen(self) -> int:
        """What it asks for after what was taken back."""
        return self.invoice.total_yen + self.credited_yen

    @property
    def open_yen(self) -> int:
        """What is still to be paid; below zero is owed to the person."""
        return self.due_yen - self.paid_yen


@dataclass(frozen=True)
class Paid:
    """A payment, what of it went back (negative yen), and the invoices it was for with their parts."""

    payment: Payment
    refunded_yen: int
    parts: tuple[tuple[Invoice, int], ...]

    @property
    def left_yen(self) -> int:
        """What can still be refunded."""
        return self.payment.amount_yen + self.refunded_yen


def _item_query() -> Select[Invoice, int, int]:
    """Invoices (not what takes them back) with their two sums."""
    return select(Invoice, CREDITED.label("credited"), PAID.label("paid")).where(Invoice.credits_id.is_(None))


def items_of(person_id: int, studio_id: int) -> list[Item]:
    """All invoices of a person, the newest first."""
    query = _item_query().where(Invoice.person_id == person_id, Invoice.studio_id == studio_id)
    return [Item(*row) for row in db.session.execute(query.order_by(Invoice.id.desc()))]


def items(invoice_ids: Collection[int]) -> list[Item]:
    """Some invoices with their sums, the earliest due first."""
    query = _item_query().where(Invoice.id.in_(invoice_ids)).order_by(Invoice.due_on, Invoice.id)
    return [Item(*row) for row in db.session.execute(query)]


def open_yen(person_id: int, studio_id: int) -> int:
    """What a person still owes; what is owed to them on another invoice is not set off."""
    query = select(func.coalesce(func.sum(func.greatest(OPEN, 0)), 0)).where(
        Invoice.person_id == person_id, Invoice.studio_id == studio_id, Invoice.credits_id.is_(None)
    )
    return int(db.session.execute(query).scalar_one())


def invoice(invoice_id: int, studio_id: int) -> Invoice:
    """An invoice of the studio, or what takes one back. Raises `NotFound`."""
    found = db.session.get(Invoice, invoice_id)
    if found is None or found.studio_id != studio_id:
        raise NotFound
    return found


def payment(payment_id: int, studio_id: int) -> Payment:
    """A payment of the studio. Raises `NotFound`."""
    found = db.session.get(Payment, payment_id)
    if found is None or found.studio_id != studio_id:
        raise NotFound
    return found


def lines_of(invoice_ids: Collection[int]) -> list[InvoiceLine]:
    """The lines of some invoices, in their order."""
    query = select(InvoiceLine).where(InvoiceLine.invoice_id.in_(invoice_ids))
    return list(db.session.scalars(query.order_by(InvoiceLine.invoice_id, InvoiceLine.position)))


def credits_of(invoice_ids: Collection[int]) -> list[Invoice]:
    """What takes some invoices back."""
    query = select(Invoice).where(Invoice.credits_id.in_(invoice_ids)).order_by(Invoice.id)
    return list(db.session.scalars(query))


def payments_of(person_id: int, studio_id: int) -> list[Paid]:
    """All payments and refunds of a person, the newest first."""
    query = select(Payment).where(Payment.person_id == person_id, Payment.studio_id == studio_id)
    return paid(db.session.scalars(query.order_by(Payment.received_on.desc(), Payment.id.desc())).all())


def paid(payments: Sequence[Payment]) -> list[Paid]:
    """Payments with what of them went back and what they were for."""
    ids = [one.id for one in payments]
    back_query = select(_Refund.refunds_id, func.sum(_Refund.amount_yen).label("yen")).where(
        _Refund.refunds_id.in_(ids)
    )
    back = {row.refunds_id: row.yen for row in db.session.execute(back_query.group_by(_Refund.refunds_id))}
    parts: dict[int, list[tuple[Invoice, int]]] = {}
    part_query = select(PaymentPart, Invoice).join(Invoice, Invoice.id == PaymentPart.invoice_id)
    for part, of in db.session.execute(
        part_query.where(PaymentPart.payment_id.in_(ids)).order_by(PaymentPart.id)
    ):
        parts.setdefault(part.payment_id, []).append((of, part.amount_yen))
    return [Paid(one, int(back.get(one.id, 0)), tuple(parts.get(one.id, ()))) for one in payments]


def settings_of(studio_id: int) -> BillingSettings:
    """What a studio prints on its papers and asks for."""
    return db.session.get_one(BillingSettings, studio_id)


def default_due(studio_id: int, issued_on: date) -> date:
    """Until when an invoice of a day is to be paid, if nothing else was agreed."""
    return settings_of(studio_id).due_on(issued_on)
