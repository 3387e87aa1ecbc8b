"""The table of incidents. What is told about a person is encrypted; kind, region and days are plain for the list."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class IncidentKind(StrEnum):
    """Nearly, or really: ヒヤリハット or 事故."""

    NEAR_MISS = "NEAR_MISS"
    ACCIDENT = "ACCIDENT"


class Incident(WithId):
    """What happened, to whom and where in the body, what was done; open until it has an outcome.

    The report itself is never changed; opened again, it keeps the outcome it had. `exercise_id` is the entry of the
    library that `exercise` names, if any.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint("closed_at is null or outcome is not null", name="closed_with_an_outcome"),
        CheckConstraint("follow_up_due is null or follow_up is not null", name="due_with_a_follow_up"),
        Index("ix_incidents_open", "studio_id", "id", postgresql_where=text("closed_at is null")),
        Index("ix_incidents_person_id", "person_id"),
        Index("ix_incidents_written_by_staff_id", "written_by_staff_id", "id"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(Text)
    happened_at: Mapped[datetime]
    what: Mapped[str] = mapped_column(EncryptedText)
    exercise: Mapped[str] = mapped_column(EncryptedText)
    exercise_id: Mapped[int | None] = mapped_column(ForeignKey("exercises.id"))
    region: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(EncryptedText)
    follow_up: Mapped[str | None] = mapped_column(EncryptedText)
    follow_up_due: Mapped[date | None]
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(Text)
    written_by_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[str | None] = mapped_column(EncryptedText)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
