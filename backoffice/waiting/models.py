"""Tables of the waiting list. An offer is a hold: the time it offers is taken while it is open."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


class WaitState(StrEnum):
    """WAITING and OFFERED are open; a wait ends booked or ended (by hand, or because its days are over)."""

    WAITING = "WAITING"
    OFFERED = "OFFERED"
    BOOKED = "BOOKED"
    ENDED = "ENDED"


class Wait(WithId):
    """A person who waits for a time: which service, on which days, between which hours, with whom.

    The hours are the studio's wall clock and bound the start. Whoever came first is asked first.
    """

    __tablename__ = "waits"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint(
            "from_clock is null or until_clock is null or from_clock <= until_clock", name="hours"
        ),
        Index(
            "ix_waits_open",
            "studio_id",
            "created_at",
            "id",
            postgresql_where=text("state in ('WAITING', 'OFFERED')"),
        ),
        Index("ix_waits_person_id", "person_id"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    trainer_id: Mapped[int | None] = mapped_column(ForeignKey("trainers.id"))
    wants_woman: Mapped[bool] = mapped_column(Boolean, default=False)
    first_day: Mapped[date]
    last_day: Mapped[date]
    from_clock: Mapped[time | None]
    until_clock: Mapped[time | None]
    state: Mapped[str] = mapped_column(Text, default=WaitState.WAITING)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class OfferState(StrEnum):
    """OPEN until it is answered, its time is over, or the desk takes it back."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    WITHDRAWN = "WITHDRAWN"


class Offer(WithId):
    """A free time offered to one who waits. Its booking is the hold; what is held and until when stands there."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("uq_offers_open", "wait_id", unique=True, postgresql_where=text("state = 'OPEN'")),
        Index("uq_offers_booking", "booking_id", unique=True),
    )

    wait_id: Mapped[int] = mapped_column(ForeignKey("waits.id"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    state: Mapped[str] = mapped_column(Text, default=OfferState.OPEN)
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
