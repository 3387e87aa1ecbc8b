"""Which column of a file meant what, remembered for the next file with the same titles."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId, db


class ColumnChoice(WithId):
    """What somebody said of files of a kind with the same set of titles (column → title); the newest word holds."""

    __tablename__ = "column_choices"
    __table_args__ = (UniqueConstraint("studio_id", "kind", "header_key"),)

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    kind: Mapped[str] = mapped_column(Text)
    header_key: Mapped[str] = mapped_column(Text)
    columns: Mapped[dict[str, str]] = mapped_column(JSONB)
    chosen_at: Mapped[datetime]


def remembered_columns(studio_id: int, kind: str, header: Sequence[str]) -> dict[str, str] | None:
    """What the columns of a file with these titles, in any order, meant the last time; None when never said."""
    return db.session.scalar(
        select(ColumnChoice.columns).where(
            ColumnChoice.studio_id == studio_id,
            ColumnChoice.kind == kind,
            ColumnChoice.header_key == _key(header),
        )
    )


def remember_columns(
    studio_id: int, kind: str, header: Sequence[str], columns: Mapping[str, str], *, now: datetime
) -> None:
    """Keep what was said; it takes the place of what was said before."""
    said = {"columns": dict(columns), "chosen_at": now}
    choice = insert(ColumnChoice).values(studio_id=studio_id, kind=kind, header_key=_key(header), **said)
    db.session.execute(
        choice.on_conflict_do_update(index_elements=["studio_id", "kind", "header_key"], set_=said)
    )


def _key(header: Sequence[str]) -> str:
    """The fingerprint of a set of titles."""
    return hashlib.sha256("\x1f".join(sorted(set(header))).encode()).hexdigest()
