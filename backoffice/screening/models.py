"""Tables of screening. What somebody answers and why a trainer decided are encrypted; verdict and limits are not."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class SheetVersion(WithId):
    """The questions as they stood from a moment on. A version is never changed, so old answers stay readable."""

    __tablename__ = "sheet_versions"
    __table_args__ = (UniqueConstraint("studio_id", "number"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    number: Mapped[int] = mapped_column(Integer)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)


class Screening(WithId):
    """One answered sheet. `answers` is JSON by question; `has_yes` alone is readable, for the traffic light."""

    __tablename__ = "screenings"
    __table_args__ = (Index("ix_screenings_person_id", "person_id", "id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("sheet_versions.id"))
    answers: Mapped[str] = mapped_column(EncryptedText)
    signature: Mapped[str] = mapped_column(EncryptedText)
    has_yes: Mapped[bool] = mapped_column(Boolean)
    language: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime]
    answered_with: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[date]


class Verdict(StrEnum):
    """What a trainer decides: anything goes, with limits, or a doctor has to be asked first."""

    CLEAR = "CLEAR"
    LIMITS = "LIMITS"
    DOCTOR = "DOCTOR"


class ScreeningDecision(WithId):
    """A trainer's decision, with its reason; the newest holds, until its time is over or a newer sheet is answered.

    Without a sheet (`screening_id` empty) it was decided after asking in person, and holds for that day.
    """

    __tablename__ = "screening_decisions"
    __table_args__ = (
        Index("ix_screening_decisions_person_id", "person_id", "id"),
        CheckConstraint("(verdict = 'LIMITS') = (cardinality(limits) > 0)", name="limits"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    screening_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("screenings.id"))
    verdict: Mapped[str] = mapped_column(Text)
    limits: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[str] = mapped_column(EncryptedText)
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(Text)
    holds_until: Mapped[datetime]
