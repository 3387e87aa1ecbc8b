"""One form, one action: a form's token is unique, so a double click or a retry shows the first result."""

import secrets
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, Text, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import Base, db, send

KEPT = timedelta(days=7)


class Submission(Base):
    """A form that was acted on, and the address that shows what came of it."""

    __tablename__ = "submissions"

    token: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


_TABLE = cast(Table, Submission.__table__)
_TAKE = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.token)
_KEEP = update(_TABLE).where(_TABLE.c.token == bindparam("used")).values(result=bindparam("led_to"))


def new_token() -> str:
    """A fresh token for a form about to be shown."""
    return secrets.token_urlsafe(18)


def first_use(token: str, kind: str, *, now: datetime) -> bool:
    """Take the token in this transaction. False when it was used before.

    A twin request that is still running holds the key, so this waits for it and then answers False.
    """
    row = {"token": token[:64], "kind": kind, "result": "", "created_at": now}
    return send(_TAKE, row).scalar() is not None


def keep_result(token: str, result: str) -> None:
    """Remember where the first use of the token led (a path, never personal data)."""
    send(_KEEP, {"used": token[:64], "led_to": result})


def result_of(token: str) -> str | None:
    """Where the first use of the token led; None when there was none."""
    return db.session.scalar(select(Submission.result).where(Submission.token == token[:64]))


def forget_old(*, now: datetime) -> None:
    """Drop tokens that no open form can carry any more."""
    db.session.execute(delete(Submission).where(Submission.created_at < now - KEPT))
