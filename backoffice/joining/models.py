"""Tables of joining: discounts and terms of the house, the papers, and what was taken off on them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class DiscountKind(StrEnum):
    """Why something is taken off: joined on the day of the trial (当日入会), referred (紹介), family (家族割)."""

    SAME_DAY = "SAME_DAY"
    REFERRAL = "REFERRAL"
    FAMILY = "FAMILY"
    OTHER = "OTHER"


class TakenFrom(StrEnum):
    """What it is taken off: the joining fee, or the plan (of a monthly plan the first month)."""

    FEE = "FEE"
    PLAN = "PLAN"


class Discount(WithId):
    """Something the house takes off for those who join from one day to another: yen or percent."""

    __tablename__ = "discounts"
    __table_args__ = (
        CheckConstraint("num_nonnulls(yen, percent) = 1 and yen > 0", name="one_amount"),
        CheckConstraint("percent between 1 and 100", name="percent"),
        CheckConstraint("valid_until >= valid_from", name="days"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    kind: Mapped[str] = mapped_column(Text)
    taken_from: Mapped[str] = mapped_column(Text)
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    yen: Mapped[int | None] = mapped_column(Integer)
    percent: Mapped[int | None] = mapped_column(SmallInteger)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class TermsKind(StrEnum):
    """Whose terms: what members sign (会員規約), what visitors agree to when they book. It is part of a wording."""

    MEMBERSHIP = "terms"
    VISIT = "visit_terms"


class TermsVersion(WithId):
    """Terms of a kind as they stood; a change is a new version, and what was signed or agreed to keeps its own."""

    __tablename__ = "terms_versions"
    __table_args__ = (UniqueConstraint("studio_id", "kind", "number"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(SmallInteger)
    text_ja: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)

    @property
    def wording(self) -> str:
        """What a consent remembers of them."""
        return f"{self.kind}:{self.number}"


class JoiningPaper(WithId):
    """The papers of one joining, from the first draft to the member. Prices are those agreed, in yen with tax.

    What the new member wrote (`answers`, a JSON object) and drew (signatures, as the `d` of an SVG path in a field of
    `signing.WIDTH` × `signing.HEIGHT`) is encrypted. A change of the agreement takes the signature off.
    """

    __tablename__ = "joining_papers"
    __table_args__ = (
        CheckConstraint(
            "least(joining_fee_yen, price_yen, trial_credit_yen, deposit_yen) >= 0", name="amounts"
        ),
        CheckConstraint("joined_at is null or dropped_at is null", name="one_end"),
        Index("ix_joining_papers_person_id", "person_id"),
        Index("ix_joining_papers_referrer_id", "referrer_id"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    plan_version: Mapped[int] = mapped_column(Integer)
    """The plan as it was when it was agreed on: nobody joins on papers of another."""
    price_yen: Mapped[int] = mapped_column(Integer)
    contract: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What is agreed beyond the sum (`contract.Contract`), as it was shown; None: signed before it was kept."""
    starts_on: Mapped[date]
    main_trainer_id: Mapped[int | None] = mapped_column(ForeignKey("trainers.id"))
    joining_fee_yen: Mapped[int] = mapped_column(Integer)
    deposit_yen: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    trial_credit_yen: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    referrer_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    answers: Mapped[str | None] = mapped_column(EncryptedText)
    terms_id: Mapped[int | None] = mapped_column(ForeignKey("terms_versions.id"))
    signature: Mapped[str | None] = mapped_column(EncryptedText)
    guardian_signature: Mapped[str | None] = mapped_column(EncryptedText)
    signed_at: Mapped[datetime | None]
    signed_with: Mapped[str] = mapped_column(Text, default="")
    """The staff member who handed over the tablet; empty when the link was used."""
    joined_at: Mapped[datetime | None]
    joined_by: Mapped[str] = mapped_column(Text, default="")
    dropped_at: Mapped[datetime | None]
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"))
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)

    @property
    def is_open(self) -> bool:
        """Whether nobody has joined on it or put it away."""
        return self.joined_at is None and self.dropped_at is None


class PaperDiscount(WithId):
    """What was taken off on one paper: name and yen as agreed, whatever the discount says later."""

    __tablename__ = "paper_discounts"
    __table_args__ = (
        UniqueConstraint("paper_id", "discount_id"),
        CheckConstraint("yen >= 0", name="yen"),
        CheckConstraint("taken_from in ('FEE', 'PLAN')", name="taken_from"),
    )

    paper_id: Mapped[int] = mapped_column(ForeignKey("joining_papers.id"))
    discount_id: Mapped[int] = mapped_column(ForeignKey("discounts.id"))
    taken_from: Mapped[str] = mapped_column(Text)
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    yen: Mapped[int] = mapped_column(Integer)
