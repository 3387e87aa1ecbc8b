"""Tables of reports: what is wanted of a month, and what each source cost in it."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


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
