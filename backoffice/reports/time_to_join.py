"""How many days people took to join, and how many the others have had so far: what the curve is drawn from."""

from datetime import datetime

from sqlalchemy import func, select

from backoffice.core.db import db
from backoffice.reports.entries import JOINED, Filters, entries
from backoffice.reports.survival import Seen


def seen_days(filters: Filters, *, now: datetime) -> dict[int, Seen]:
    """By days since entering: who joined on that day, and who has not joined and entered so many days ago."""
    people = entries(filters, now=now)
    has_joined = people.c.outcome == JOINED
    counts = (func.count().filter(has_joined), func.count().filter(~has_joined))
    rows = db.session.execute(select(people.c.days, *counts).group_by(people.c.days))
    return {days: Seen(joined, waiting) for days, joined, waiting in rows}
