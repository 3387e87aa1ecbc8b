"""Tables of session logs: what was done in a visit, set by set, what hurt, what was written (encrypted)."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class SessionLog(WithId):
    """What happened in a visit of one participant. It exists from the start of the session, `saved_at` once written up.

    `draft` is the card as it was typed last (JSON), kept at each touch and gone with saving. `to_self` is read at the
    next session. `held_on` is the studio's day of the visit.
    """

    __tablename__ = "session_logs"
    __table_args__ = (
        Index(
            "ix_session_logs_person_id", "person_id", "held_on", postgresql_where=text("saved_at is not null")
        ),
        CheckConstraint("effort between 1 and 10", name="effort"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    workout_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("workouts.id"))
    held_on: Mapped[date]
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime | None]
    saved_by: Mapped[str] = mapped_column(Text, default="")
    effort: Mapped[Decimal | None] = mapped_column(Numeric(3, 1))
    note: Mapped[str] = mapped_column(EncryptedText)
    to_self: Mapped[str] = mapped_column(EncryptedText)
    draft: Mapped[str | None] = mapped_column(EncryptedText)
    draft_at: Mapped[datetime | None]
    draft_by: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class LoggedSet(WithId):
    """One set as it was done: load in kg, amount of the unit (seconds for a hold), effort as RPE. Never the plan."""

    __tablename__ = "logged_sets"
    __table_args__ = (
        UniqueConstraint("log_id", "place", "number"),
        Index("ix_logged_sets_exercise_id", "exercise_id", "log_id"),
        CheckConstraint("load_kg >= 0 and amount > 0 and rpe between 1 and 10", name="amounts"),
    )

    log_id: Mapped[int] = mapped_column(ForeignKey("session_logs.id"))
    exercise_id: Mapped[int] = mapped_column(ForeignKey("exercises.id"))
    place: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(SmallInteger)
    unit: Mapped[str] = mapped_column(Text)
    load_kg: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    amount: Mapped[int | None] = mapped_column(SmallInteger)
    rpe: Mapped[Decimal | None] = mapped_column(Numeric(3, 1))


class LoggedPain(WithId):
    """How much a region of the body hurt in a session, from 0 (nothing) to 10."""

    __tablename__ = "logged_pains"
    __table_args__ = (
        UniqueConstraint("log_id", "region"),
        CheckConstraint("level between 0 and 10", name="level"),
    )

    log_id: Mapped[int] = mapped_column(ForeignKey("session_logs.id"))
    region: Mapped[str] = mapped_column(Text)
    level: Mapped[int] = mapped_column(SmallInteger)


class LogRevision(WithId):
    """What a log said before a late correction (JSON): after two days nothing is overwritten without a trace."""

    __tablename__ = "log_revisions"
    __table_args__ = (Index("ix_log_revisions_log_id", "log_id"),)

    log_id: Mapped[int] = mapped_column(ForeignKey("session_logs.id"))
    content: Mapped[str] = mapped_column(EncryptedText)
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[str] = mapped_column(Text)
