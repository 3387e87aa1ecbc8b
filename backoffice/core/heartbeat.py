"""When periodic work last finished: health is read from here, because a pinged worker may still consume nothing."""

from datetime import datetime

from sqlalchemy import Text, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import Base, db


class Heartbeat(Base):
    """The last good end of one kind of periodic work (a sweep, the backup)."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    finished_at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(Text, default="")


def beat(name: str, *, now: datetime, detail: str = "") -> None:
    """Record that `name` has just finished well."""
    values = {"finished_at": now, "detail": detail}
    statement = insert(Heartbeat).values(name=name, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def forget_beat(name: str) -> None:
    """As if `name` had never finished."""
    db.session.execute(delete(Heartbeat).where(Heartbeat.name == name))


def last_beat(name: str) -> datetime | None:
    """When `name` last finished well; None when it never did."""
    return db.session.scalar(select(Heartbeat.finished_at).where(Heartbeat.name == name))


def detail_of(name: str) -> str | None:
    """What the last end of `name` said; None when there was none."""
    return db.session.scalar(select(Heartbeat.detail).where(Heartbeat.name == name))
