"""Tables of the shift table's history: copies that can be undone."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
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
