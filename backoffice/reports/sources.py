"""What each source (or article) brought and cost: enquiries, trials, members, and what those have paid until now.

Enquiries and joins are the funnel's (`reports/entries.py`), so a number here is the same number there.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import false, func, null, select, true, union_all

from backoffice.billing.models import Payment
from backoffice.core.db import db
from backoffice.reports.costs import costs_by_source
from backoffice.reports.entries import JOINED, Basis, Filters, Grouping, entries
from backoffice.reports.funnel import Cohort, cohorts_and_total
from backoffice.reports.maturity import Maturity
from backoffice.reports.members import MemberFilters, Standing, count_members, standing_of

NO_ENQUIRY = "no enquiry"
"""Stands for those who joined and of whom no enquiry is known."""


@dataclass(frozen=True)
class SourceLine:
    """One source or article: its cohort by enquiry, and yen received from its members to date, refunds taken off.

    `cost_yen` is what was entered for the months asked about; None when nothing was, and for articles.
    """

    cohort: Cohort
    received_yen: int
    cost_yen: int | None = None

    @property
    def cost_per_enquiry(self) -> int | None:
        """Yen for each person who enquired, rounded; None when the cost is not known or nobody did."""
        return _each(self.cost_yen, self.cohort.people)

    @property
    def cost_per_join(self) -> int | None:
        """Yen for each of them who joined, rounded; None when the cost is not known or nobody has."""
        return _each(self.cost_yen, self.cohort.joined)


@dataclass(frozen=True)
class Brought:
    """The table: a line for each source or article, those who joined without an enquiry, and everybody together.

    `cohort` are all enquiries of the months, `received_yen` what all of those who joined have paid: whoever joined
    through two sources counts for both lines and once here.
    """

    lines: list[SourceLine]
    without: SourceLine
    cohort: Cohort
    received_yen: int
    cost_yen: int

    @property
    def joined(self) -> int:
        """Through an enquiry or without."""
        return self.cohort.joined + self.without.cohort.joined


def brought(
    filters: Filters,
    grouping: Grouping,
    *,
    also: Collection[str] = (),
    maturity: Maturity,
    now: datetime,
) -> Brought:
    """Sources or articles by number of enquiries, and all together; four statements.

    A source that cost something and brought nobody stands at the end, and so does one of `also`.
    """
    asked, months = filters.only(basis=Basis.ENQUIRY), MemberFilters(filters.studio_id, filters.period)
    rows, total = cohorts_and_total(asked, grouping, maturity=maturity, now=now)
    paid = _paid(asked, months, grouping, now)
    costs = costs_by_source(filters.studio_id, filters.period) if grouping is Grouping.SOURCE else {}
    nobody = [_nobody(key) for key in sorted({*costs, *also} - {row.key for row in rows})]
    without = replace(_nobody(NO_ENQUIRY), joined=count_members(months, Standing.NO_ENQUIRY))
    return Brought(
        [SourceLine(row, paid.by_key.get(row.key, 0), costs.get(row.key)) for row in [*rows, *nobody]],
        SourceLine(without, paid.by_key.get(None, 0)),
        total,
        paid.in_all,
        sum(costs.values()),
    )


def _nobody(key: str) -> Cohort:
    """The cohort of a source through which nobody came."""
    none = dict.fromkeys(("people", "trialled", "joined", "same_day", "within_week", "lost", "open"), 0)
    return Cohort(key, **none, is_young=False, days_to_trial=None, days_trial_to_join=None, days_to_join=None)


def _each(yen: int | None, people: int) -> int | None:
    return None if yen is None or not people else (2 * yen + people) // (2 * people)


class _Paid(NamedTuple):
    """Yen by source or article (None: of those without an enquiry), and in all, each person once."""

    by_key: dict[str | None, int]
    in_all: int


def _paid(filters: Filters, months: MemberFilters, grouping: Grouping, now: datetime) -> _Paid:
    """What those who joined have paid until now. One statement: who they are is asked once for all sums."""
    people, unknown = entries(filters, now=now), standing_of(months, Standing.NO_ENQUIRY)
    through = select(people.c[grouping.value].label("key"), people.c.person_id).where(
        people.c.outcome == JOINED
    )
    joined = through.union(select(null(), unknown.c.person_id)).cte("joined")
    yen = func.sum(Payment.amount_yen).label("yen")
    paid = (
        select(Payment.person_id, yen)
        .where(Payment.studio_id == filters.studio_id, Payment.person_id.in_(select(joined.c.person_id)))
        .group_by(Payment.person_id)
        .cte("paid")
    )
    by_key = select(joined.c.key, func.sum(paid.c.yen)).join(paid, paid.c.person_id == joined.c.person_id)
    in_all = select(null(), func.coalesce(func.sum(paid.c.yen), 0))
    query = union_all(
        by_key.add_columns(false().label("is_all")).group_by(joined.c.key), in_all.add_columns(true())
    )
    rows = db.session.execute(query).all()
    return _Paid(
        {key: int(yen) for key, yen, is_all in rows if not is_all},
        sum(int(yen) for _key, yen, is_all in rows if is_all),
    )
