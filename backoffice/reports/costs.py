"""What sources cost, by month: entered by a manager, put beside what they brought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_
from backoffice.leads.queries import sources
from backoffice.reports.models import SourceCost
from backoffice.reports.periods import Period
from backoffice.studio import editing
from backoffice.studio.models import Studio

MOST_YEN = 100_000_000
AMOUNT = N_("Please enter whole yen from 0 to 100,000,000, or nothing.")
UNKNOWN = N_("This source is not in use any more.")


@dataclass(frozen=True)
class MonthCosts:
    """Yen by the key of a source; a source that is not in it has no cost entered. `version` grows with every change."""

    month: date
    yen: Mapping[str, int]
    version: int = 0


def costs_of(studio_id: int, month: date) -> MonthCosts:
    """What was entered for the month that a day lies in."""
    return _shown(month.replace(day=1), _rows(studio_id, month))


def set_costs(
    studio_id: int,
    month: date,
    yen: Mapping[str, int | None],
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> MonthCosts:
    """Enter what sources cost in a month (None: nothing is known); those that are not named keep theirs.

    Raises `Stale` when somebody did since `version` (0: nothing was entered); refuses (Invalid) amounts below zero or
    above a hundred million yen, and a source that is not in use and has no cost yet.
    """
    editing.locked(Studio, studio_id)
    rows = _rows(studio_id, month)
    before = _shown(month.replace(day=1), rows)
    check_version(before.version, version)
    _check(yen, known={*before.yen, *(one.key for one in sources())})
    after = dict(before.yen)
    for source, amount in yen.items():
        if amount == after.get(source):
            continue
        row = rows.get(source)
        if row is None:
            row = SourceCost(studio_id=studio_id, month=before.month, source=source, version=0)
            db.session.add(row)
        row.yen, row.version = amount, row.version + 1
        after = {key: one for key, one in {**after, source: amount}.items() if one is not None}
    if after == before.yen:
        return before
    db.session.flush()
    said = {"month": before.month}
    record("costs.set", "costs", None, by=by, now=now, before=said | dict(before.yen), after=said | after)
    return costs_of(studio_id, month)


def costs_by_source(studio_id: int, period: Period) -> dict[str, int]:
    """Yen that each source cost in all months of a period; only those with something entered. One statement."""
    query = (
        select(SourceCost.source, func.sum(SourceCost.yen))
        .where(
            SourceCost.studio_id == studio_id, SourceCost.month.between(period.first, period.last),
            SourceCost.yen.is_not(None),
        )
        .group_by(SourceCost.source)
    )  # fmt: skip
    return {source: int(yen or 0) for source, yen in db.session.execute(query)}


def _check(yen: Mapping[str, int | None], *, known: set[str]) -> None:
    for source, amount in yen.items():
        if amount is not None and not 0 <= amount <= MOST_YEN:
            raise Invalid(AMOUNT, field=f"yen_{source}")
        if source not in known:
            raise Invalid(UNKNOWN)


def _rows(studio_id: int, month: date) -> dict[str, SourceCost]:
    query = select(SourceCost).where(
        SourceCost.studio_id == studio_id, SourceCost.month == month.replace(day=1)
    )
    return {row.source: row for row in db.session.scalars(query.execution_options(populate_existing=True))}


def _shown(month: date, rows: Mapping[str, SourceCost]) -> MonthCosts:
    yen = {row.source: row.yen for row in rows.values() if row.yen is not None}
    return MonthCosts(month, yen, sum(row.version for row in rows.values()))
