"""Days that are open or closed for payments."""

from datetime import date, timedelta

from sqlalchemy import func, select

from backoffice.billing.models import DayClose
from backoffice.core.db import db


def hold_day(studio_id: int, day: date, *, alone: bool = False) -> None:
    """Keep a day open or closed until the end of the transaction; `alone` waits for payments being written."""
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    db.session.execute(select(lock(func.hashtextextended(f"day-close:{studio_id}:{day.isoformat()}", 0))))


def close_of(studio_id: int, day: date) -> DayClose | None:
    """The close that stands for a day; None while it is open."""
    query = select(DayClose).where(
        DayClose.studio_id == studio_id, DayClose.day == day, DayClose.reopened_at.is_(None)
    )
    return db.session.scalars(query).one_or_none()


def first_open_day(studio_id: int, day: date) -> date:
    """The day itself, or the next one that is not closed."""
    query = select(DayClose.day).where(
        DayClose.studio_id == studio_id, DayClose.day >= day, DayClose.reopened_at.is_(None)
    )
    closed = set(db.session.scalars(query))
    while day in closed:
        day += timedelta(days=1)
    return day
