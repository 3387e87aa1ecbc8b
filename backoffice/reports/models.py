"""Tables of reports: what is wanted of a month, what each source cost in it, the visits a large gym is counted from."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import Base, WithId


class MonthGoals(WithId):
    """The goals of a month, by its first day. A measure without a number has no goal."""

    __tablename__ = "month_goals"
    __table_args__ = (
        UniqueConstraint("studio_id", "month"),
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("least(enquiries, trials, joins, revenue_yen, sessions) >= 0", name="amounts"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    month: Mapped[date]
    enquiries: Mapped[int | None] = mapped_column(Integer)
    trials: Mapped[int | None] = mapped_column(Integer)
    joins: Mapped[int | None] = mapped_column(Integer)
    revenue_yen: Mapped[int | None] = mapped_column(Integer)
    sessions: Mapped[int | None] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer, default=1)


class SourceCost(WithId):
    """Yen that a source (by its key) cost in a month, by its first day. Empty: what was entered was taken out again."""

    __tablename__ = "source_costs"
    __table_args__ = (
        UniqueConstraint("studio_id", "month", "source"),
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("yen >= 0", name="yen"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    month: Mapped[date]
    source: Mapped[str] = mapped_column(ForeignKey("lead_sources.key"))
    yen: Mapped[int | None] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer, default=1)


class KeptVisit(Base):
    """One guest of a booking as they stood when visits were kept last; `reports/kept.py` says what a column means.

    It refers to nothing: its rows are only ever compared with the tables they are copied from and made anew.
    """

    __tablename__ = "kept_visits"
    __table_args__ = (
        Index("ix_kept_visits_starts_at", "studio_id", "starts_at"),
        Index("ix_kept_visits_service_id", "service_id", "starts_at"),
        Index("ix_kept_visits_lead_id", "lead_id", "starts_at", postgresql_where=text("lead_id is not null")),
    )

    participant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    booking_id: Mapped[int]
    person_id: Mapped[int]
    studio_id: Mapped[int]
    service_id: Mapped[int]
    trainer_id: Mapped[int]
    lead_id: Mapped[int | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    booked_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    fee_yen: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(SmallInteger)
    prep_minutes: Mapped[int] = mapped_column(SmallInteger)
    cleanup_minutes: Mapped[int] = mapped_column(SmallInteger)
    is_reminded: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(Text)
    attendance: Mapped[str] = mapped_column(Text)
