"""The table of files."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedBytes, EncryptedText
from backoffice.core.db import WithId


class MediaType(StrEnum):
    """What a file is, found by its content; nothing else is kept."""

    JPEG = "image/jpeg"
    PDF = "application/pdf"


class Shelf(StrEnum):
    """What a file belongs to. Who may see it follows from this, so the caller always says which shelf it means."""

    PAPERS = "PAPERS"
    PROGRESS = "PROGRESS"
    MEALS = "MEALS"
    AGREEMENTS = "AGREEMENTS"
    """Made by the product when somebody joins; no page takes one away."""


class StoredFile(WithId):
    """A file of a person. Its name is encrypted too: a name like 診断書 says enough.

    Put away (`archived_at`) it can be taken back for 30 days; then its content and name are forgotten, and the
    row stays for the history.
    """

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint("content is not null or archived_at is not null", name="content"),
        CheckConstraint("size between 1 and 2097152", name="size"),
        Index("ix_files_person_id", "person_id", "shelf", "id"),
        Index("ix_files_archived_at", "archived_at", postgresql_where=text("content is not null")),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    shelf: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(EncryptedText)
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes, deferred=True, deferred_raiseload=True)
    uploaded_by: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[datetime]
    archived_by: Mapped[str] = mapped_column(Text, default="")
    archived_at: Mapped[datetime | None]
