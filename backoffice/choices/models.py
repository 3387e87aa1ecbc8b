"""Tables of times to choose from. What is held, and until when, stands on the bookings that hold it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


class ChoiceState(StrEnum):
    """OPEN until one is taken, none suits, the time for an answer is over, or staff take them back."""

    OPEN = "OPEN"
    CHOSEN = "CHOSEN"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    WITHDRAWN = "WITHDRAWN"


class Choice(WithId):
    """Times that were sent to one person: for a new booking, or to move `booking_id` as it was at `booking_version`.

    `chosen_id` is the hold that was taken. A booking has one open choice at a time; a new one takes the old one back.
    """

    __tablename__ = "choices"
    __table_args__ = (
        Index("uq_choices_open", "booking_id", unique=True, postgresql_where=text("state = 'OPEN'")),
        Index("ix_choices_open", "studio_id", "expires_at", "id", postgresql_where=text("state = 'OPEN'")),
        Index("ix_choices_person_id", "person_id"),
        CheckConstraint("(booking_id is null) = (booking_version is null)", name="version"),
        CheckConstraint("(chosen_id is not null) = (state = 'CHOSEN')", name="chosen"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    booking_version: Mapped[int | None] = mapped_column(Integer)
    chosen_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    state: Mapped[str] = mapped_column(Text, default=ChoiceState.OPEN)
    sent_at: Mapped[datetime]
    sent_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class ChoiceTime(WithId):
    """One of the times: its hold, and its place among the buttons (from 1)."""

    __tablename__ = "choice_times"
    __table_args__ = (
        UniqueConstraint("choice_id", "position"),
        UniqueConstraint("hold_id"),
        CheckConstraint("position between 1 and 3", name="position"),
    )

    choice_id: Mapped[int] = mapped_column(ForeignKey("choices.id"))
    hold_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
