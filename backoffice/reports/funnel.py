"""The funnel as cohorts: joined, lost, still open; three rates; and exactly the people behind each number."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, extract, func, literal, or_, select, true

from backoffice.core.clock import month_span
from backoffice.core.db import db, stream
from backoffice.people.models import Person
from backoffice.reports.entries import Basis, Filters, Grouping, entries
from backoffice.reports.intervals import wilson

SMALL_NUMBER = 10
"""Below this many decided people a rate says more than is known, so only counts are shown."""

MATURITY = timedelta(days=60)
"""A month whose last people had less time than this to decide is young: its rate will still change."""

DAY_SECONDS = 86_400


class Bucket(StrEnum):
    """Which people of a cohort a number counts."""

    ALL = "all"
    TRIALLED = "trialled"
    JOINED = "joined"
    LOST = "lost"
    OPEN = "open"


@dataclass(frozen=True)
class Cohort:
    """One row of the table. `key` is the month (ISO) or the group's key; medians are in days."""

    key: str
    people: int
    trialled: int
    joined: int
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


def cohorts(filters: Filters, grouping: Grouping, *, now: datetime) -> list[Cohort]:
    """The rows of the table: months oldest first, other groups by number of people."""
    people = entries(filters)
    key = _group_column(people, grouping)
    order = key.asc() if grouping == Grouping.MONTH else func.count().desc()
    statement = select(key.label("key"), *_figures(people)).group_by(key).order_by(order, key)
    return [_cohort(row, filters, grouping, now) for row in db.session.execute(statement)]


def total(filters: Filters, *, now: datetime) -> Cohort:
    """All months together. Somebody who entered in two months is in both, as in the rows."""
    row = db.session.execute(select(literal("").label("key"), *_figures(entries(filters)))).one()
    return _cohort(row, filters, Grouping.MONTH, now)


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


def people_behind(
    filters: Filters, bucket: Bucket, *, after: tuple[date, int] | None = None, limit: int
) -> list[PersonBehind]:
    """Exactly the people a number counts, by month and person; `after` continues behind a (month, person_id)."""
    people = entries(filters)
    statement = _behind(people, bucket).limit(limit)
    if after is not None:
        month, person_id = after
        statement = statement.where(
            or_(people.c.month > month, and_(people.c.month == month, people.c.person_id > person_id))
        )
    return [_person_behind(row) for row in db.session.execute(statement)]


def everybody_behind(filters: Filters, bucket: Bucket) -> Iterator[PersonBehind]:
    """All the people that `people_behind` would show page by page. Inside `transaction()`."""
    return map(_person_behind, stream(_behind(entries(filters), bucket)))


def articles(filters: Filters) -> list[str]:
    """The articles that brought somebody in the period, for the filter."""
    people = entries(filters.only(article=None))
    statement = (
        select(people.c.article)
        .where(people.c.article != "")
        .distinct()
        .order_by(people.c.article)
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
    )  # fmt: skip


def _in_bucket(people: Subquery, bucket: Bucket) -> ColumnElement[bool]:
    if bucket == Bucket.TRIALLED:
        return people.c.trial_at.is_not(None)
    if bucket == Bucket.ALL:
        return true()
    return people.c.outcome == bucket.value


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


def _cohort(row: Any, filters: Filters, grouping: Grouping, now: datetime) -> Cohort:
    last_month = row.key if grouping == Grouping.MONTH and isinstance(row.key, date) else row.last_month
    is_young = last_month is not None and month_span(last_month, filters.zone)[1] + MATURITY > now
    return Cohort(
        key="" if row.key is None else str(row.key),
        people=row.all,
        trialled=row.trialled,
        joined=row.joined,
        lost=row.lost,
        open=row.open,
        is_young=is_young,
        days_to_trial=_days(row.days_to_trial) if filters.basis == Basis.ENQUIRY else None,
        days_trial_to_join=_days(row.days_trial_to_join),
        days_to_join=_days(row.days_to_join) if filters.basis == Basis.ENQUIRY else None,
    )


def _days(value: float | Decimal | None) -> float | None:
    return None if value is None else round(float(value), 1)
