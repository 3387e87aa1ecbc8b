"""Who is more tired than their own usual: one signal of check-ins, for those who may know that there is one."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select

from backoffice.care.measures import Measure
from backoffice.care.models import CheckIn
from backoffice.care.signals import Span, Told, first_before, first_recent, signals_of
from backoffice.core.db import any_of_ids, db
from backoffice.people.queries import health_kept


def more_tired_than_usual(person_ids: Collection[int], day: date) -> set[int]:
    """Those of these people whose fatigue stands out against their own 28 days before. One statement.

    Says no more than that: what somebody answered stays with their trainers. Who withdrew the consent is never in it.
    """
    recent = CheckIn.day.between(first_recent(day), day)
    before = CheckIn.day < first_recent(day)
    query = (
        select(CheckIn.person_id, *_span(recent), *_span(before))
        .where(
            CheckIn.person_id == any_of_ids(person_ids),
            CheckIn.day.between(first_before(day), day),
            health_kept(CheckIn.person_id),
        )
        .group_by(CheckIn.person_id)
    )
    return {row[0] for row in db.session.execute(query) if signals_of(_told(row), {})}


def _span(inside: ColumnElement[bool]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    count = func.count(CheckIn.fatigue).filter(inside)
    return count, func.avg(CheckIn.fatigue).filter(inside)


def _told(row: Any) -> Told:
    _person, recent_count, recent_mean, before_count, before_mean = row
    recent = {Measure.FATIGUE: Span(recent_count, recent_mean)} if recent_count else {}
    before = {Measure.FATIGUE: Span(before_count, before_mean)} if before_count else {}
    return Told(recent, before)
