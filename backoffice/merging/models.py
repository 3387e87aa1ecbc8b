"""Tables of merging: what was merged and how to take it back, and who was said to be two people."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class PersonMerge(WithId):
    """One merge. `moved` holds the ids of the rows that changed hands, by table and column.

    `before` and `after` are the fields of both rows as JSON, encrypted. While a merge stands (`undone_at` empty) its
    dropped row is archived; the unique index lets a row be dropped once.
    """

    __tablename__ = "person_merges"
    __table_args__ = (
        Index(
            "uq_person_merges_dropped", "dropped_id", unique=True, postgresql_where=text("undone_at is null")
        ),
        Index("ix_person_merges_kept", "kept_id"),
        CheckConstraint("kept_id <> dropped_id", name="two_rows"),
    )

    kept_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    dropped_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    moved: Mapped[dict[str, Any]] = mapped_column(JSONB)
    before: Mapped[str] = mapped_column(EncryptedText)
    after: Mapped[str] = mapped_column(EncryptedText)
    merged_at: Mapped[datetime]
    merged_by: Mapped[str] = mapped_column(Text)
    undone_at: Mapped[datetime | None]


class PersonPairApart(WithId):
    """Two people who look alike (a family with one phone) and are not one: they are not proposed again."""

    __tablename__ = "person_pairs_apart"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="ordered"),
    )

    low_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"))
    high_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"))
    at: Mapped[datetime]
    by_label: Mapped[str] = mapped_column(Text)
