"""Tables of memberships: what is sold, and what a client began."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


class Plan(WithId):
    """Something a client can begin: a pack of sessions or a month with sessions."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("price_yen >= 0 and sessions >= 0", name="amounts"),
        CheckConstraint("valid_months between 1 and 36", name="valid_months"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    price_yen: Mapped[int] = mapped_column(Integer)
    sessions: Mapped[int] = mapped_column(SmallInteger)
    is_monthly: Mapped[bool] = mapped_column(default=False)
    valid_months: Mapped[int | None] = mapped_column(SmallInteger)
    """How long the tickets of a pack can be used; None: without an end."""
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class Membership(WithId):
    """A plan as a client began it; price and sessions are those of that day."""

    __tablename__ = "memberships"
    __table_args__ = (Index("ix_memberships_client_id", "client_id"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    starts_on: Mapped[date]
    price_yen: Mapped[int] = mapped_column(Integer)
    sessions: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
