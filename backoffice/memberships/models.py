"""Tables of memberships: what is sold, and what a client began."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


class Plan(WithId):
    """Something a client can begin: a pack of sessions or a month with sessions."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("price_yen >= 0 and sessions >= 0", name="amounts"),
        CheckConstraint("valid_months between 1 and 36", name="valid_months"),
        CheckConstraint("carries_months between 0 and 12", name="carries_months"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    price_yen: Mapped[int] = mapped_column(Integer)
    sessions: Mapped[int] = mapped_column(SmallInteger)
    is_monthly: Mapped[bool] = mapped_column(default=False)
    valid_months: Mapped[int | None] = mapped_column(SmallInteger)
    """How long the tickets of a pack can be used; None: without an end."""
    carries_months: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """For how many months more the unused sessions of a month can be used."""
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class Membership(WithId):
    """A plan as a client began it: what was agreed that day, whatever the plan says later."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index("ix_memberships_client_id", "client_id"),
        Index("ix_memberships_monthly", "starts_on", postgresql_where=text("is_monthly")),
        CheckConstraint("ends_on >= starts_on", name="days"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    price_yen: Mapped[int] = mapped_column(Integer)
    sessions: Mapped[int] = mapped_column(SmallInteger)
    is_monthly: Mapped[bool]
    valid_months: Mapped[int | None] = mapped_column(SmallInteger)
    carries_months: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
