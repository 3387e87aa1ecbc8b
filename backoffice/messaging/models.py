"""Tables of the outbox: one row per message, one per attempt to deliver it."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import Base, WithId


class Kind(StrEnum):
    """Every kind of message; each but the test of a text has its texts in both languages under templates/texts/."""

    BOOKING_CONFIRMED = "booking_confirmed"
    BOOKING_MOVED = "booking_moved"
    BOOKING_CANCELLED = "booking_cancelled"
    REMINDER_DAY_BEFORE = "reminder_day_before"
    REMINDER_TWO_HOURS = "reminder_two_hours"
    SERIES_DATES = "series_dates"
    MOVE_PROPOSED = "move_proposed"
    SLOT_OFFERED = "slot_offered"
    TIMES_OFFERED = "times_offered"
    SCREENING_ASKED = "screening_asked"
    CARE_ASKED = "care_asked"
    CARE_REPLY = "care_reply"
    HOME_PROGRAM = "home_program"
    STAFF_INVITE = "staff_invite"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind, not a password
    WELCOME = "welcome"
    AFTER_COUNSELLING = "after_counselling"
    AFTER_TRIAL = "after_trial"
    AFTER_NO_SHOW = "after_no_show"
    NO_NEXT_BOOKING = "no_next_booking"
    MISSED_YOU = "missed_you"
    FIRST_MONTH = "first_month"
    SHEET_EXPIRING = "sheet_expiring"
    TICKETS_LOW = "tickets_low"
    FREEZE_ENDING = "freeze_ending"
    CARE_REMINDED = "care_reminded"
    LINE_GREETING = "line_greeting"
    LINE_CONNECTED = "line_connected"
    LINE_CODE_REFUSED = "line_code_refused"
    LINE_BOOK = "line_book"
    LINE_CHANGE = "line_change"
    LINE_WAY = "line_way"
    LINE_QUESTION = "line_question"
    LINE_TIMES = "line_times"
    LINE_INVITE = "line_invite"
    WEEKLY_SUMMARY = "weekly_summary"
    WRITTEN = "written"
    TEXT_TEST = "text_test"


class Channel(StrEnum):
    """A road to a person."""

    MAIL = "mail"
    LINE = "line"


class MessageState(StrEnum):
    """Where a message stands. PLANNED and CLAIMED are live; the others are ends, except HELD_FOR_REVIEW."""

    PLANNED = "PLANNED"
    CLAIMED = "CLAIMED"
    SENT = "SENT"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    NOT_SENT = "NOT_SENT"
    HELD_FOR_REVIEW = "HELD_FOR_REVIEW"


class Phase(StrEnum):
    """How far a delivery got: after HANDED_OVER a lost mail connection can no longer be told from success."""

    NONE = "NONE"
    CALLING = "CALLING"
    HANDED_OVER = "HANDED_OVER"


class Message(WithId):
    """A message to one person or staff member. SENT means accepted by the provider, not read or delivered.

    `own_subject` and `own_body` are what somebody wrote for this one alone, with variables in it; `is_own_time`: its
    time was chosen by hand.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index(
            "ix_messages_due", "next_try_at", "id", postgresql_where=text("state in ('PLANNED', 'CLAIMED')")
        ),
        Index("ix_messages_state", "state", "send_at", "id"),
        Index("ix_messages_send_at", "send_at", "id"),
        Index("ix_messages_person_id", "person_id", "send_at"),
        Index("ix_messages_booking_id", "booking_id"),
        Index("ix_messages_lead_id", "lead_id"),
        Index("ix_messages_run_id", "run_id", "step_id", postgresql_where=text("run_id is not null")),
        CheckConstraint("(own_subject is null) = (own_body is null)", name="own_texts"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    booking_version: Mapped[int | None] = mapped_column(Integer)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_runs.id"))
    step_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_steps.id"))
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    dedupe_key: Mapped[str] = mapped_column(Text, unique=True)
    retry_key: Mapped[uuid.UUID] = mapped_column(Uuid, default=uuid.uuid4)
    send_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Text, default=MessageState.PLANNED)
    phase: Mapped[str] = mapped_column(Text, default=Phase.NONE)
    fence: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str | None] = mapped_column(EncryptedText)
    subject: Mapped[str | None] = mapped_column(EncryptedText)
    body: Mapped[str | None] = mapped_column(EncryptedText)
    own_subject: Mapped[str | None] = mapped_column(EncryptedText)
    own_body: Mapped[str | None] = mapped_column(EncryptedText)
    is_own_time: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class MessageRoad(WithId):
    """The road a studio chose for a kind of message. No row: mail."""

    __tablename__ = "message_roads"
    __table_args__ = (UniqueConstraint("studio_id", "kind"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)


class ChannelState(Base):
    """How a channel is doing, for every worker on every host. No row: nothing is known, so it is well.

    `failures` counts calls in a row that the channel itself spoiled. Until `resting_until` nobody calls it; until
    `used_up_until` it takes no more this month. `quota` and `used` are the provider's own numbers of a month.
    """

    __tablename__ = "channel_states"

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    resting_until: Mapped[datetime | None]
    used_up_until: Mapped[datetime | None]
    quota: Mapped[int | None] = mapped_column(Integer)
    used: Mapped[int | None] = mapped_column(Integer)
    read_at: Mapped[datetime | None]


class Attempt(WithId):
    """One call to a provider and what became of it (`Ending`, or how it was interrupted).

    `by_reply`: answered with a reply token, which knows no retry keys.
    """

    __tablename__ = "message_attempts"
    __table_args__ = (Index("ix_message_attempts_message_id", "message_id", "id"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    channel: Mapped[str] = mapped_column(Text)
    fence: Mapped[int] = mapped_column(Integer)
    by_reply: Mapped[bool] = mapped_column(Boolean, default=False)
    retry_key: Mapped[uuid.UUID] = mapped_column(Uuid)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[str] = mapped_column(Text, default="")


class MessageTemplate(WithId):
    """What a gym says instead of the standard text of a kind, from a moment on; without words: the standard text again.

    The newest version holds. Rows are never changed (a trigger refuses it), so an old one can be read and used again.
    """

    __tablename__ = "message_templates"
    __table_args__ = (
        UniqueConstraint("studio_id", "kind", "language", "version"),
        CheckConstraint("(subject is null) = (body is null)", name="both_texts"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    kind: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)


class TextFailure(WithId):
    """A message whose own text could not be written, so that it went out with the standard one."""

    __tablename__ = "text_failures"
    __table_args__ = (
        UniqueConstraint("template_id", "message_id"),
        Index("ix_text_failures_message_id", "message_id"),
    )

    template_id: Mapped[int] = mapped_column(ForeignKey("message_templates.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    at: Mapped[datetime]
