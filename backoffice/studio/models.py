"""Tables of the studio: where, what can be booked, in which room, on which days."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


class Studio(WithId):
    """One gym. Zone, quiet hours and the words a visitor needs to find it.

    The database renews `setup_stamp` whenever anything of the set-up changes (the studio, services, rooms, hours,
    trainers, staff, lists to choose from): what was read under one stamp holds as long as the stamp does.
    """

    __tablename__ = "studios"
    __table_args__ = (
        CheckConstraint("cut_off_day between 1 and 28 and freeze_fee_yen >= 0", name="freezing"),
        CheckConstraint("maturity_days between 7 and 365", name="maturity_days"),
    )

    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    zone: Mapped[str] = mapped_column(Text, default="Asia/Tokyo")
    phone: Mapped[str] = mapped_column(Text, default="")
    mail: Mapped[str] = mapped_column(Text, default="")
    address_ja: Mapped[str] = mapped_column(Text, default="")
    address_en: Mapped[str] = mapped_column(Text, default="")
    way_ja: Mapped[str] = mapped_column(Text, default="")
    way_en: Mapped[str] = mapped_column(Text, default="")
    bring_ja: Mapped[str] = mapped_column(Text, default="")
    bring_en: Mapped[str] = mapped_column(Text, default="")
    changing_ja: Mapped[str] = mapped_column(Text, default="")
    changing_en: Mapped[str] = mapped_column(Text, default="")
    map_url: Mapped[str] = mapped_column(Text, default="")
    line_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The basic id of the gym's LINE account (@…); empty without one."""
    quiet_from: Mapped[time] = mapped_column(default=time(21, 0))
    quiet_to: Mapped[time] = mapped_column(default=time(8, 0))
    follow_ups_a_week: Mapped[int] = mapped_column(SmallInteger, default=2, server_default="2")
    forgives_first_late_cancel: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    forgiving_changed_at: Mapped[datetime | None]
    """When that was last changed: what was cancelled before is not judged anew."""
    cut_off_day: Mapped[int] = mapped_column(SmallInteger, default=10, server_default="10")
    """Until which day of a month members say that they freeze or leave from the next one on."""
    freeze_fee_yen: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Owed for each month that a freeze takes the place of."""
    joining_fee_yen: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    maturity_days: Mapped[int | None] = mapped_column(SmallInteger)
    """How many days a month of the funnel counts as young; None: as long as nine of ten have taken to join."""
    skipped_steps: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    """First steps that are right as they were founded."""
    slot_step_minutes: Mapped[int] = mapped_column(SmallInteger, default=15)
    horizon_days: Mapped[int] = mapped_column(SmallInteger, default=60)
    version: Mapped[int] = mapped_column(Integer, default=1)
    setup_stamp: Mapped[UUID] = mapped_column(Uuid, server_default=text("gen_random_uuid()"))


class ServiceKind(StrEnum):
    """What a service is for; reports and colours go by kind, names are the studio's own."""

    COUNSELLING = "COUNSELLING"
    TRIAL = "TRIAL"
    SESSION = "SESSION"
    CARE = "CARE"
    ONLINE = "ONLINE"


class Service(WithId):
    """Something that can be booked. Preparation and clean-up (minutes) take the trainer and the room, not the guest."""

    __tablename__ = "services"
    __table_args__ = (
        UniqueConstraint("studio_id", "slug"),
        CheckConstraint(
            "minutes > 0 and prep_minutes >= 0 and cleanup_minutes >= 0 and price_yen >= 0", name="amounts"
        ),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    slug: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int] = mapped_column(SmallInteger)
    prep_minutes: Mapped[int] = mapped_column(SmallInteger, default=0)
    cleanup_minutes: Mapped[int] = mapped_column(SmallInteger, default=0)
    price_yen: Mapped[int] = mapped_column(Integer, default=0)
    is_public: Mapped[bool] = mapped_column(Boolean, default=False)
    needs_room: Mapped[bool] = mapped_column(Boolean, default=True)
    offers_wear: Mapped[bool] = mapped_column(Boolean, default=False)
    uses_tickets: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    max_participants: Mapped[int] = mapped_column(SmallInteger, default=2)
    notice_minutes: Mapped[int] = mapped_column(Integer, default=120)
    change_until_hours: Mapped[int] = mapped_column(SmallInteger, default=24)
    cancel_until_hours: Mapped[int] = mapped_column(SmallInteger, default=24)
    reminds_day_before: Mapped[bool] = mapped_column(Boolean, default=True)
    reminds_two_hours_before: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class Room(WithId):
    """A place for one booking at a time."""

    __tablename__ = "rooms"

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class OpeningHours(WithId):
    """When the studio is open on a weekday (0 = Monday), by its own wall clock. No row means closed that weekday."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        UniqueConstraint("studio_id", "weekday"),
        CheckConstraint("opens_at < closes_at and weekday between 0 and 6", name="span"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens_at: Mapped[time]
    closes_at: Mapped[time]


class SpecialDay(WithId):
    """A closing day (no hours) or a short day (other hours): お盆, 年末年始, a repair."""

    __tablename__ = "special_days"
    __table_args__ = (
        UniqueConstraint("studio_id", "day"),
        CheckConstraint(
            "(opens_at is null) = (closes_at is null) and (opens_at is null or opens_at < closes_at)",
            name="span",
        ),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    day: Mapped[date]
    name_ja: Mapped[str] = mapped_column(Text, default="")
    name_en: Mapped[str] = mapped_column(Text, default="")
    opens_at: Mapped[time | None]
    closes_at: Mapped[time | None]
    version: Mapped[int] = mapped_column(Integer, default=1)
