"""Reply tokens: with one, an answer to what somebody has just written or tapped on LINE does not count in the month.

A token answers once and for about a minute. It is one row for each account: the claim takes the row away and commits
that before anything is called, so that nobody ever uses a token twice, whatever becomes of the call.
"""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, Text, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId, db, send

GOOD_FOR = timedelta(seconds=50)
"""LINE speaks of a minute; the call itself takes some of it."""


class ReplyToken(WithId):
    """The newest token of an account of LINE that was not used yet."""

    __tablename__ = "reply_tokens"

    address: Mapped[str] = mapped_column(Text, unique=True)
    token: Mapped[str] = mapped_column(EncryptedText)
    happened_at: Mapped[datetime]
    good_until: Mapped[datetime]


_TABLE = cast(Table, ReplyToken.__table__)
_FRESH = insert(_TABLE)
_KEEP = _FRESH.on_conflict_do_update(
    index_elements=["address"],
    set_={name: _FRESH.excluded[name] for name in ("token", "happened_at", "good_until")},
    where=_TABLE.c.happened_at < _FRESH.excluded.happened_at,
)


def keep_reply_token(address: str, token: str, *, happened_at: datetime, received_at: datetime) -> None:
    """Keep the token of an event; the newest event of an account counts, in whatever order they come."""
    good_until = min(happened_at, received_at) + GOOD_FOR
    row = {"address": address, "token": token, "happened_at": happened_at, "good_until": good_until}
    send(_KEEP, row)


def take_reply_token(address: str, *, now: datetime) -> str | None:
    """The token of an account, which is gone with that; None without a good one, or while somebody else takes it."""
    mine = select(ReplyToken.address).where(ReplyToken.address == address, ReplyToken.good_until > now)
    free = mine.with_for_update(skip_locked=True).scalar_subquery()
    return db.session.scalar(
        delete(ReplyToken)
        .where(ReplyToken.address == free)
        .returning(ReplyToken.token)
        .execution_options(synchronize_session=False)
    )


def forget_reply_tokens(*, now: datetime) -> None:
    """Drop tokens that nobody can use any more."""
    db.session.execute(delete(ReplyToken).where(ReplyToken.good_until <= now))
