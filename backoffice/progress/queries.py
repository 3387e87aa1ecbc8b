"""Questions about progress: the kinds of a studio, somebody's values, goals, and what they noticed.

Nothing about somebody is found once the consent to keep health data was taken back.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from backoffice.core.db import db, fetch
from backoffice.people.queries import health_kept
from backoffice.progress.models import WEIGHT, Effect, EffectNote, MeasureGoal, MeasureKind, Measurement
from backoffice.progress.trend import DayValue, by_day

RECENT = timedelta(days=30)
WEIGHT_LEAP = Decimal("0.05")
LEAP = Decimal("0.20")


class KindRow(NamedTuple):
    """A kind of measurement."""

    id: int
    name_ja: str
    name_en: str
    unit: str
    decimals: int
    least: Decimal
    most: Decimal
    archived_at: datetime | None


class Value(NamedTuple):
    """One measurement, in the unit of its kind."""

    id: int
    kind_id: int
    day: date
    value: Decimal
    measured_by: str


class Goal(NamedTuple):
    """Where a value is to go; `by_day` may be open."""

    kind_id: int
    target: Decimal
    by_day: date | None


class EffectRow(NamedTuple):
    """What a client noticed on a day."""

    id: int
    effect: str
    day: date
    words: str
    noted_by: str


def kinds(studio_id: int, *, with_archived: bool = False) -> list[KindRow]:
    """What is measured here, in its order; with what is out of use, if asked. One statement."""
    query = select(
        MeasureKind.id, MeasureKind.name_ja, MeasureKind.name_en, MeasureKind.unit, MeasureKind.decimals,
        MeasureKind.least, MeasureKind.most, MeasureKind.archived_at,
    ).where(MeasureKind.studio_id == studio_id)  # fmt: skip
    if not with_archived:
        query = query.where(MeasureKind.archived_at.is_(None))
    ordered = query.order_by(MeasureKind.position, MeasureKind.id)
    return [KindRow._make(row) for row in db.session.execute(ordered)]


def values_of(studio_id: int, person_id: int) -> dict[int, list[Value]]:
    """Somebody's measurements by kind, the oldest first. One statement."""
    query = select(
        Measurement.id, Measurement.kind_id, Measurement.day, Measurement.value, Measurement.measured_by
    ).where(
        Measurement.studio_id == studio_id,
        Measurement.person_id == person_id,
        Measurement.archived_at.is_(None),
        health_kept(person_id),
    )
    found: dict[int, list[Value]] = {}
    for row in db.session.execute(query.order_by(Measurement.kind_id, Measurement.day, Measurement.id)):
        found.setdefault(row.kind_id, []).append(Value._make(row))
    return found


def far_from_last(
    studio_id: int, person_id: int, day: date, typed: Mapping[int, Decimal]
) -> dict[int, Value]:
    """By kind the last value of the 30 days before, where what was typed is far from it: perhaps a slip of the finger.

    Far is more than a twentieth of a weight, a fifth of anything else. Angles and reaches, which may be zero or below,
    are not asked about. Two statements.
    """
    query = select(MeasureKind.id, MeasureKind.slug)
    asked = query.where(MeasureKind.studio_id == studio_id, MeasureKind.id.in_(typed), MeasureKind.least > 0)
    leaps = {row.id: WEIGHT_LEAP if row.slug == WEIGHT else LEAP for row in db.session.execute(asked)}
    found = dict[int, Value]()
    for kind_id, values in values_of(studio_id, person_id).items():
        before = [one for one in values if timedelta(0) <= day - one.day <= RECENT]
        leap = leaps.get(kind_id)
        if before and leap and abs(typed[kind_id] - before[-1].value) > before[-1].value * leap:
            found[kind_id] = before[-1]
    return found


def weights(person_id: int, since: date) -> list[DayValue]:
    """Somebody's weight in kg from a day on, one value (the mean) for each day that has one, the oldest first.

    One statement.
    """
    query = (
        select(Measurement.day, Measurement.value)
        .join(MeasureKind, MeasureKind.id == Measurement.kind_id)
        .where(
            MeasureKind.slug == WEIGHT,
            Measurement.person_id == person_id,
            Measurement.day >= since,
            Measurement.archived_at.is_(None),
            health_kept(person_id),
        )
    )
    return by_day(fetch(query).all())


def goals_of(studio_id: int, person_id: int) -> dict[int, Goal]:
    """The goals that hold, by kind. One statement."""
    query = (
        select(MeasureGoal.kind_id, MeasureGoal.target, MeasureGoal.by_day)
        .ext(distinct_on(MeasureGoal.kind_id))
        .where(MeasureGoal.studio_id == studio_id, MeasureGoal.person_id == person_id, health_kept(person_id))
        .order_by(MeasureGoal.kind_id, MeasureGoal.id.desc())
    )
    return {row.kind_id: Goal._make(row) for row in db.session.execute(query) if row.target is not None}


def effects_of(studio_id: int, person_id: int) -> list[EffectRow]:
    """What somebody noticed, the first first. One statement."""
    query = select(
        EffectNote.id, EffectNote.effect, EffectNote.day, EffectNote.words, EffectNote.noted_by
    ).where(
        EffectNote.studio_id == studio_id,
        EffectNote.person_id == person_id,
        EffectNote.archived_at.is_(None),
        health_kept(person_id),
    )
    return [EffectRow._make(row) for row in db.session.execute(query.order_by(EffectNote.day, EffectNote.id))]


def first_effects(noticed: list[EffectRow]) -> dict[Effect, date]:
    """The day on which something was first felt, and first seen. Pure."""
    firsts: dict[Effect, date] = {}
    for one in noticed:
        effect = Effect(one.effect)
        firsts[effect] = min(one.day, firsts.get(effect, one.day))
    return firsts
