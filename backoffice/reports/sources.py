"""What each source (or article) brought: enquiries, trials, members, and the money those members have paid until now.

Enquiries and joins are the funnel's (`reports/entries.py`), so a number here is the same number there.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from backoffice.billing.models import Payment
from backoffice.core.db import db
from backoffice.reports.entries import JOINED, Basis, Filters, Grouping, entries
from backoffice.reports.funnel import Cohort, cohorts
from backoffice.reports.maturity import Maturity


@dataclass(frozen=True)
class SourceLine:
    """One source or article: its cohort by enquiry, and yen received from its members to date, refunds taken off."""

    cohort: Cohort
    received_yen: int


def source_lines(
    filters: Filters, grouping: Grouping, *, maturity: Maturity, now: datetime
) -> list[SourceLine]:
    """Sources or articles by number of enquiries; two statements. Whoever joined through two counts for both."""
    asked = filters.only(basis=Basis.ENQUIRY)
    received = _received(asked, grouping, now)
    rows = cohorts(asked, grouping, maturity=maturity, now=now)
    return [SourceLine(row, received.get(row.key, 0)) for row in rows]


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
