"""The tables of exercises and of their photos."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedBytes
from backoffice.core.db import WithId
from backoffice.files.models import MediaType


class Source(StrEnum):
    """Where an entry comes from: written here, there from the start, or from the file of the named project."""

    OWN = "own"
    START = "start"
    FREE_EXERCISE_DB = "free-exercise-db"


class Exercise(WithId):
    """One exercise. Keys and `search` are folded from the names; `limits` are those it is not good for.

    The usual prescription: `sets` times `amount` (up to `amount_to`) of the `unit`, `counted` in total or on each
    side, each held for `hold_seconds`. Entries without a Japanese name are kept, but not offered for programs.
    """

    __tablename__ = "exercises"
    __table_args__ = (
        UniqueConstraint("studio_id", "source", "source_key"),
        CheckConstraint("name_ja <> '' or name_en <> ''", name="named"),
        CheckConstraint(
            "sets > 0 and amount > 0 and hold_seconds > 0 and (amount_to is null or amount_to > amount)",
            name="amounts",
        ),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    source: Mapped[str] = mapped_column(Text, default=Source.OWN)
    source_key: Mapped[str | None] = mapped_column(Text)
    name_ja: Mapped[str] = mapped_column(Text)
    kana: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    ja_key: Mapped[str] = mapped_column(Text)
    kana_key: Mapped[str] = mapped_column(Text)
    en_key: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(Text)
    section: Mapped[str] = mapped_column(Text)
    settings: Mapped[list[str]] = mapped_column(ARRAY(Text))
    equipment: Mapped[list[str]] = mapped_column(ARRAY(Text))
    muscles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    supporting: Mapped[list[str]] = mapped_column(ARRAY(Text))
    limits: Mapped[list[str]] = mapped_column(ARRAY(Text))
    cues_ja: Mapped[str] = mapped_column(Text)
    cues_en: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    counted: Mapped[str] = mapped_column(Text)
    sets: Mapped[int | None] = mapped_column(SmallInteger)
    amount: Mapped[int | None] = mapped_column(SmallInteger)
    amount_to: Mapped[int | None] = mapped_column(SmallInteger)
    hold_seconds: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class ExercisePhoto(WithId):
    """A photo of an exercise, taken here and drawn anew; put away it is kept for another month."""

    __tablename__ = "exercise_photos"
    __table_args__ = (
        Index("ix_exercise_photos_exercise_id", "exercise_id", "id"),
        CheckConstraint("size between 1 and 2097152", name="size"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    exercise_id: Mapped[int] = mapped_column(ForeignKey("exercises.id"))
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(EncryptedBytes, deferred=True, deferred_raiseload=True)
    uploaded_by: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    @property
    def media_type(self) -> MediaType:
        """What it is handed out as: a photo is always drawn as a JPEG."""
        return MediaType.JPEG

    @property
    def name(self) -> str:
        """What it is called when somebody saves it."""
        return f"exercise-{self.exercise_id}-{self.id}.jpg"
