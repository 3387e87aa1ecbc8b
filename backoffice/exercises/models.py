"""The table of exercises."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Integer, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


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
