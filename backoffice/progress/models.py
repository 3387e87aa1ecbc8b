"""Tables of progress. Numbers are plain, because trends and signals read them; words about a person are encrypted."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId

WEIGHT = "weight"
"""The kind that other features ask for; its name and unit belong to the studio like those of any other."""


class MeasureKind(WithId):
    """Something that is measured here. `least` and `most` are what a body can have: beyond is a slip of the finger.

    `slug` names a kind that every studio begins with; own kinds have none.
    """

    __tablename__ = "measure_kinds"
    __table_args__ = (
        UniqueConstraint("studio_id", "slug"),
        CheckConstraint("least < most", name="bounds"),
        CheckConstraint("decimals between 0 and 2", name="decimals"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    slug: Mapped[str | None] = mapped_column(Text)
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    decimals: Mapped[int] = mapped_column(Integer)
    least: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    most: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    position: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class Measurement(WithId):
    """One value of one day. It is never changed: a wrong one is taken out and measured anew."""

    __tablename__ = "measurements"
    __table_args__ = (Index("ix_measurements_person_id", "person_id", "kind_id", "day", "id"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind_id: Mapped[int] = mapped_column(ForeignKey("measure_kinds.id"))
    day: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    measured_by: Mapped[str] = mapped_column(Text)
    measured_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class MeasureGoal(WithId):
    """Where a value is to go, and by when. The newest row of a kind holds; one without a target ends the goal."""

    __tablename__ = "measure_goals"
    __table_args__ = (Index("ix_measure_goals_person_id", "person_id", "kind_id", "id"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind_id: Mapped[int] = mapped_column(ForeignKey("measure_kinds.id"))
    target: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    by_day: Mapped[date | None]
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime]


class Effect(StrEnum):
    """What a client notices: feels it (after two to three weeks) or sees it (after one to two months)."""

    FELT = "FELT"
    SEEN = "SEEN"


class EffectNote(WithId):
    """A day on which the client noticed something, in their words; the first of each kind is what is told."""

    __tablename__ = "effect_notes"
    __table_args__ = (Index("ix_effect_notes_person_id", "person_id", "id"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    effect: Mapped[str] = mapped_column(Text)
    day: Mapped[date]
    words: Mapped[str] = mapped_column(EncryptedText)
    noted_by: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Pose(StrEnum):
    """From where a photo is taken, so that two of them can be compared."""

    FRONT = "FRONT"
    SIDE = "SIDE"
    BACK = "BACK"


class ProgressPhoto(WithId):
    """A photo of a pose on a day. The picture is a file on a shelf of its own, encrypted and drawn anew."""

    __tablename__ = "progress_photos"
    __table_args__ = (Index("ix_progress_photos_person_id", "person_id", "day", "id"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), unique=True)
    pose: Mapped[str] = mapped_column(Text)
    day: Mapped[date]


class Review(WithId):
    """Where somebody stands `week` weeks after `begun_on`: asked for by a task, written with them in their words."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index("ix_reviews_person_id", "person_id", "due_on", "id"),
        CheckConstraint("(done_at is null) = (done_by = '')", name="done"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    begun_on: Mapped[date]
    week: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date]
    said: Mapped[str] = mapped_column(EncryptedText)
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
