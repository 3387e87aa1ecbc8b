"""The funnel as cohorts: joined, lost, still open; three rates; and exactly the people behind each number."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, extract, func, or_, select, true

from backoffice.core.clock import month_span
from backoffice.core.db import db, stream
from backoffice.leads.models import Lead
from backoffice.people.models import Person
from backoffice.reports.entries import JOINED, Basis, Filters, Grouping, entries
from backoffice.reports.intervals import wilson
from backoffice.reports.maturity import Maturity

SMALL_NUMBER = 10
"""Below this many decided people a rate says more than is known, so only counts are shown."""

DAY_SECONDS = 86_400
WEEK = 7


class Bucket(StrEnum):
    """Which people of a cohort a number counts."""

    ALL = "all"
    TRIALLED = "trialled"
    JOINED = "joined"
    SAME_DAY = "same_day"
    WITHIN_WEEK = "within_week"
    LOST = "lost"
    OPEN = "open"


@dataclass(frozen=True)
class Cohort:
    """One row of the table. `key` is the month (ISO) or the group's key; medians are in days.

    `same_day` and `within_week` are those of the joined who did so on the day of their trial, or at most seven days
    later.
    """

    key: str
    people: int
    trialled: int
    joined: int
    same_day: int
    within_week: int
    lost: int
    open: int
    is_young: bool
    days_to_trial: float | None
    days_trial_to_join: float | None
    days_to_join: float | None

    def count(self, bucket: Bucket) -> int:
        """How many people of it a bucket holds."""
        number: int = getattr(self, "people" if bucket == Bucket.ALL else bucket.value)
        return number

    @property
    def decided(self) -> int:
        """Joined or lost."""
        return self.joined + self.lost

    @property
    def rate(self) -> float | None:
        """Joined ÷ decided; None when fewer than 10 have decided."""
        return self.joined / self.decided if self.decided >= SMALL_NUMBER else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson 95 % interval of `rate`; None when the rate is not shown."""
        return wilson(self.joined, self.decided) if self.decided >= SMALL_NUMBER else None

    @property
    def floor(self) -> float | None:
        """Joined ÷ all: the rate if nobody who is still open joins."""
        return self.joined / self.people if self.decided >= SMALL_NUMBER else None

    @property
    def ceiling(self) -> float | None:
        """(Joined + open) ÷ all: the rate if everybody who is still open joins."""
        return (self.joined + self.open) / self.people if self.decided >= SMALL_NUMBER else None


def cohorts_and_total(
    filters: Filters, grouping: Grouping, *, maturity: Maturity, now: datetime
) -> tuple[list[Cohort], Cohort]:
    """The rows of the table (months oldest first, other groups by number of people), and all of them in one.

    Somebody who entered in two months is in both, as in the rows. One statement.
    """
    people = entries(filters, now=now)
    key = _group_column(people, grouping)
    order = key.asc() if grouping == Grouping.MONTH else func.count().desc()
    statement = (
        select(key.label("key"), *_figures(people))
        .group_by(func.rollup(key))
        .order_by(func.grouping(key), order, key)
    )
    *rows, total = db.session.execute(statement)
    found = [_cohort(row, filters, grouping, maturity, now) for row in rows]
    return found, _cohort(total, filters, Grouping.MONTH, maturity, now)


def cohorts(filters: Filters, grouping: Grouping, *, maturity: Maturity, now: datetime) -> list[Cohort]:
    """The rows of the table alone."""
    return cohorts_and_total(filters, grouping, maturity=maturity, now=now)[0]


def total(filters: Filters, *, maturity: Maturity, now: datetime) -> Cohort:
    """All months together."""
    return cohorts_and_total(filters, Grouping.MONTH, maturity=maturity, now=now)[1]


def number_of(filters: Filters, bucket: Bucket, *, now: datetime) -> int:
    """How many people a number counts: as many as `people_behind` lists."""
    people = entries(filters, now=now)
    counted = select(func.count()).select_from(people).where(_in_bucket(people, bucket))
    return db.session.scalars(counted).one()


@dataclass(frozen=True)
class PersonBehind:
    """Somebody whom a number counts."""

    person_id: int
    lead_id: int | None
    name: str
    kana: str
    month: date
    outcome: str
    source: str
    article: str
    trainer_id: int
    entered_at: datetime
    trial_at: datetime | None
    joined_at: datetime | None
    days_after_trial: int | None


def people_behind(
    filters: Filters, bucket: Bucket, *, after: tuple[date, int] | None = None, limit: int, now: datetime
) -> list[PersonBehind]:
    """Exactly the people a number counts, by month and person; `after` continues behind a (month, person_id)."""
    people = entries(filters, now=now)
    statement = _behind(people, bucket).limit(limit)
    if after is not None:
        month, person_id = after
        statement = statement.where(
            or_(people.c.month > month, and_(people.c.month == month, people.c.person_id > person_id))
        )
    return [_person_behind(row) for row in db.session.execute(statement)]


def everybody_behind(filters: Filters, bucket: Bucket, *, now: datetime) -> Iterator[PersonBehind]:
    """All the people that `people_behind` would show page by page. Inside `transaction()`."""
    return map(_person_behind, stream(_behind(entries(filters, now=now), bucket)))


def articles(filters: Filters) -> list[str]:
    """The articles that had brought somebody by the end of the period, for the filter."""
    _since, until = filters.period.span(filters.zone)
    statement = (
        select(Lead.article)
        .where(Lead.article != "", Lead.studio_id == filters.studio_id, Lead.opened_at < until)
        .distinct()
        .order_by(Lead.article)
        .limit(200)
    )
    return list(db.session.scalars(statement))


def _behind(people: Subquery, bucket: Bucket) -> Select[Any]:
    return (
        select(people, Person.name, Person.kana)
        .join(Person, Person.id == people.c.person_id)
        .where(_in_bucket(people, bucket))
        .order_by(people.c.month, people.c.person_id)
    )


def _person_behind(row: Any) -> PersonBehind:
    return PersonBehind(
        person_id=row.person_id, lead_id=row.lead_id, name=row.name or row.kana, kana=row.kana, month=row.month,
        outcome=row.outcome, source=row.source, article=row.article, trainer_id=row.trainer_id,
        entered_at=row.entered_at, trial_at=row.trial_at, joined_at=row.joined_at,
        days_after_trial=row.days_after_trial if row.outcome == JOINED else None,
    )  # fmt: skip


def _in_bucket(people: Subquery, bucket: Bucket) -> ColumnElement[bool]:
    if bucket == Bucket.TRIALLED:
        return people.c.trial_at.is_not(None)
    if bucket == Bucket.ALL:
        return true()
    if bucket in _JOINED_WITHIN:
        return and_(people.c.outcome == JOINED, people.c.days_after_trial.between(0, _JOINED_WITHIN[bucket]))
    return people.c.outcome == bucket.value


_JOINED_WITHIN = {Bucket.SAME_DAY: 0, Bucket.WITHIN_WEEK: WEEK}


def _figures(people: Subquery) -> list[ColumnElement[Any]]:
    def count(bucket: Bucket) -> ColumnElement[int]:
        return func.count().filter(_in_bucket(people, bucket)).label(bucket.value)

    def median_days(start: ColumnElement[Any], end: ColumnElement[Any], name: str) -> ColumnElement[Any]:
        days = extract("epoch", end - start) / DAY_SECONDS
        return func.percentile_cont(0.5).within_group(days).filter(end >= start).label(name)

    entered, trial, joined = people.c.entered_at, people.c.trial_at, people.c.joined_at
    return [
        *(count(bucket) for bucket in Bucket),
        func.max(people.c.month).label("last_month"),
        median_days(entered, trial, "days_to_trial"),
        median_days(trial, joined, "days_trial_to_join"),
        median_days(entered, joined, "days_to_join"),
    ]


def _group_column(people: Subquery, grouping: Grouping) -> ColumnElement[Any]:
    column: ColumnElement[Any] = people.c["trainer_id" if grouping == Grouping.TRAINER else grouping.value]
    return column


def _cohort(row: Any, filters: Filters, grouping: Grouping, maturity: Maturity, now: datetime) -> Cohort:
    last_month = row.key if grouping == Grouping.MONTH and isinstance(row.key, date) else row.last_month
    is_young = last_month is not None and month_span(last_month, filters.zone)[1] + maturity.span > now
    return Cohort(
        key="" if row.key is None else str(row.key),
        people=row.all,
        trialled=row.trialled,
        joined=row.joined,
        same_day=row.same_day,
        within_week=row.within_week,
        lost=row.lost,
        open=row.open,
        is_young=is_young,
        days_to_trial=_days(row.days_to_trial) if filters.basis != Basis.TRIAL else None,
        days_trial_to_join=_days(row.days_trial_to_join),
        days_to_join=_days(row.days_to_join) if filters.basis != Basis.TRIAL else None,
    )


def _days(value: float | Decimal | None) -> float | None:
    return None if value is None else round(float(value), 1)
