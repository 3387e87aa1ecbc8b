"""Tables around the shift table: copies that can be undone, and swaps between trainers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import INT4MULTIRANGE, JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


class ShiftCopy(WithId):
    """A week or a month that was copied onto a month.

    `days` holds for each day that was written what stood there before, and the version the copy left: what was changed
    since then is not undone.
    """

    __tablename__ = "shift_copies"
    __table_args__ = (Index("ix_shift_copies_month", "studio_id", "month"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    month: Mapped[date]
    days: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    undone_at: Mapped[datetime | None]


class SwapState(StrEnum):
    """ASKED waits for the other trainer, ACCEPTED for a manager; only APPROVED has changed the table."""

    ASKED = "ASKED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


OPEN_SWAPS = (SwapState.ASKED, SwapState.ACCEPTED)


class ShiftSwap(WithId):
    """A trainer asks another to take hours of a day and, perhaps, takes a whole day of the other in return.

    `seen` is the table of both on these days when it was asked: the approval holds for that and nothing else.
    """

    __tablename__ = "shift_swaps"
    __table_args__ = (
        CheckConstraint("trainer_id <> other_id", name="two_trainers"),
        CheckConstraint("(back_day is null) = (back_hours is null)", name="in_return"),
        Index("ix_shift_swaps_other_id", "other_id"),
        Index(
            "uq_shift_swaps_open",
            "trainer_id",
            "day",
            unique=True,
            postgresql_where=text("state in ('ASKED', 'ACCEPTED')"),
        ),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    trainer_id: Mapped[int] = mapped_column(ForeignKey("trainers.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("trainers.id"))
    day: Mapped[date]
    hours: Mapped[list[Range[int]]] = mapped_column(INT4MULTIRANGE)
    back_day: Mapped[date | None]
    back_hours: Mapped[list[Range[int]] | None] = mapped_column(INT4MULTIRANGE)
    seen: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    note: Mapped[str] = mapped_column(Text, default="")
    word: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(Text, default=SwapState.ASKED)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
