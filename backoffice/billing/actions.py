"""What is written into the books: charge, take back, pay, refund. Nothing that stands is changed or removed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from backoffice.billing.days import close_of, first_open_day, hold_day
from backoffice.billing.models import (
    CreditWhy,
    Invoice,
    InvoiceLine,
    LineKind,
    PaperKind,
    Payment,
    PaymentKind,
    PaymentPart,
)
from backoffice.billing.numbers import next_number
from backoffice.billing.queries import Item, items, lines_of
from backoffice.core.audit import Actor, Entry, record, record_many
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, NotFound
from backoffice.core.language import N_
from backoffice.studio.models import Studio

MOST_LINES = 50
MOST_YEN = 10_000_000
LONGEST_REASON = 300
EARLIEST = timedelta(days=400)
AHEAD = timedelta(days=31)
"""So long before an invoice is written its money may have come: a transfer of the month before."""

AMOUNT = N_("Please enter an amount from 1 to 10,000,000 yen.")
NOTHING = N_("There is nothing to charge.")
BELOW = N_("More is taken off than there is to pay.")
WHY = N_("Please say why.")
NOT_YET = N_("That day has not come yet.")
LONG_AGO = N_("That day is more than a year ago.")
BEFORE_INVOICE = N_("That is more than a month before the invoice of %(day)s. Please check the day.")


class MoreThanOwed(DomainError):
    """Fewer yen are open than that."""

    status = 409
    message = N_("Only ¥%(open)s are open. More cannot be taken.")


class MoreThanPaid(DomainError):
    """Fewer yen of the payment are left than that."""

    status = 409
    message = N_("Only ¥%(left)s of this payment can go back.")


class TakenBack(DomainError):
    """The invoice, or all of the lines, were taken back before."""

    status = 409
    message = N_("This was taken back already.")


class DayClosed(DomainError):
    """The money of that day was counted and closed."""

    status = 409
    message = N_(
        "The money of %(day)s is closed. Please write it on a later day, or ask a manager to open the day."
    )


@dataclass(frozen=True)
class Line:
    """One line to charge: so many at a price in yen with tax, of which `tax_rate` percent (0: outside the tax)."""

    kind: LineKind
    name_ja: str
    name_en: str
    unit_price_yen: int
    quantity: int = 1
    tax_rate: int = 10
    membership_id: int | None = None
    month_on: date | None = None
    participant_id: int | None = None


@dataclass(frozen=True)
class Charge:
    """What one person is to be charged, due on a day (today at the earliest)."""

    person_id: int
    lines: Sequence[Line]
    due_on: date


def charge(
    person_id: int, lines: Sequence[Line], *, studio_id: int, due_on: date, by: Actor, now: datetime
) -> Invoice:
    """Write an invoice of today's date. `due_on` is never before it.

    Refuses (Invalid) no lines or more than fifty, a sum below zero or above ten million yen.
    """
    return charge_all([Charge(person_id, lines, due_on)], studio_id=studio_id, by=by, now=now)[0]


def charge_all(charges: Sequence[Charge], *, studio_id: int, by: Actor, now: datetime) -> list[Invoice]:
    """An invoice for each, as `charge` writes one; all or none. Twenty cost as many statements as one, but for their
    numbers, which the database gives out one by one.
    """
    totals = [_total(one.lines) for one in charges]
    if not charges:
        return []
    today = local_date(now, db.session.get_one(Studio, studio_id).zone)
    made = [
        _invoice(one.person_id, studio_id, total, today, one.due_on, by=by, now=now)
        for one, total in zip(charges, totals, strict=True)
    ]
    _add_lines(list(zip(made, [[_row(line) for line in one.lines] for one in charges], strict=True)))
    record_many(
        [Entry("invoice.charged", "invoice", one.id, one.person_id, after=_facts(one)) for one in made],
        by=by, now=now,
    )  # fmt: skip
    return made


def credit(
    invoice_id: int,
    *,
    line_ids: Collection[int] | None = None,
    why: CreditWhy,
    reason: str,
    by: Actor,
    now: datetime,
) -> Invoice:
    """Take an invoice back, or some of its lines, by an invoice of the opposite; what was paid is refunded apart.

    Raises `TakenBack` when nothing is left to take back; refuses (Invalid) no reason, or lines whose sum is not
    above zero (a discount goes with what it was for).
    """
    (item,) = held_items([invoice_id])
    back = [
        _opposite(line) for line in _not_taken_back(item.invoice) if line_ids is None or line.id in line_ids
    ]
    return _credit(item, back, why, reason, by=by, now=now)


def take_back_parts(
    invoice_id: int,
    yen_by_line: Mapping[int, int],
    *,
    why: CreditWhy,
    reason: str,
    by: Actor,
    now: datetime,
) -> Invoice:
    """As `credit`, but only so many yen of each line (below zero of a line that takes off)."""
    (item,) = held_items([invoice_id])
    back = [
        _opposite(line, yen_by_line[line.id])
        for line in _not_taken_back(item.invoice)
        if line.id in yen_by_line
    ]
    return _credit(item, back, why, reason, by=by, now=now)


def pay(
    invoice: Invoice,
    kind: PaymentKind,
    amount_yen: int,
    *,
    received_on: date,
    source: str = "",
    by: Actor,
    now: datetime,
) -> Payment:
    """Money for one invoice, or a part of it; see `take`."""
    return take([invoice.id], kind, amount_yen, received_on=received_on, source=source, by=by, now=now)


def take(
    invoice_ids: Collection[int],
    kind: PaymentKind,
    amount_yen: int,
    *,
    received_on: date,
    source: str = "",
    by: Actor,
    now: datetime,
) -> Payment:
    """Money for invoices of one person: it goes to the earliest due first.

    Once the money of today is counted it may be of the next day that is not closed.
    Refuses (Invalid) no amount, another day ahead or one long ago, or one more than a month before an invoice it pays
    unless a `source` tells the day; (MoreThanOwed) more than is open; (DayClosed) a closed day.
    """
    held = held_items(invoice_ids)
    first = held[0].invoice
    if not 1 <= amount_yen <= MOST_YEN:
        raise Invalid(AMOUNT, field="amount_yen")
    open_yen = sum(max(item.open_yen, 0) for item in held)
    if amount_yen > open_yen:
        raise MoreThanOwed(field="amount_yen", open=f"{open_yen:,}")
    if not source:
        _check_not_long_before(held, amount_yen, received_on)
    made = _payment(first, kind, amount_yen, received_on, by=by, now=now)
    made.source = source
    _add_parts(made, [(item.invoice.id, item.open_yen) for item in held], amount_yen)
    record("payment.paid", "payment", made.id, person_id=made.person_id, by=by, now=now, after=_sums(made))
    return made


def refund(
    payment: Payment,
    kind: PaymentKind,
    amount_yen: int,
    *,
    reason: str,
    received_on: date,
    invoice_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Payment:
    """Money of a payment goes back, or only of what it paid of one invoice; that is open again unless taken back too.

    Refuses (Invalid) no amount or no reason; (MoreThanPaid) more than is left of it; (DayClosed) a closed day.
    """
    if payment.amount_yen < 0:
        raise NotFound
    held_items([part.invoice_id for part in _parts([payment.id])])
    room = [one for one in _left_by_invoice(payment) if invoice_id in (None, one[0])]
    left = sum(yen for _of, yen in room)
    if not 1 <= amount_yen <= MOST_YEN:
        raise Invalid(AMOUNT, field="amount_yen")
    if amount_yen > left:
        raise MoreThanPaid(field="amount_yen", left=f"{left:,}")
    made = _payment(payment, kind, -amount_yen, received_on, by=by, now=now)
    made.refunds_id, made.reason = payment.id, _typed(reason)
    _add_parts(made, room, amount_yen, back=True)
    record(
        "payment.refunded", "payment", made.id, person_id=made.person_id, by=by, now=now, after=_sums(made)
    )
    return made


def held_items(invoice_ids: Collection[int]) -> list[Item]:
    """Invoices with their sums, held until the end of the transaction. Raises `NotFound` for none or a credit."""
    query = select(Invoice.id).where(Invoice.id.in_(invoice_ids), Invoice.credits_id.is_(None))
    db.session.execute(query.order_by(Invoice.id).with_for_update(key_share=True))
    held = items(invoice_ids)
    if not held or len({item.invoice.person_id for item in held}) > 1:
        raise NotFound
    return held


def left_of(payment: Payment, invoice_id: int) -> int:
    """Yen of what a payment paid of an invoice that can still go back."""
    return dict(_left_by_invoice(payment)).get(invoice_id, 0)


def _total(lines: Sequence[Line]) -> int:
    """The sum of lines that can be charged."""
    total = sum(line.quantity * line.unit_price_yen for line in lines)
    if not 1 <= len(lines) <= MOST_LINES or total > MOST_YEN:
        raise Invalid(NOTHING if not lines else AMOUNT)
    if total < 0:
        raise Invalid(BELOW)
    return total


def _row(line: Line) -> InvoiceLine:
    return InvoiceLine(
        kind=line.kind.value, name_ja=line.name_ja, name_en=line.name_en, quantity=line.quantity,
        unit_price_yen=line.unit_price_yen, tax_rate=line.tax_rate, membership_id=line.membership_id,
        month_on=line.month_on, participant_id=line.participant_id,
    )  # fmt: skip


def _invoice(
    person_id: int,
    studio_id: int,
    total: int,
    today: date,
    due_on: date,
    *,
    by: Actor,
    now: datetime,
) -> Invoice:
    return Invoice(
        studio_id=studio_id, person_id=person_id, year=today.year,
        number=next_number(studio_id, PaperKind.INVOICE, today.year), issued_on=today, due_on=max(due_on, today),
        total_yen=total, why="", created_at=now, created_by=by.label,
    )  # fmt: skip


def _add_lines(written: Sequence[tuple[Invoice, Sequence[InvoiceLine]]]) -> None:
    """Write invoices with their lines."""
    db.session.add_all([invoice for invoice, _lines in written])
    db.session.flush()
    for invoice, lines in written:
        for position, line in enumerate(lines, start=1):
            line.invoice_id, line.position = invoice.id, position
    db.session.add_all([line for _invoice, lines in written for line in lines])
    db.session.flush()


def _credit(
    item: Item, lines: Sequence[InvoiceLine], why: CreditWhy, reason: str, *, by: Actor, now: datetime
) -> Invoice:
    """Write what takes back some lines of an invoice that is held."""
    if not lines:
        raise TakenBack
    total = sum(line.amount_yen for line in lines)
    if total >= 0 or item.due_yen + total < 0:
        raise Invalid(BELOW)
    origin, words = item.invoice, _typed(reason)
    today = local_date(now, db.session.get_one(Studio, origin.studio_id).zone)
    made = _invoice(origin.person_id, origin.studio_id, total, today, today, by=by, now=now)
    made.credits_id, made.why, made.reason = origin.id, why.value, words
    _add_lines([(made, lines)])
    person_id, after = origin.person_id, _facts(made)
    record("invoice.credited", "invoice", made.id, person_id=person_id, by=by, now=now, after=after)
    return made


def _opposite(line: InvoiceLine, yen: int | None = None) -> InvoiceLine:
    """What takes a line back, or only so many yen of it."""
    return InvoiceLine(
        kind=line.kind, name_ja=line.name_ja, name_en=line.name_en,
        quantity=-line.quantity if yen is None else -1, unit_price_yen=line.unit_price_yen if yen is None else yen,
        tax_rate=line.tax_rate, membership_id=line.membership_id, month_on=line.month_on,
        participant_id=line.participant_id, credits_line_id=line.id,
    )  # fmt: skip


def _not_taken_back(origin: Invoice) -> list[InvoiceLine]:
    query = select(InvoiceLine.credits_line_id).join(Invoice, Invoice.id == InvoiceLine.invoice_id)
    back = set(db.session.scalars(query.where(Invoice.credits_id == origin.id)))
    return [line for line in lines_of([origin.id]) if line.id not in back]


def _payment(
    of: Invoice | Payment, kind: PaymentKind, amount: int, received_on: date, *, by: Actor, now: datetime
) -> Payment:
    today = local_date(now, db.session.get_one(Studio, of.studio_id).zone)
    if not today - EARLIEST <= received_on <= first_open_day(of.studio_id, today):
        raise Invalid(NOT_YET if received_on > today else LONG_AGO, field="received_on")
    hold_day(of.studio_id, received_on)
    if close_of(of.studio_id, received_on) is not None:
        raise DayClosed(field="received_on", day=received_on)
    return Payment(
        studio_id=of.studio_id, person_id=of.person_id, kind=kind.value, amount_yen=amount, received_on=received_on,
        source="", created_at=now, created_by=by.label,
    )  # fmt: skip


def _check_not_long_before(held: Sequence[Item], amount_yen: int, received_on: date) -> None:
    """A typed day far before an invoice that is paid would put money into a month that was read and finished."""
    for item in held:
        if amount_yen > 0 and item.open_yen > 0 and received_on < item.invoice.issued_on - AHEAD:
            raise Invalid(BEFORE_INVOICE, field="received_on", day=item.invoice.issued_on)
        amount_yen -= max(item.open_yen, 0)


def _add_parts(made: Payment, room: Sequence[tuple[int, int]], amount: int, *, back: bool = False) -> None:
    """Write a payment and spread it over invoices with so much room each, in their order."""
    db.session.add(made)
    db.session.flush()
    for invoice_id, free in room:
        part = min(max(free, 0), amount)
        if part:
            amount -= part
            db.session.add(
                PaymentPart(payment_id=made.id, invoice_id=invoice_id, amount_yen=-part if back else part)
            )
    db.session.flush()


def _left_by_invoice(payment: Payment) -> list[tuple[int, int]]:
    """The invoices of a payment, the last first, with what of their part did not go back yet."""
    refunds = select(Payment.id).where(Payment.refunds_id == payment.id)
    back = _parts(db.session.scalars(refunds).all())
    return [
        (
            part.invoice_id,
            part.amount_yen + sum(one.amount_yen for one in back if one.invoice_id == part.invoice_id),
        )
        for part in reversed(_parts([payment.id]))
    ]


def _parts(payment_ids: Collection[int]) -> Sequence[PaymentPart]:
    query = select(PaymentPart).where(PaymentPart.payment_id.in_(payment_ids))
    return db.session.scalars(query.order_by(PaymentPart.id)).all()


def _typed(reason: str) -> str:
    words = plain_text(reason, LONGEST_REASON)
    if not words:
        raise Invalid(WHY, field="reason")
    return words


def _facts(invoice: Invoice) -> dict[str, Any]:
    return {
        "number": invoice.label, "total_yen": invoice.total_yen, "due_on": invoice.due_on, "why": invoice.why,
    }  # fmt: skip


def _sums(payment: Payment) -> dict[str, Any]:
    return {"kind": payment.kind, "amount_yen": payment.amount_yen, "received_on": payment.received_on}
