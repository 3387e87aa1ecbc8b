"""Tables of bookings. `claims` holds what is taken; its one exclusion constraint makes overlap impossible."""

from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import INT8RANGE, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class BookingState(StrEnum):
    """HELD and BOOKED are ahead; the others say how it ended. Each kind of cancelling is kept apart."""

    HELD = "HELD"
    BOOKED = "BOOKED"
    ATTENDED = "ATTENDED"
    NO_SHOW = "NO_SHOW"
    CANCELLED = "CANCELLED"
    LATE_CANCELLED = "LATE_CANCELLED"
    CANCELLED_BY_GYM = "CANCELLED_BY_GYM"


CANCELLED_STATES = (BookingState.CANCELLED, BookingState.LATE_CANCELLED, BookingState.CANCELLED_BY_GYM)


class BookingChannel(StrEnum):
    """How the booking reached the gym."""

    WEB = "WEB"
    PHONE = "PHONE"
    LINE = "LINE"
    DESK = "DESK"


class Series(WithId):
    """Bookings on the same weekday for some weeks. Its dates follow from the first; what holds is a booking."""

    __tablename__ = "series"
    __table_args__ = (
        CheckConstraint("dates between 2 and 52 and every_weeks between 1 and 4", name="dates"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    second_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    first_day: Mapped[date]
    dates: Mapped[int] = mapped_column(SmallInteger)
    every_weeks: Mapped[int] = mapped_column(SmallInteger, default=1)
    channel: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Booking(WithId):
    """One trainer, an optional room, one span, one or two participants.

    `version` counts what guests must be told of (when, where, with whom, whether); attendance is not among it.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        Index("ix_bookings_starts_at", "starts_at", "id"),
        Index("ix_bookings_trainer_id", "trainer_id", "starts_at"),
        Index("ix_bookings_lead_id", "lead_id"),
        Index("ix_bookings_held_until", "held_until", postgresql_where=text("state = 'HELD'")),
        Index(
            "uq_bookings_series_day",
            "series_id",
            "series_day",
            unique=True,
            postgresql_where=text("state in ('HELD', 'BOOKED', 'ATTENDED', 'NO_SHOW')"),
        ),
        CheckConstraint("starts_at < ends_at and prep_minutes >= 0 and cleanup_minutes >= 0", name="span"),
        CheckConstraint("(series_id is null) = (series_day is null)", name="series"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    trainer_id: Mapped[int] = mapped_column(ForeignKey("trainers.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    prep_minutes: Mapped[int] = mapped_column(SmallInteger, default=0)
    cleanup_minutes: Mapped[int] = mapped_column(SmallInteger, default=0)
    state: Mapped[str] = mapped_column(Text, default=BookingState.BOOKED)
    channel: Mapped[str] = mapped_column(Text)
    is_named: Mapped[bool] = mapped_column(Boolean, default=False)
    wants_woman: Mapped[bool] = mapped_column(Boolean, default=False)
    price_yen: Mapped[int] = mapped_column(Integer, default=0)
    held_until: Mapped[datetime | None]
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    series_day: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(EncryptedText)
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    waiver: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)

    @property
    def busy_from(self) -> datetime:
        """When trainer and room begin to be taken: preparation included."""
        return self.starts_at - timedelta(minutes=self.prep_minutes)

    @property
    def busy_until(self) -> datetime:
        """When trainer and room are free again: clean-up included."""
        return self.ends_at + timedelta(minutes=self.cleanup_minutes)


class Attendance(StrEnum):
    """What became of one participant on the day."""

    EXPECTED = "EXPECTED"
    ARRIVED = "ARRIVED"
    ATTENDED = "ATTENDED"
    NO_SHOW = "NO_SHOW"


class Participant(WithId):
    """One person in a booking, with own attendance, wear and trial fee. `link_epoch` revokes their link."""

    __tablename__ = "participants"
    __table_args__ = (
        UniqueConstraint("booking_id", "person_id"),
        UniqueConstraint("booking_id", "position"),
        Index("ix_participants_person_id", "person_id"),
        CheckConstraint("position in (1, 2)", name="one_or_two"),
        CheckConstraint("fee_yen >= 0 and late_minutes between 0 and 600", name="amounts"),
    )

    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    position: Mapped[int] = mapped_column(SmallInteger, default=1)
    attendance: Mapped[str] = mapped_column(Text, default=Attendance.EXPECTED)
    arrived_at: Mapped[datetime | None]
    late_minutes: Mapped[int] = mapped_column(SmallInteger, default=0)
    confirmed_at: Mapped[datetime | None]
    needs_wear: Mapped[bool] = mapped_column(Boolean, default=False)
    wear_size: Mapped[str] = mapped_column(Text, default="")
    shoe_cm: Mapped[str] = mapped_column(Text, default="")
    fee_yen: Mapped[int] = mapped_column(Integer, default=0)
    fee_received_at: Mapped[datetime | None]
    fee_method: Mapped[str] = mapped_column(Text, default="")
    fee_received_by: Mapped[str] = mapped_column(Text, default="")
    link_epoch: Mapped[int] = mapped_column(SmallInteger, default=1)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Block(WithId):
    """Time of a trainer or a room that nobody can book: a break, cleaning, a meeting."""

    __tablename__ = "blocks"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        CheckConstraint("num_nonnulls(trainer_id, room_id) = 1", name="one_resource"),
        Index("ix_blocks_starts_at", "starts_at"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    trainer_id: Mapped[int | None] = mapped_column(ForeignKey("trainers.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
    removed_at: Mapped[datetime | None]


class Resource(IntEnum):
    """What can be taken. A claim's key is `resource_id * 4 + kind`, so that one constraint serves all kinds."""

    TRAINER = 0
    ROOM = 1
    PERSON = 2


def resource_key(kind: Resource, resource_id: int) -> int:
    """One number for kind and id together (equality inside the exclusion constraint needs no extension)."""
    return resource_id * 4 + kind


class Claim(WithId):
    """One resource taken for one span by one live booking or block."""

    __tablename__ = "claims"
    __table_args__ = (
        ExcludeConstraint(
            (func.int8range(text("resource"), text("resource"), text("'[]'"), type_=INT8RANGE), "&&"),
            ("span", "&&"),
            name="claims_never_overlap",
            using="gist",
        ),
        CheckConstraint("num_nonnulls(booking_id, block_id) = 1 and not isempty(span)", name="one_holder"),
        Index("ix_claims_booking_id", "booking_id"),
        Index("ix_claims_block_id", "block_id"),
    )

    resource: Mapped[int] = mapped_column(BigInteger)
    span: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    block_id: Mapped[int | None] = mapped_column(ForeignKey("blocks.id"))
