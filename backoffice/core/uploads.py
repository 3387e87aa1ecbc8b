"""A chosen file between its preview and its import: kept encrypted for whoever chose it, dropped after a day."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Text, delete, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.audit import Actor
from backoffice.core.contact import plain_text
from backoffice.core.crypto import EncryptedBytes
from backoffice.core.db import WithId, db
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_

KEPT = timedelta(days=1)


class Upload(WithId):
    """A file; `kind` says which import it is for, `result` what that import did."""

    __tablename__ = "uploads"

    kind: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(Text, unique=True)
    file_name: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(EncryptedBytes)
    by_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


def keep_upload(
    kind: str, content: bytes, file_name: str, *, most_bytes: int, by: Actor, now: datetime
) -> Upload:
    """Keep a file until somebody has looked at it. Refuses (Invalid) an empty one and one above `most_bytes`."""
    if not content:
        raise Invalid(N_("The file is empty."), field="file")
    if len(content) > most_bytes:
        raise Invalid(N_("The file is larger than %(limit)s MB."), field="file", limit=most_bytes // 1024**2)
    upload = Upload(
        kind=kind,
        token=secrets.token_urlsafe(18),
        file_name=plain_text(file_name, 100),
        content=content,
        by_staff_id=by.id if by.kind == "staff" else None,
        created_at=now,
        result={},
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def find_upload(kind: str, token: str, *, by: Actor, lock: bool = False) -> Upload:
    """A kept file; only the one who chose it finds it again. Raises `NotFound`."""
    query = select(Upload).where(Upload.kind == kind, Upload.token == token[:64], Upload.by_staff_id == by.id)
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def forget_uploads(*, now: datetime) -> None:
    """Drop files that were chosen more than a day ago, imported or not."""
    db.session.execute(delete(Upload).where(Upload.created_at < now - KEPT))
