"""What each source (or article) brought and cost: enquiries, trials, members, and what those have paid until now.

Enquiries and joins are the funnel's (`reports/entries.py`), so a number here is the same number there.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import SelectBase, func, select

from backoffice.billing.models import Payment
from backoffice.core.db import db
from backoffice.reports.costs import costs_by_source
from backoffice.reports.entries import JOINED, Basis, Filters, Grouping, entries
from backoffice.reports.funnel import Cohort, cohorts, total
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


def source_lines(
    filters: Filters, grouping: Grouping, *, maturity: Maturity, now: datetime
) -> list[SourceLine]:
    """Sources or articles by number of enquiries; three statements. Whoever joined through two counts for both.

    A source that cost something and brought nobody stands at the end.
    """
    asked = filters.only(basis=Basis.ENQUIRY)
    received = _received(asked, grouping, now)
    rows = cohorts(asked, grouping, maturity=maturity, now=now)
    costs = costs_by_source(filters.studio_id, filters.period) if grouping is Grouping.SOURCE else {}
    nobody = [_nobody(key) for key in sorted(costs) if key not in {row.key for row in rows}]
    return [SourceLine(row, received.get(row.key, 0), costs.get(row.key)) for row in [*rows, *nobody]]


@dataclass(frozen=True)
class InAll:
    """All enquiries of the months together, who joined in them without one, and what all of those who joined have paid.

    Whoever joined through two sources counts once here.
    """

    cohort: Cohort
    without: SourceLine
    received_yen: int
    cost_yen: int

    @property
    def joined(self) -> int:
        """Through an enquiry or without."""
        return self.cohort.joined + self.without.cohort.joined


def in_all(filters: Filters, grouping: Grouping, *, maturity: Maturity, now: datetime) -> InAll:
    """The last rows of the table; five statements."""
    asked = filters.only(basis=Basis.ENQUIRY)
    months = MemberFilters(filters.studio_id, filters.period)
    unknown = standing_of(months, Standing.NO_ENQUIRY)
    people = entries(asked, now=now)
    through = select(people.c.person_id).where(people.c.outcome == JOINED)
    without = replace(_nobody(NO_ENQUIRY), joined=count_members(months, Standing.NO_ENQUIRY))
    costs = costs_by_source(filters.studio_id, filters.period) if grouping is Grouping.SOURCE else {}
    return InAll(
        total(asked, maturity=maturity, now=now),
        SourceLine(without, _paid_by(select(unknown.c.person_id), filters.studio_id)),
        _paid_by(through.union(select(unknown.c.person_id)), filters.studio_id),
        sum(costs.values()),
    )


def _paid_by(people: SelectBase, studio_id: int) -> int:
    query = select(func.coalesce(func.sum(Payment.amount_yen), 0)).where(
        Payment.studio_id == studio_id, Payment.person_id.in_(people)
    )
    return int(db.session.scalars(query).one())


def _nobody(key: str) -> Cohort:
    """The cohort of a source through which nobody came."""
    none = dict.fromkeys(("people", "trialled", "joined", "same_day", "within_week", "lost", "open"), 0)
    return Cohort(key, **none, is_young=False, days_to_trial=None, days_trial_to_join=None, days_to_join=None)


def _each(yen: int | None, people: int) -> int | None:
    return None if yen is None or not people else (2 * yen + people) // (2 * people)


def _received(filters: Filters, grouping: Grouping, now: datetime) -> dict[str, int]:
    people = entries(filters, now=now)
    members = (
        select(people.c[grouping.value].label("key"), people.c.person_id)
        .where(people.c.outcome == JOINED)
        .distinct()
        .subquery()
    )
    paid = (
        select(members.c.key, func.sum(Payment.amount_yen).label("yen"))
        .join(Payment, Payment.person_id == members.c.person_id)
        .where(Payment.studio_id == filters.studio_id)
        .group_by(members.c.key)
    )
    return {row.key: int(row.yen) for row in db.session.execute(paid)}
