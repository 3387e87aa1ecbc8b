"""Trainers: what became of their trials, whether their clients stayed, whether sessions were written up in time.

Trials are the funnel's (`reports/entries.py`), so a number here is the same number there. Nothing is ranked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, literal, or_, select

from backoffice.bookings.models import CANCELLED_STATES, Attendance
from backoffice.clients.models import Client
from backoffice.core.db import db, stream
from backoffice.people.models import Person
from backoffice.reports import kept
from backoffice.reports.entries import Basis, Filters, Grouping
from backoffice.reports.funnel import Cohort, cohorts
from backoffice.reports.maturity import Maturity
from backoffice.reports.periods import Period
from backoffice.reports.pooling import Pooled, pool
from backoffice.studio.models import Service, ServiceKind

CAME = timedelta(days=60)
"""Who attended a session within so many days is a client who comes."""

SHORTEST = 3
"""Months a period needs before it can be said who stayed: in a shorter one the two spans of 60 days overlap."""

IN_TIME = timedelta(hours=24)


class Number(StrEnum):
    """A number of the page with people or sessions behind it."""

    CAME = "came"
    STAYED = "stayed"
    HELD = "held"
    IN_TIME = "in_time"


@dataclass(frozen=True)
class TrainerLine:
    """One trainer. `trials` is None without any; `pooled` is what is believed of joined ÷ decided."""

    trainer_id: int
    trials: Cohort | None
    pooled: Pooled
    came: int
    stayed: int
    held: int
    in_time: int

    def count(self, number: Number) -> int:
        """How many rows a number's list has."""
        counted: int = getattr(self, number.value)
        return counted


class Behind(NamedTuple):
    """Somebody (of CAME and STAYED) or a session (of HELD and IN_TIME) that a number counts."""

    id: int
    person_id: int
    name: str
    at: datetime
    saved_at: datetime | None


def trainer_lines(
    asked: Filters, trainer_ids: list[int], *, maturity: Maturity, now: datetime
) -> list[TrainerLine]:
    """One line for each trainer, in the order given; five statements."""
    filters = asked.only(basis=Basis.TRIAL)
    trials = {row.key: row for row in cohorts(filters, Grouping.TRAINER, maturity=maturity, now=now)}
    found = [trials.get(str(one)) for one in trainer_ids]
    pooled = pool([(row.joined, row.decided) if row else (0, 0) for row in found])
    counted = {number: counts(number, asked, now=now) for number in Number}
    return [
        TrainerLine(one, row, belief, **{number.value: counted[number].get(one, 0) for number in Number})
        for one, row, belief in zip(trainer_ids, found, pooled, strict=True)
    ]


def counts(number: Number, asked: Filters, *, now: datetime) -> dict[int, int]:
    """A number of every trainer who has any, by trainer."""
    rows = _rows(number, asked, now)
    counted = select(rows.c.trainer_id, func.count().label("number")).group_by(rows.c.trainer_id)
    return {row.trainer_id: row.number for row in db.session.execute(counted)}


def behind(
    number: Number, trainer_id: int, asked: Filters, *, after: int, limit: int, now: datetime
) -> list[Behind]:
    """The rows a number counts, by id from `after` on."""
    rows = _rows(number, asked, now)
    page = _named(rows, trainer_id).where(rows.c.id > after).limit(limit)
    return [Behind._make(row) for row in db.session.execute(page)]


def everything_behind(number: Number, trainer_id: int, asked: Filters, *, now: datetime) -> Iterator[Behind]:
    """All of them. Inside `transaction()`."""
    return map(Behind._make, stream(_named(_rows(number, asked, now), trainer_id)))


def _named(rows: Subquery, trainer_id: int) -> Select[Any]:
    return (
        select(rows.c.id, rows.c.person_id, _name(), rows.c.at, rows.c.saved_at)
        .join(Person, Person.id == rows.c.person_id)
        .where(rows.c.trainer_id == trainer_id)
        .order_by(rows.c.id)
    )


def _name() -> ColumnElement[str]:
    return func.coalesce(func.nullif(Person.name, ""), Person.kana)


def _rows(number: Number, asked: Filters, now: datetime) -> Subquery:
    """One definition for the count, the list and the file: id, trainer_id, person_id, at, saved_at."""
    if number in {Number.HELD, Number.IN_TIME}:
        return _sessions(asked, now, in_time_only=number == Number.IN_TIME).subquery()
    return _clients(asked, now, stayed_only=number == Number.STAYED).subquery()


def _sessions(asked: Filters, now: datetime, *, in_time_only: bool) -> Select[*tuple[Any, ...]]:
    """Sessions that were attended in the period and ended at least a day ago; counsellings need no card."""
    since, until = asked.period.span(asked.zone)
    visits = kept.visits(is_kept=asked.is_kept).c
    held = (
        select(
            visits.participant_id.label("id"),
            visits.trainer_id,
            visits.person_id,
            visits.ends_at.label("at"),
            visits.saved_at,
        )
        .join(Service, Service.id == visits.service_id)
        .where(
            visits.studio_id == asked.studio_id,
            visits.starts_at >= since,
            visits.starts_at < until,
            visits.ends_at <= now - IN_TIME,
            Service.kind != ServiceKind.COUNSELLING,
            visits.attendance == Attendance.ATTENDED,
        )
    )
    return held.where(visits.saved_at <= visits.ends_at + IN_TIME) if in_time_only else held


def _clients(asked: Filters, now: datetime, *, stayed_only: bool) -> Select[*tuple[Any, ...]]:
    """Clients by main trainer who attended a session in the 60 days before the period.

    They stayed when they attended one in its last 60 days (or those until now), or are booked ahead. Nobody in a
    period that is too short.
    """
    since, until = asked.period.span(asked.zone)
    end = min(until, now)
    visited, again_at = kept.visits(is_kept=asked.is_kept), kept.visits(is_kept=asked.is_kept).alias("later")
    visits, later = visited.c, again_at.c
    came = (
        select(
            Client.id,
            Client.main_trainer_id.label("trainer_id"),
            Client.person_id,
            func.max(visits.starts_at).label("at"),
        )
        .join(visited, visits.person_id == Client.person_id)
        .where(
            visits.studio_id == asked.studio_id,
            Client.main_trainer_id.is_not(None),
            visits.attendance == Attendance.ATTENDED,
            visits.starts_at >= since - CAME,
            visits.starts_at < since,
            literal(asked.period.length >= SHORTEST),
        )
        .group_by(Client.id)
        .subquery()
    )
    again = exists().where(
        later.person_id == came.c.person_id,
        later.studio_id == asked.studio_id,
        or_(
            and_(
                later.attendance == Attendance.ATTENDED,
                later.starts_at >= end - CAME,
                later.starts_at < end,
            ),
            and_(later.state.not_in(CANCELLED_STATES), later.starts_at >= end),
        ),
    )
    rows = select(came, literal(None).label("saved_at"))
    return rows.where(again) if stayed_only else rows


def months_known(period: Period) -> bool:
    """Whether a period is long enough to say who stayed."""
    return period.length >= SHORTEST
