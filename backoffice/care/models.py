"""Tables of CARE. What is written about a person is encrypted; numbers, days and outcomes are plain for signals."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class Topic(StrEnum):
    """What a note is about."""

    REST = "REST"
    SLEEP = "SLEEP"
    DIET = "DIET"


class Outcome(StrEnum):
    """What became of what was agreed."""

    KEPT = "KEPT"
    PARTLY = "PARTLY"
    NOT = "NOT"
    DROPPED = "DROPPED"


class CareNote(WithId):
    """What a trainer noticed and advised, with a target and a day to ask about it; open until it has an outcome."""

    __tablename__ = "care_notes"
    __table_args__ = (
        CheckConstraint("(closed_at is null) = (outcome is null)", name="closed_with_an_outcome"),
        Index("ix_care_notes_open", "person_id", "due_on", postgresql_where=text("closed_at is null")),
        Index("ix_care_notes_person_id", "person_id", "id"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    topic: Mapped[str] = mapped_column(Text)
    noticed: Mapped[str] = mapped_column(EncryptedText)
    advice: Mapped[str] = mapped_column(EncryptedText)
    target: Mapped[str] = mapped_column(EncryptedText)
    due_on: Mapped[date]
    written_by: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(Text)
    outcome_words: Mapped[str] = mapped_column(EncryptedText)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class CarePlan(WithId):
    """What is aimed at and asked of a person from a moment on. The newest holds; older ones stay as they were.

    A row each time, so two rows made one keep both histories.
    """

    __tablename__ = "care_plans"
    __table_args__ = (Index("ix_care_plans_person_id", "person_id", "id"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    sleep_hours: Mapped[Decimal] = mapped_column(Numeric(3, 1))
    water_litres: Mapped[Decimal] = mapped_column(Numeric(3, 1))
    protein_meals: Mapped[int] = mapped_column(SmallInteger)
    screens_off_minutes: Mapped[int] = mapped_column(SmallInteger)
    questions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    habits: Mapped[list[str]] = mapped_column(ARRAY(Text))
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class CheckIn(WithId):
    """What a person told us about a day. Told again on the day, the newer answers take the place of the older ones."""

    __tablename__ = "check_ins"
    __table_args__ = (
        CheckConstraint("sleep_hours between 0 and 24", name="sleep_hours"),
        CheckConstraint(
            "fatigue between 1 and 5 and soreness between 1 and 5 and stress between 1 and 5", name="scales"
        ),
        Index("ix_check_ins_person_id", "person_id", "day"),
        Index("ix_check_ins_unseen", "person_id", "day", postgresql_where=text("seen_at is null")),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    day: Mapped[date]
    sleep_hours: Mapped[Decimal | None] = mapped_column(Numeric(3, 1))
    fatigue: Mapped[int | None] = mapped_column(SmallInteger)
    soreness: Mapped[int | None] = mapped_column(SmallInteger)
    meals_kept: Mapped[int | None] = mapped_column(SmallInteger)
    stress: Mapped[int | None] = mapped_column(SmallInteger)
    water_litres: Mapped[Decimal | None] = mapped_column(Numeric(3, 1))
    protein_meals: Mapped[int | None] = mapped_column(SmallInteger)
    vegetable_meals: Mapped[int | None] = mapped_column(SmallInteger)
    staple: Mapped[int | None] = mapped_column(SmallInteger)
    fat: Mapped[int | None] = mapped_column(SmallInteger)
    screens_off_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    habits: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    has_words: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str | None] = mapped_column(EncryptedText)
    video: Mapped[str | None] = mapped_column(EncryptedText)
    meal_file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), unique=True)
    answered_with: Mapped[str] = mapped_column(Text, default="")
    told_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class CareReply(WithId):
    """A trainer's answer to what somebody told. The message carries a link to it, never its words."""

    __tablename__ = "care_replies"
    __table_args__ = (Index("ix_care_replies_person_id", "person_id", "id"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    words: Mapped[str] = mapped_column(EncryptedText)
    written_by: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
