"""How long people are given before a month counts as settled: as long as nine of ten who joined here have taken."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import func, select

from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.reports.entries import JOINED, Filters, entries
from backoffice.reports.periods import Period, months_after
from backoffice.studio.models import Studio

ENOUGH = 30
"""Fewer joins than this say too little about the slowest tenth."""

USUAL = 60
"""Days that are taken while too few have joined."""

LOOKED_BACK = 24
"""Months of entry that are looked at; the last two are left out, for only the fast have joined from them."""

SHORTEST = 14


@dataclass(frozen=True)
class Maturity:
    """`days` a month is young for, and from how many `joins` that was seen; `is_observed` when there were enough,
    `is_chosen` when the gym set them."""

    days: int
    joins: int
    is_observed: bool
    is_chosen: bool = False

    @property
    def span(self) -> timedelta:
        """The days as a span of time."""
        return timedelta(days=self.days)


def maturity(filters: Filters, *, now: datetime) -> Maturity:
    """The 90th percentile of days from entry to joining, whole days up; what the gym has set, if it
    has; the usual days when too few have joined.

    Everybody of the studio is looked at, whatever else the filters ask: a source with five joins has no clock of its
    own.
    """
    chosen = db.session.get_one(Studio, filters.studio_id).maturity_days
    if chosen is not None:
        return Maturity(chosen, 0, is_observed=False, is_chosen=True)
    this = local_date(now, filters.zone).replace(day=1)
    looked_at = Period(months_after(this, -LOOKED_BACK), months_after(this, -2))
    everybody = Filters(filters.studio_id, filters.zone, looked_at, filters.basis, is_kept=filters.is_kept)
    people = entries(everybody, now=now)
    ninth = func.percentile_cont(0.9).within_group(people.c.days)
    joins, days = db.session.execute(select(func.count(), ninth).where(people.c.outcome == JOINED)).one()
    if joins < ENOUGH:
        return Maturity(USUAL, joins, is_observed=False)
    return Maturity(max(SHORTEST, ceil(days)), joins, is_observed=True)
