"""What changes measurements: measuring, taking a value out and back, goals, and what a client noticed.

Each raises `HealthTakenBack` once the consent to keep health data was taken back.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.people.queries import check_health_kept, held_person
from backoffice.progress.models import Effect, EffectNote, MeasureGoal, MeasureKind, Measurement
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio

OLDEST = timedelta(days=20 * 366)
LONGEST_WORDS = 1_000
OUT_OF_BOUNDS = N_("This lies between %(least)s and %(most)s %(unit)s. Please check the number.")
NOT_YET = N_("This day has not come yet.")
TOO_OLD = N_("This day is too long ago.")


def field_of(kind_id: int) -> str:
    """The name of the field in which a kind is typed; refusals stand there."""
    return f"kind_{kind_id}"


def add_measurements(
    studio: Studio, person_id: int, day: date, values: Mapping[int, Decimal], *, by: Actor, now: datetime
) -> list[Measurement]:
    """Keep what was measured on a day, by kind. Refuses (Invalid) none, a day to come, and what no body has.

    The audit keeps that there were values, never which.
    """
    held_person(person_id)
    check_health_kept(person_id)
    check_day(studio, day, now=now)
    if not values:
        raise Invalid(N_("Please enter at least one value."))
    known = _kinds(studio.id, set(values))
    made = [
        Measurement(
            studio_id=studio.id, person_id=person_id, kind_id=kind.id, day=day,
            value=_within(kind, values[kind.id], field_of(kind.id)), measured_by=by.label, measured_at=now,
        )
        for kind in known
    ]  # fmt: skip
    db.session.add_all(made)
    db.session.flush()
    after = {"day": day, "values": "…", "count": len(made)}
    record("measurement.added", "measurement", made[0].id, by=by, now=now, person_id=person_id, after=after)
    return made


def remove_measurement(studio_id: int, measurement_id: int, *, by: Actor, now: datetime) -> Measurement:
    """Take a value out; it can be taken back. Twice changes nothing."""
    row = of_studio(Measurement, studio_id, measurement_id, lock=True)
    _set_archived(row, "measurement.removed", archived=True, by=by, now=now)
    return row


def restore_measurement(studio_id: int, measurement_id: int, *, by: Actor, now: datetime) -> Measurement:
    """Take a value back in. Twice changes nothing."""
    row = of_studio(Measurement, studio_id, measurement_id, lock=True)
    _set_archived(row, "measurement.restored", archived=False, by=by, now=now)
    return row


def set_goal(
    studio: Studio,
    person_id: int,
    kind_id: int,
    target: Decimal | None,
    by_day: date | None = None,
    *,
    by: Actor,
    now: datetime,
) -> MeasureGoal:
    """Say where a value is to go; without a target the goal ends. Earlier goals stay in the table.

    Refuses (Invalid) what no body has, and a day that has passed.
    """
    held_person(person_id)
    check_health_kept(person_id)
    kind = of_studio(MeasureKind, studio.id, kind_id)
    if target is not None:
        _within(kind, target, "target")
    if target is not None and by_day is not None and by_day < local_date(now, studio.zone):
        raise Invalid(N_("This day has passed already."), field="by_day")
    goal = MeasureGoal(
        studio_id=studio.id, person_id=person_id, kind_id=kind.id, target=target,
        by_day=None if target is None else by_day, set_by=by.label, set_at=now,
    )  # fmt: skip
    db.session.add(goal)
    db.session.flush()
    after = {"target": None if target is None else "…"}
    record("measure_goal.set", "measure_goal", goal.id, by=by, now=now, person_id=person_id, after=after)
    return goal


def note_effect(
    studio: Studio, person_id: int, effect: Effect, day: date, words: str = "", *, by: Actor, now: datetime
) -> EffectNote:
    """Keep the day on which a client felt or saw something, and how they put it. Refuses a day to come."""
    held_person(person_id)
    check_health_kept(person_id)
    check_day(studio, day, now=now)
    note = EffectNote(
        studio_id=studio.id, person_id=person_id, effect=Effect(effect).value, day=day,
        words=plain_text(words, LONGEST_WORDS), noted_by=by.label, noted_at=now,
    )  # fmt: skip
    db.session.add(note)
    db.session.flush()
    record("effect.noted", "effect", note.id, by=by, now=now, person_id=person_id, after={"words": "…"})
    return note


def remove_effect(studio_id: int, effect_id: int, *, by: Actor, now: datetime) -> EffectNote:
    """Take such a day out; it can be taken back. Twice changes nothing."""
    row = of_studio(EffectNote, studio_id, effect_id, lock=True)
    _set_archived(row, "effect.removed", archived=True, by=by, now=now)
    return row


def restore_effect(studio_id: int, effect_id: int, *, by: Actor, now: datetime) -> EffectNote:
    """Take such a day back in. Twice changes nothing."""
    row = of_studio(EffectNote, studio_id, effect_id, lock=True)
    _set_archived(row, "effect.restored", archived=False, by=by, now=now)
    return row


def _set_archived(
    row: Measurement | EffectNote, action: str, *, archived: bool, by: Actor, now: datetime
) -> None:
    check_health_kept(row.person_id)
    if (row.archived_at is not None) == archived:
        return
    row.archived_at = now if archived else None
    record(action, action.partition(".")[0], row.id, by=by, now=now, person_id=row.person_id)


def check_day(studio: Studio, day: date, *, now: datetime) -> None:
    """Refuse (Invalid on `day`) a day to come and one of twenty years ago."""
    today = local_date(now, studio.zone)
    if day > today:
        raise Invalid(NOT_YET, field="day")
    if day < today - OLDEST:
        raise Invalid(TOO_OLD, field="day")


def _kinds(studio_id: int, wanted: set[int]) -> list[MeasureKind]:
    query = select(MeasureKind).where(
        MeasureKind.studio_id == studio_id, MeasureKind.id.in_(wanted), MeasureKind.archived_at.is_(None)
    )
    found = list(db.session.scalars(query.order_by(MeasureKind.position, MeasureKind.id)))
    if len(found) < len(wanted):
        raise Invalid(N_("One of these kinds is not measured any more. Please open the form again."))
    return found


def _within(kind: MeasureKind, value: Decimal, field: str) -> Decimal:
    """The value, rounded to what the kind is read to."""
    if not kind.least <= value <= kind.most:
        raise Invalid(
            OUT_OF_BOUNDS, field=field, least=shown(kind.least), most=shown(kind.most), unit=kind.unit
        )  # fmt: skip
    return value.quantize(Decimal(1).scaleb(-kind.decimals))


def shown(number: Decimal) -> str:
    """A number without needless zeros: 20, 0.5."""
    return f"{number.normalize():f}"
