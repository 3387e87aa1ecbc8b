"""One row for each booking that an absence hits. What became of it follows from the booking itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


class Replan(WithId):
    """A booking hit by an absence, and the times proposed to its guest.

    `options` are the proposals as they were sent; `sent_version` is the version of the booking they speak of: once the
    booking has another one, they are worth nothing.
    """

    __tablename__ = "replans"
    __table_args__ = (
        UniqueConstraint("time_off_id", "booking_id"),
        Index("ix_replans_booking_id", "booking_id"),
    )

    time_off_id: Mapped[int] = mapped_column(ForeignKey("time_off.id"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    sent_version: Mapped[int | None] = mapped_column(Integer)
    sent_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
