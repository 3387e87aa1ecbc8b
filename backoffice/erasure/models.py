"""The table of erasure: who was erased, by number only. It outlives them, so that a restore erases them again."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class Erasure(WithId):
    """One row that was erased. Two rows that had been made one are two rows here as well.

    `begun_at` is when the person's row was made: a number alone might stand for somebody else after a restore. Without
    `reason` nobody knows it any more.
    """

    __tablename__ = "erasures"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), unique=True)
    begun_at: Mapped[datetime]
    erased_at: Mapped[datetime]
    erased_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(EncryptedText)
