"""Tables of staff: accounts, sessions, one-time tokens, trainers and their hours."""

from datetime import date, datetime, time
from enum import StrEnum

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
from sqlalchemy.dialects.postgresql import ARRAY, INT4MULTIRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import Base, WithId


class Role(StrEnum):
    """What a staff member does; one person may hold several."""

    FRONT_DESK = "FRONT_DESK"
    TRAINER = "TRAINER"
    MANAGER = "MANAGER"
    OWNER = "OWNER"


class StaffState(StrEnum):
    """INVITED has no password yet; SUSPENDED cannot sign in and is signed out at once."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


class Staff(WithId):
    """Somebody who signs in. `epoch` ends all their sessions when it is raised."""

    __tablename__ = "staff"

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    mail: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(Text, default="ja")
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str] = mapped_column(Text, default=StaffState.INVITED)
    password_hash: Mapped[str | None] = mapped_column(Text)
    pin_hash: Mapped[str | None] = mapped_column(Text)
    epoch: Mapped[int] = mapped_column(Integer, default=1)
    home_seen_at: Mapped[datetime | None]
    """Until when a manager has looked through what happened."""
    gets_summary: Mapped[bool] = mapped_column(Boolean, default=True, server_default=text("true"))
    """Whether a manager is sent the summary of the week."""
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer, default=1)


class StaffSession(WithId):
    """A signed-in browser. On a shared PC `staff_id` changes by PIN while the session stays."""

    __tablename__ = "staff_sessions"
    __table_args__ = (Index("ix_staff_sessions_staff_id", "staff_id"),)

    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    epoch: Mapped[int] = mapped_column(Integer)
    is_shared: Mapped[bool] = mapped_column(Boolean, default=False)
    is_locked: Mapped[bool] = mapped_column(Boolean, default=False)
    signed_in_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    fresh_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInFailure(Base):
    """Failures of one key (a mail address or a PIN on a session), counted whether or not the account exists."""

    __tablename__ = "sign_in_failures"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class StaffToken(WithId):
    """A one-time secret sent by mail (invite or reset); only its hash is kept."""

    __tablename__ = "staff_tokens"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    purpose: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Trainer(WithId):
    """Somebody who can be booked: a profile of its own, usually with an account."""

    __tablename__ = "trainers"
    __table_args__ = (UniqueConstraint("studio_id", "slug"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), unique=True)
    slug: Mapped[str] = mapped_column(Text)
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    intro_ja: Mapped[str] = mapped_column(Text, default="")
    intro_en: Mapped[str] = mapped_column(Text, default="")
    is_woman: Mapped[bool] = mapped_column(Boolean, default=False)
    is_public: Mapped[bool] = mapped_column(Boolean, default=True)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class TrainerFeed(WithId):
    """A calendar link of a trainer, made from the account it works for; only the hash of its token is kept."""

    __tablename__ = "trainer_feeds"
    __table_args__ = (
        Index(
            "uq_trainer_feeds_live", "trainer_id", unique=True, postgresql_where=text("revoked_at is null")
        ),
    )

    trainer_id: Mapped[int] = mapped_column(ForeignKey("trainers.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Shift(WithId):
    """Weekly hours of a trainer by the studio's wall clock, with one optional break, from a day on (until a day)."""

    __tablename__ = "shifts"
    __table_args__ = (
        Index("ix_shifts_trainer_id", "trainer_id"),
        CheckConstraint("starts_at < ends_at and weekday between 0 and 6", name="span"),
        CheckConstraint(
            "(break_from is null) = (break_to is null)"
            " and (break_from is null or (starts_at <= break_from and break_from < break_to and break_to <= ends_at))",
            name="break_inside",
        ),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    trainer_id: Mapped[int] = mapped_column(ForeignKey("trainers.id"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    break_from: Mapped[time | None]
    break_to: Mapped[time | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class ShiftDay(WithId):
    """The hours of a trainer on one day; they take the place of the weekly ones.

    `hours` are minutes of the day by the studio's wall clock (1440 is midnight at its end), kept apart by the type
    itself; no span means off, NULL that the weekly hours hold again. Rows stay, so that `version` never begins anew.
    """

    __tablename__ = "shift_days"
    __table_args__ = (
        UniqueConstraint("trainer_id", "day"),
        Index("ix_shift_days_day", "studio_id", "day"),
        CheckConstraint("hours <@ int4range(0, 1440)", name="within_a_day"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    trainer_id: Mapped[int] = mapped_column(ForeignKey("trainers.id"))
    day: Mapped[date]
    hours: Mapped[list[Range[int]] | None] = mapped_column(INT4MULTIRANGE)
    version: Mapped[int] = mapped_column(Integer, default=1)


class TimeOff(WithId):
    """A span in which a trainer does not work, whatever the shift says. Bookings inside it are listed, not moved."""

    __tablename__ = "time_off"
    __table_args__ = (
        Index("ix_time_off_trainer_id", "trainer_id", "starts_at"),
        CheckConstraint("starts_at < ends_at", name="span"),
    )

    trainer_id: Mapped[int] = mapped_column(ForeignKey("trainers.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
