"""Tables of clients: who has joined, what their trainers know of them, who else trains them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, Sequence, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import Base, WithId

member_numbers = Sequence("member_numbers", start=1001, metadata=Base.metadata)


class Client(WithId):
    """The training side of a person from the day they joined. The person's own row is not copied."""

    __tablename__ = "clients"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), unique=True)
    member_number: Mapped[int] = mapped_column(Integer, unique=True)
    joined_on: Mapped[date]
    """The first day as a member, since they joined the last time; earlier stays are kept with how they ended."""
    left_on: Mapped[date | None]
    """Their last day as a member, also one to come; None while they stay."""
    main_trainer_id: Mapped[int | None] = mapped_column(ForeignKey("trainers.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer, default=1)


class Wish(StrEnum):
    """How somebody likes a session to be, as a closed list: short enough to stand beside a name."""

    QUIET = "QUIET"
    TALK = "TALK"
    MUSIC = "MUSIC"
    NO_MUSIC = "NO_MUSIC"
    WOMAN = "WOMAN"
    MAN = "MAN"


class ClientRecord(WithId):
    """What the trainers of a person know: goals in the person's own words, history, lifestyle, wishes, allergies.

    One row for each person, trial guests too. After two people were made one there are two until the record is saved
    the next time: neither is lost, and `records.record_of` reads them as one.
    """

    __tablename__ = "client_records"
    __table_args__ = (Index("ix_client_records_person_id", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    goals: Mapped[str] = mapped_column(EncryptedText)
    history: Mapped[str] = mapped_column(EncryptedText)
    lifestyle: Mapped[str] = mapped_column(EncryptedText)
    preferences: Mapped[str] = mapped_column(EncryptedText)
    allergies: Mapped[str] = mapped_column(EncryptedText)
    emergency_contact: Mapped[str] = mapped_column(EncryptedText)
    wishes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)


class SubstituteTrainer(WithId):
    """Somebody who steps in for a person's main trainer (代行) and may open the training side while named here."""

    __tablename__ = "substitute_trainers"
    __table_args__ = (
        UniqueConstraint("person_id", "trainer_id"),
        Index("ix_substitute_trainers_trainer_id", "trainer_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    trainer_id: Mapped[int] = mapped_column(ForeignKey("trainers.id"))
    named_at: Mapped[datetime]
    named_by: Mapped[str] = mapped_column(Text)
