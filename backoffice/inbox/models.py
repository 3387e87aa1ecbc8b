"""The table of quick replies; conversations themselves are kept where they are heard (`messaging.entries`)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


class QuickReply(WithId):
    """An answer to what many people ask, in both languages; it goes into the field and is sent by a human."""

    __tablename__ = "quick_replies"
    __table_args__ = (Index("ix_quick_replies_studio_id", "studio_id", "position", "id"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    name: Mapped[str] = mapped_column(Text)
    body_ja: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)
