"""What changes targets and questions of a person: a new row each time, the newest holds."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from backoffice.care.measures import MAY_BE_ASKED, Habit, Measure
from backoffice.care.models import CarePlan
from backoffice.care.queries import plan_of
from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import Invalid, Stale
from backoffice.core.language import N_
from backoffice.people.queries import check_health_kept, held_person
from backoffice.studio.models import Studio

BOUNDS: dict[Measure, tuple[Decimal, Decimal]] = {
    Measure.SLEEP: (Decimal(4), Decimal(12)),
    Measure.WATER: (Decimal("0.5"), Decimal(5)),
    Measure.PROTEIN: (Decimal(0), Decimal(3)),
    Measure.SCREENS: (Decimal(0), Decimal(180)),
}


def set_plan(
    studio: Studio,
    person_id: int,
    targets: Mapping[Measure, Decimal],
    questions: Collection[str],
    habits: Collection[str],
    *,
    seen: int | None,
    by: Actor,
    now: datetime,
) -> CarePlan:
    """Agree on targets, and choose what is asked besides the four questions and which habits are listed.

    `seen` is the plan the form showed (None: the usual one): `Stale` when there is a newer one. Refuses (Invalid) a
    target out of bounds; raises `HealthTakenBack`. Questions and habits that do not exist are left out.
    """
    held_person(person_id)
    check_health_kept(person_id)
    newest = plan_of(person_id)
    if newest.id != seen:
        raise Stale
    for measure, (least, most) in BOUNDS.items():
        if not least <= targets[measure] <= most:
            raise Invalid(
                N_("Please choose between %(least)s and %(most)s."),
                field=measure.value,
                least=least.normalize(),
                most=f"{most:f}",
            )
    made = CarePlan(
        studio_id=studio.id, person_id=person_id, sleep_hours=targets[Measure.SLEEP],
        water_litres=targets[Measure.WATER], protein_meals=int(targets[Measure.PROTEIN]),
        screens_off_minutes=int(targets[Measure.SCREENS]), questions=[one for one in MAY_BE_ASKED if one in questions],
        habits=[one for one in Habit if one in habits], made_by=by.label, made_at=now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record("care_plan.changed", "care_plan", made.id, by=by, now=now, person_id=person_id)
    return made
