"""Tables of programs. A version is written once and never changed; names and notes are encrypted."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class Program(WithId):
    """A plan of a person for the gym or for home, or a template (no person, no dates) that is copied to people.

    Weeks are counted from the Monday of `starts_on`. `link_epoch` goes up when links that were handed out end.
    """

    __tablename__ = "programs"
    __table_args__ = (
        CheckConstraint("(person_id is null) = (starts_on is null)", name="of_a_person_or_template"),
        CheckConstraint("place in ('gym', 'home')", name="place"),
        Index("ix_programs_person_id", "person_id", "id"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    place: Mapped[str] = mapped_column(Text)
    name_ja: Mapped[str] = mapped_column(EncryptedText)
    name_en: Mapped[str] = mapped_column(EncryptedText)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    link_epoch: Mapped[int] = mapped_column(Integer, default=0)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class ProgramVersion(WithId):
    """How a program is from a date on, until a version with a later date. Of two with one date the newer holds.

    `weeks` go round; `weekly` is how many sessions a week were agreed.
    """

    __tablename__ = "program_versions"
    __table_args__ = (
        CheckConstraint("weeks between 1 and 12 and weekly between 1 and 7", name="amounts"),
        Index("ix_program_versions_program_id", "program_id", "valid_from", "id"),
    )

    program_id: Mapped[int] = mapped_column(ForeignKey("programs.id"))
    valid_from: Mapped[date]
    weeks: Mapped[int] = mapped_column(SmallInteger)
    weekly: Mapped[int] = mapped_column(SmallInteger)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class Workout(WithId):
    """One day of a version: its week (from 1) and weekday (0 is Monday)."""

    __tablename__ = "workouts"
    __table_args__ = (
        UniqueConstraint("version_id", "week", "weekday"),
        CheckConstraint("week between 1 and 12 and weekday between 0 and 6", name="day"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("program_versions.id"))
    week: Mapped[int] = mapped_column(SmallInteger)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    name_ja: Mapped[str] = mapped_column(EncryptedText)
    name_en: Mapped[str] = mapped_column(EncryptedText)


class ProgramItem(WithId):
    """One exercise of a day: sets of an amount (up to `amount_to`) of the unit, with kg, seconds and effort (RPE).

    Items of one block are done in turn, as a superset.
    """

    __tablename__ = "program_items"
    __table_args__ = (
        UniqueConstraint("workout_id", "position"),
        CheckConstraint(
            "sets between 1 and 20 and amount between 1 and 999 and (amount_to is null or amount_to > amount)"
            " and load_kg >= 0 and hold_seconds > 0 and rest_seconds >= 0 and rpe between 1 and 10",
            name="amounts",
        ),
        Index("ix_program_items_exercise_id", "exercise_id"),
    )

    workout_id: Mapped[int] = mapped_column(ForeignKey("workouts.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    block: Mapped[int] = mapped_column(SmallInteger)
    exercise_id: Mapped[int] = mapped_column(ForeignKey("exercises.id"))
    unit: Mapped[str] = mapped_column(Text)
    counted: Mapped[str] = mapped_column(Text)
    sets: Mapped[int] = mapped_column(SmallInteger)
    amount: Mapped[int] = mapped_column(SmallInteger)
    amount_to: Mapped[int | None] = mapped_column(SmallInteger)
    load_kg: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    hold_seconds: Mapped[int | None] = mapped_column(SmallInteger)
    rest_seconds: Mapped[int | None] = mapped_column(SmallInteger)
    rpe: Mapped[Decimal | None] = mapped_column(Numeric(3, 1))
    note: Mapped[str] = mapped_column(EncryptedText)
