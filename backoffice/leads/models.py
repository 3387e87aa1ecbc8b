"""Tables of leads: an enquiry, its stages for ever, and the lists they choose from."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import Base, WithId


class Stage(StrEnum):
    """Where a lead stands. JOINED and LOST are ends; a lost lead may be reopened."""

    NEW = "NEW"
    CONTACTED = "CONTACTED"
    COUNSELLING_BOOKED = "COUNSELLING_BOOKED"
    COUNSELLED = "COUNSELLED"
    TRIAL_BOOKED = "TRIAL_BOOKED"
    TRIALLED = "TRIALLED"
    JOINED = "JOINED"
    LOST = "LOST"


CLOSED_STAGES = (Stage.JOINED, Stage.LOST)


class LeadSource(Base):
    """Where enquiries come from (きっかけ), in the studio's own words."""

    __tablename__ = "lead_sources"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), unique=True)
    """By which the audit knows it."""
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class LostReason(Base):
    """Why a lead was not won, in the studio's own words."""

    __tablename__ = "lost_reasons"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), unique=True)
    """By which the audit knows it."""
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class Lead(WithId):
    """One enquiry of a person. A person may come back with a second one; the history of each stays."""

    __tablename__ = "leads"
    __table_args__ = (
        Index("ix_leads_person_id", "person_id"),
        Index("ix_leads_opened_at", "opened_at", "id"),
        Index("ix_leads_stage", "stage", "opened_at", "id"),
        Index("ix_leads_open", "opened_at", "id", postgresql_where=text("closed_at is null")),
        Index("ix_leads_owner", "owner_staff_id", "opened_at", "id"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    source: Mapped[str] = mapped_column(ForeignKey("lead_sources.key"))
    article: Mapped[str] = mapped_column(Text, default="")
    utm: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    interest: Mapped[str] = mapped_column(Text, default="")
    enquiry: Mapped[str | None] = mapped_column(EncryptedText)
    owner_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    stage: Mapped[str] = mapped_column(Text, default=Stage.NEW)
    stage_since: Mapped[datetime]
    opened_at: Mapped[datetime]
    first_reply_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    lost_reason: Mapped[str | None] = mapped_column(ForeignKey("lost_reasons.key"))
    import_key: Mapped[str | None] = mapped_column(Text, unique=True)
    version: Mapped[int] = mapped_column(Integer, default=1)


class StageChange(WithId):
    """One step of a lead, kept for ever."""

    __tablename__ = "stage_changes"
    __table_args__ = (Index("ix_stage_changes_lead_id", "lead_id", "id"),)

    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    from_stage: Mapped[str | None] = mapped_column(Text)
    to_stage: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_label: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))


class CallOutcome(StrEnum):
    """What came of a call in which nobody was spoken to: 不在, 留守電, 折り返し待ち."""

    NO_ANSWER = "NO_ANSWER"
    VOICEMAIL = "VOICEMAIL"
    CALLS_BACK = "CALLS_BACK"


class Call(WithId):
    """One call to a person, kept for ever; one that was noted by mistake stays too, with `taken_back_at`.

    `due_before` and `due_after` say how it moved the lead's next action, `stopped_clock` that it was the first reply.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_lead_id", "lead_id", "id"),
        Index("ix_calls_person_id", "person_id", "id"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    outcome: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_label: Mapped[str] = mapped_column(Text)
    due_before: Mapped[datetime | None]
    due_after: Mapped[datetime | None]
    stopped_clock: Mapped[bool] = mapped_column(Boolean, default=False)
    taken_back_at: Mapped[datetime | None]


class SavedView(WithId):
    """Filters of the lead list kept under a name: one's own, or shared with everybody (no words searched for)."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("staff_id", "name"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(Text)
    asked: Mapped[dict[str, str]] = mapped_column(JSONB)
    is_shared: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]
