"""Tables of memberships: what is sold, what a client began, how long it is frozen, when it ends."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, func, text
from sqlalchemy.dialects.postgresql import DATERANGE, INT8RANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class Plan(WithId):
    """Something a client can begin: a pack of sessions or a month with sessions."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("price_yen >= 0 and sessions >= 0", name="amounts"),
        CheckConstraint("valid_months between 1 and 36", name="valid_months"),
        CheckConstraint("carries_months between 0 and 12", name="carries_months"),
        CheckConstraint(
            "tax_rate in (8, 10) and trial_credit_days between 0 and 365 and deposit_yen >= 0", name="money"
        ),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    price_yen: Mapped[int] = mapped_column(Integer)
    """Tax included, for a pack or for a month."""
    tax_rate: Mapped[int] = mapped_column(SmallInteger, default=10, server_default="10")
    sessions: Mapped[int] = mapped_column(SmallInteger)
    is_monthly: Mapped[bool] = mapped_column(default=False)
    valid_months: Mapped[int | None] = mapped_column(SmallInteger)
    """How long the tickets of a pack can be used; None: without an end."""
    carries_months: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """For how many months more the unused sessions of a month can be used."""
    trial_credit_days: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """Who joins within so many days of the trial gets its fee credited; 0: nobody does."""
    deposit_yen: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Kept while the membership lasts and paid back at its end."""
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class Membership(WithId):
    """A plan as a client began it: what was agreed that day, whatever the plan says later."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index("ix_memberships_client_id", "client_id"),
        Index("ix_memberships_monthly", "starts_on", postgresql_where=text("is_monthly")),
        Index("uq_memberships_replaces_id", "replaces_id", unique=True),
        CheckConstraint("ends_on >= starts_on", name="days"),
        CheckConstraint("undone_at is null or ends_on is not distinct from starts_on", name="undone"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    undone_at: Mapped[datetime | None]
    """When its sale was taken back: nobody has it, or ever had. The row stays for what points at it."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"))
    """The membership that a change of plan ended when this one begins."""
    price_yen: Mapped[int] = mapped_column(Integer)
    tax_rate: Mapped[int] = mapped_column(SmallInteger, default=10)
    sessions: Mapped[int] = mapped_column(SmallInteger)
    is_monthly: Mapped[bool]
    valid_months: Mapped[int | None] = mapped_column(SmallInteger)
    carries_months: Mapped[int] = mapped_column(SmallInteger)
    trial_credit_days: Mapped[int] = mapped_column(SmallInteger, default=0)
    deposit_yen: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Freeze(WithId):
    """Days on which a membership rests (休会), the last one included; without a last day it is open.

    Months that would begin on them are neither given nor owed: `fee_yen` is owed for each instead.
    """

    __tablename__ = "freezes"
    __table_args__ = (
        Index("ix_freezes_membership_id", "membership_id"),
        CheckConstraint("ends_on >= starts_on", name="days"),
        CheckConstraint("fee_yen >= 0", name="fee"),
        ExcludeConstraint(
            (
                func.int8range(text("membership_id"), text("membership_id"), text("'[]'"), type_=INT8RANGE),
                "&&",
            ),
            (func.daterange(text("starts_on"), text("ends_on"), text("'[]'"), type_=DATERANGE), "&&"),
            name="freezes_never_overlap",
            using="gist",
            where=text("cancelled_at is null"),
        ),
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    fee_yen: Mapped[int] = mapped_column(Integer)
    waiver: Mapped[str | None] = mapped_column(EncryptedText)
    """Why a manager let it begin before the studio's cut-off day allows."""
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)


class LeavingReason(StrEnum):
    """Why somebody leaves, as a closed list. What is about health is never asked here."""

    REACHED = "REACHED"
    TIME = "TIME"
    MONEY = "MONEY"
    MOVING = "MOVING"
    ELSEWHERE = "ELSEWHERE"
    UNHAPPY = "UNHAPPY"
    PERSONAL = "PERSONAL"


class Leaving(WithId):
    """A client leaves (退会): their last day, and why. Taken back, the row stays with its hour.

    Once they have joined again (`rejoined_at`) it tells of an earlier stay, that began on `stay_began_on`.
    """

    __tablename__ = "leavings"
    __table_args__ = (
        Index(
            "uq_leavings_client_id",
            "client_id",
            unique=True,
            postgresql_where=text("cancelled_at is null and rejoined_at is null"),
        ),
        CheckConstraint("num_nonnulls(rejoined_at, stay_began_on) in (0, 2)", name="rejoined"),
        CheckConstraint(
            "stay_began_on <= left_on and num_nonnulls(rejoined_at, cancelled_at) < 2", name="stay"
        ),
        CheckConstraint(
            "num_nonnulls(settled_at, nullif(settled_by, ''), refund_yen) in (0, 3)", name="settled"
        ),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    left_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    waiver: Mapped[str | None] = mapped_column(EncryptedText)
    cancelled_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    """When the leaving statement was written into the books; once."""
    settled_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    refund_yen: Mapped[int | None] = mapped_column(Integer)
    """What was paid back then; below zero was still owed."""
    rejoined_at: Mapped[datetime | None]
    stay_began_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)


class KeptBooking(WithId):
    """Somebody decided that a booking inside a freeze or after the last day stays."""

    __tablename__ = "kept_bookings"
    __table_args__ = (
        Index("uq_kept_bookings_freeze_id", "booking_id", "freeze_id", unique=True),
        Index("uq_kept_bookings_leaving_id", "booking_id", "leaving_id", unique=True),
        CheckConstraint("num_nonnulls(freeze_id, leaving_id) = 1", name="one_cause"),
    )

    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    freeze_id: Mapped[int | None] = mapped_column(ForeignKey("freezes.id"))
    leaving_id: Mapped[int | None] = mapped_column(ForeignKey("leavings.id"))
    kept_at: Mapped[datetime]
    kept_by: Mapped[str] = mapped_column(Text)
