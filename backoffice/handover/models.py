"""The table of handover notes."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class NoteKind(StrEnum):
    """What a note is about. HEALTH goes to one trainer, and whoever wrote it cannot read it again."""

    GENERAL = "GENERAL"
    LOST_PROPERTY = "LOST_PROPERTY"
    HEALTH = "HEALTH"


class HandoverNote(WithId):
    """A note to everybody, to the shift of a `day` or to one trainer, perhaps about a person; open until `done_at`."""

    __tablename__ = "handover_notes"
    __table_args__ = (
        CheckConstraint("kind <> 'HEALTH' or trainer_id is not null", name="health_to_a_trainer"),
        Index("ix_handover_notes_open", "studio_id", "id", postgresql_where=text("done_at is null")),
        Index("ix_handover_notes_person_id", "person_id"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    kind: Mapped[str] = mapped_column(Text, default=NoteKind.GENERAL)
    day: Mapped[date | None]
    trainer_id: Mapped[int | None] = mapped_column(ForeignKey("trainers.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(EncryptedText)
    written_by: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
