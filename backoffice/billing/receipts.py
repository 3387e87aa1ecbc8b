"""Receipts (領収書): one number for a payment, however often it is printed."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select

from backoffice.billing.models import PaperKind, Payment, Receipt, ReceiptIssue
from backoffice.billing.numbers import next_number
from backoffice.billing.queries import paid
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, NotFound
from backoffice.core.language import N_, Language
from backoffice.studio.models import Studio

LONGEST = 60
MOST = 99

WHOM = N_("Please say for whom the receipt is.")
WHAT = N_("Please say what the payment was for.")


class PrintedTooOften(DomainError):
    """A receipt is printed so many times and no more."""

    status = 409
    message = N_("A receipt can be printed %(most)s times at most. Please give a copy of an earlier one.")


class NothingKept(DomainError):
    """All of the payment went back, or it is a refund itself."""

    status = 409
    message = N_("There is no receipt for money that went back.")


def issue(
    payment: Payment, *, addressee: str, proviso: str, language: Language, by: Actor, now: datetime
) -> ReceiptIssue:
    """Write down that a receipt is printed: the first takes a number, the others are reissues of the same one.

    Refuses (Invalid) no addressee or purpose; (NothingKept) a refund, or a payment that went back; (PrintedTooOften)
    the hundredth printing.
    """
    db.session.refresh(payment, with_for_update=True)
    if paid([payment])[0].left_yen <= 0:
        raise NothingKept
    receipt = db.session.scalars(select(Receipt).where(Receipt.payment_id == payment.id)).one_or_none()
    today = local_date(now, db.session.get_one(Studio, payment.studio_id).zone)
    position = 1 if receipt is None else issues_of([payment.id])[payment.id][-1][1].position + 1
    if position > MOST:
        raise PrintedTooOften(most=MOST)
    made = ReceiptIssue(
        position=position,
        language=language.value, addressee=_given(addressee, WHOM, "addressee"),
        proviso=_given(proviso, WHAT, "proviso"), issued_on=today, created_at=now, created_by=by.label,
    )  # fmt: skip
    if receipt is None:
        receipt = Receipt(
            studio_id=payment.studio_id, payment_id=payment.id, year=today.year,
            number=next_number(payment.studio_id, PaperKind.RECEIPT, today.year), created_at=now, created_by=by.label,
        )  # fmt: skip
        db.session.add(receipt)
        db.session.flush()
    made.receipt_id = receipt.id
    db.session.add(made)
    db.session.flush()
    after = {"number": receipt.label, "position": made.position}
    record("receipt.printed", "receipt", receipt.id, person_id=payment.person_id, by=by, now=now, after=after)
    return made


def issues_of(payment_ids: Collection[int]) -> dict[int, list[tuple[Receipt, ReceiptIssue]]]:
    """The printings of the receipts of some payments, in their order."""
    query = select(Receipt, ReceiptIssue).join(ReceiptIssue, ReceiptIssue.receipt_id == Receipt.id)
    found: dict[int, list[tuple[Receipt, ReceiptIssue]]] = {}
    for receipt, one in db.session.execute(
        query.where(Receipt.payment_id.in_(payment_ids)).order_by(ReceiptIssue.position)
    ):
        found.setdefault(receipt.payment_id, []).append((receipt, one))
    return found


def issued(issue_id: int, studio_id: int) -> tuple[Receipt, ReceiptIssue, Payment]:
    """One printing with its receipt and payment. Raises `NotFound`."""
    query = (
        select(Receipt, ReceiptIssue, Payment)
        .join(ReceiptIssue, ReceiptIssue.receipt_id == Receipt.id)
        .join(Payment, Payment.id == Receipt.payment_id)
        .where(ReceiptIssue.id == issue_id, Payment.studio_id == studio_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


def day_received(payment: Payment, zone: str) -> date:
    """The day that a receipt says: money taken after the close is of the next day in the books and came on this one."""
    return min(payment.received_on, local_date(payment.created_at, zone))


def went_back(payment: Payment, printed: ReceiptIssue) -> int:
    """Yen of a payment that had gone back when a receipt for it was printed."""
    query = select(func.coalesce(func.sum(Payment.amount_yen), 0)).where(
        Payment.refunds_id == payment.id, Payment.created_at <= printed.created_at
    )
    return -db.session.execute(query).scalar_one()


def _given(text: str, missing: str, field: str) -> str:
    words = plain_text(text, LONGEST)
    if not words:
        raise Invalid(missing, field=field)
    return words
