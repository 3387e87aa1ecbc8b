"""Tables of the books. Triggers refuse any change of what stands, more than is owed, and a payment of a closed day."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import Base, WithId


class PaymentKind(StrEnum):
    """How money came. CARD is the terminal's slip: no card data is ever kept."""

    CASH = "CASH"
    CARD = "CARD"
    TRANSFER = "TRANSFER"
    DEBIT = "DEBIT"
    PAYPAY = "PAYPAY"
    OTHER = "OTHER"


class LineKind(StrEnum):
    """What a line is for; reports go by it."""

    PACK = "PACK"
    MONTH = "MONTH"
    FREEZE = "FREEZE"
    JOINING = "JOINING"
    DISCOUNT = "DISCOUNT"
    DEPOSIT = "DEPOSIT"
    TRIAL = "TRIAL"
    TRIAL_CREDIT = "TRIAL_CREDIT"
    CANCEL = "CANCEL"
    OTHER = "OTHER"


class CreditWhy(StrEnum):
    """Why an invoice or a line of it was taken back."""

    MISTAKE = "MISTAKE"
    WAIVED = "WAIVED"
    CHANGED = "CHANGED"
    LEFT = "LEFT"
    VISIT = "VISIT"
    """Said by the sweep alone: the visit that a fee was for was put right. Only this may be charged again."""


class PaperKind(StrEnum):
    """Papers that are numbered without a gap, each from 1 every year."""

    INVOICE = "INVOICE"
    RECEIPT = "RECEIPT"


class BillingSettings(Base):
    """What a studio prints on its papers and asks for. Months that began before `charges_from` are not charged.

    What was cancelled or missed before `fees_from`, when the fees of a late cancel and a no-show were last set (None:
    with the books), costs nothing more than was charged for it by then.
    Fees of single visits reach the books from `visits_from` on.
    """

    __tablename__ = "billing_settings"
    __table_args__ = (
        CheckConstraint("registration_number ~ '^(T[0-9]{13})?$'", name="registration_number"),
        CheckConstraint(
            "payment_days between 0 and 90 and float_yen >= 0 and late_cancel_yen >= 0 and no_show_yen >= 0",
            name="amounts",
        ),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"), primary_key=True, autoincrement=False)
    issuer_ja: Mapped[str] = mapped_column(Text, default="")
    issuer_en: Mapped[str] = mapped_column(Text, default="")
    registration_number: Mapped[str] = mapped_column(Text, default="")
    bank_ja: Mapped[str] = mapped_column(Text, default="")
    bank_en: Mapped[str] = mapped_column(Text, default="")
    payment_days: Mapped[int] = mapped_column(SmallInteger, default=14)
    float_yen: Mapped[int] = mapped_column(Integer, default=30_000)
    late_cancel_yen: Mapped[int] = mapped_column(Integer, default=0)
    no_show_yen: Mapped[int] = mapped_column(Integer, default=0)
    fees_from: Mapped[datetime | None]
    charges_from: Mapped[date]
    visits_from: Mapped[date]
    version: Mapped[int] = mapped_column(Integer, default=1)

    def due_on(self, issued_on: date) -> date:
        """Until when an invoice of a day is to be paid, if nothing else was agreed."""
        return issued_on + timedelta(days=self.payment_days)


class PaperNumber(Base):
    """The last number given. Whoever takes the next holds this row until the paper stands, so none is lost."""

    __tablename__ = "paper_numbers"

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


def invoice_label(year: int, number: int) -> str:
    """The number of an invoice as it is printed."""
    return f"{year}-{number:05d}"


class Invoice(WithId):
    """What a person owes until a day, or (with `credits_id`) what of another one is taken back, in negative yen."""

    __tablename__ = "invoices"
    __table_args__ = (
        Index("uq_invoices_number", "studio_id", "year", "number", unique=True),
        Index("ix_invoices_person_id", "person_id", "id"),
        Index("ix_invoices_credits_id", "credits_id", postgresql_where=text("credits_id is not null")),
        CheckConstraint(
            "case when credits_id is null then total_yen >= 0 else total_yen < 0 end", name="total"
        ),
        CheckConstraint("due_on >= issued_on", name="days"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(Integer)
    issued_on: Mapped[date]
    due_on: Mapped[date]
    total_yen: Mapped[int] = mapped_column(Integer)
    """Always the sum of its lines: the database refuses the commit of anything else."""
    why: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)

    @property
    def label(self) -> str:
        """The number as it is printed."""
        return invoice_label(self.year, self.number)


class InvoiceLine(WithId):
    """One line: so many at a price with tax, of which `tax_rate` percent (0: outside the tax).

    A month of a membership is charged once; a line is taken back once, by a line that names it.
    """

    __tablename__ = "invoice_lines"
    __table_args__ = (
        Index("uq_invoice_lines_position", "invoice_id", "position", unique=True),
        Index("uq_invoice_lines_credits_line_id", "credits_line_id", unique=True),
        Index(
            "uq_invoice_lines_month",
            "membership_id",
            "month_on",
            unique=True,
            postgresql_where=text("month_on is not null and credits_line_id is null"),
        ),
        Index("ix_invoice_lines_membership_id", "membership_id"),
        Index("ix_invoice_lines_participant_id", "participant_id"),
        CheckConstraint("tax_rate in (0, 8, 10)", name="tax_rate"),
        CheckConstraint("(quantity < 0) = (credits_line_id is not null) and quantity <> 0", name="quantity"),
    )

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(Text)
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(SmallInteger)
    unit_price_yen: Mapped[int] = mapped_column(Integer)
    tax_rate: Mapped[int] = mapped_column(SmallInteger)
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"))
    month_on: Mapped[date | None]
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"))
    credits_line_id: Mapped[int | None] = mapped_column(ForeignKey("invoice_lines.id"))

    @property
    def amount_yen(self) -> int:
        """Quantity times price."""
        return self.quantity * self.unit_price_yen


class Payment(WithId):
    """Money that came on a day of the studio, or went back (negative, with the payment it refunds and a reason)."""

    __tablename__ = "payments"
    __table_args__ = (
        Index("ix_payments_person_id", "person_id", "id"),
        Index("ix_payments_received_on", "studio_id", "received_on"),
        Index("ix_payments_refunds_id", "refunds_id", postgresql_where=text("refunds_id is not null")),
        Index(
            "uq_payments_source", "studio_id", "source", unique=True, postgresql_where=text("source <> ''")
        ),
        CheckConstraint("amount_yen <> 0 and (amount_yen < 0) = (refunds_id is not null)", name="amount"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(Text)
    amount_yen: Mapped[int] = mapped_column(Integer)
    received_on: Mapped[date]
    refunds_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))
    source: Mapped[str] = mapped_column(Text, default="")
    """What it was read from (a row of a bank's file, the fee of a visit), so that it is written once; else empty."""
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)


class PaymentPart(WithId):
    """How much of a payment belongs to which invoice; the parts of a payment are all of it."""

    __tablename__ = "payment_parts"
    __table_args__ = (
        Index("uq_payment_parts_payment_id", "payment_id", "invoice_id", unique=True),
        Index("ix_payment_parts_invoice_id", "invoice_id"),
        CheckConstraint("amount_yen <> 0", name="amount"),
    )

    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    amount_yen: Mapped[int] = mapped_column(Integer)


class FailedDebit(WithId):
    """A row of a bank's file that failed and was asked about: chosen again, the same file asks nobody twice."""

    __tablename__ = "failed_debits"
    __table_args__ = (Index("uq_failed_debits_source", "source", unique=True),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    source: Mapped[str] = mapped_column(Text)
    """The mark of the file and the number of the row, as a payment that was taken by debit has it."""
    created_at: Mapped[datetime]


class Receipt(WithId):
    """The 領収書 of one payment."""

    __tablename__ = "receipts"
    __table_args__ = (
        Index("uq_receipts_number", "studio_id", "year", "number", unique=True),
        Index("uq_receipts_payment_id", "payment_id", unique=True),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)

    @property
    def label(self) -> str:
        """The number as it is printed."""
        return f"R{self.year}-{self.number:05d}"


class ReceiptIssue(WithId):
    """One printing of a receipt: to whom and for what. From the second on it bears the mark 再発行."""

    __tablename__ = "receipt_issues"
    __table_args__ = (
        Index("uq_receipt_issues_position", "receipt_id", "position", unique=True),
        CheckConstraint("position between 1 and 99", name="position"),
    )

    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipts.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    language: Mapped[str] = mapped_column(Text)
    addressee: Mapped[str | None] = mapped_column(EncryptedText)
    proviso: Mapped[str | None] = mapped_column(EncryptedText)
    issued_on: Mapped[date]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)


class DayClose(WithId):
    """A day whose money was counted: what the books say by kind, what lay in the drawer, and why they differ.

    While it stands no payment of that day can be written; it is opened again with a reason, and the row stays.
    """

    __tablename__ = "day_closes"
    __table_args__ = (
        Index(
            "uq_day_closes_day", "studio_id", "day", unique=True, postgresql_where=text("reopened_at is null")
        ),
        CheckConstraint("float_yen >= 0 and counted_yen >= 0", name="amounts"),
        CheckConstraint("(reopened_at is null) = (reopened_by = '')", name="reopened"),
        CheckConstraint(
            "(words_removed_at is null) = (words_removed_by = '')"
            " and (words_removed_at is null or num_nonnulls(reason, reopen_reason) = 0)",
            name="words_removed",
        ),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    day: Mapped[date]
    totals: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Yen by kind of payment."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """How many of each note and coin."""
    float_yen: Mapped[int] = mapped_column(Integer)
    counted_yen: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    """Why the cash differed. It is about a drawer, but may name somebody: a manager can take the words away."""
    closed_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(Text)
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[str] = mapped_column(Text, default="")
    reopen_reason: Mapped[str | None] = mapped_column(EncryptedText)
    words_removed_at: Mapped[datetime | None]
    words_removed_by: Mapped[str] = mapped_column(Text, default="", server_default="")

    @property
    def has_words(self) -> bool:
        """Whether something that was typed is kept with it."""
        return bool(self.reason or self.reopen_reason)
