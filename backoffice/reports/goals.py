"""Goals of a month: what a manager wants it to bring. Set on their page, shown with the pace they need."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import check_version
from backoffice.reports.models import MonthGoals
from backoffice.studio import editing
from backoffice.studio.models import Studio

MEASURES = ("enquiries", "trials", "joins", "revenue_yen", "sessions")


@dataclass(frozen=True)
class Goals:
    """What is wanted of a month, by measure: people, trials held, joins, yen received, sessions held. None: no goal."""

    month: date
    wanted: Mapping[str, int | None]
    version: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is wanted."""
        return all(one is None for one in self.wanted.values())


def goals_of(studio_id: int, month: date) -> Goals:
    """The goals of the month that a day lies in; empty where nobody set any."""
    return _shown(month.replace(day=1), _row(studio_id, month))


def set_goals(
    studio_id: int,
    month: date,
    wanted: Mapping[str, int | None],
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Goals:
    """Set the goals of a month. Raises `Stale` when somebody set them since `version` (0: there were none)."""
    editing.locked(Studio, studio_id)
    row = _row(studio_id, month)
    before = _shown(month.replace(day=1), row)
    check_version(before.version, version)
    values = {name: wanted.get(name) for name in MEASURES}
    if values == before.wanted:
        return before
    if row is None:
        row = MonthGoals(studio_id=studio_id, month=before.month, version=0)
        db.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    db.session.flush()
    record("goals.set", "goals", row.id, by=by, now=now, before=before.wanted, after=values)
    return _shown(before.month, row)


def _row(studio_id: int, month: date) -> MonthGoals | None:
    query = select(MonthGoals).where(
        MonthGoals.studio_id == studio_id, MonthGoals.month == month.replace(day=1)
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


def _shown(month: date, row: MonthGoals | None) -> Goals:
    return Goals(
        month, {name: getattr(row, name, None) for name in MEASURES}, 0 if row is None else row.version
    )
