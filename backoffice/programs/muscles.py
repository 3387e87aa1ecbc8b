"""Weekly sets per muscle: a set counts whole for the muscles it trains and half for those that support. Pure."""

from decimal import Decimal

from backoffice.exercises.vocabulary import Muscle, Section
from backoffice.programs.plan import PlannedVersion

WHOLE, HALF = Decimal(1), Decimal("0.5")


def weekly_sets(version: PlannedVersion, week: int) -> dict[Muscle, Decimal]:
    """Sets of the main part in one week by muscle, most first; muscles without any are left out."""
    counted: dict[Muscle, Decimal] = {}
    for day in version.in_week(week):
        for item in day.items:
            if item.section != Section.MAIN:
                continue
            for share, muscles in ((WHOLE, item.muscles), (HALF, item.supporting)):
                for muscle in muscles:
                    counted[Muscle(muscle)] = counted.get(Muscle(muscle), Decimal(0)) + share * item.sets
    in_order = list(Muscle)
    return dict(sorted(counted.items(), key=lambda one: (-one[1], in_order.index(one[0]))))


def shade(sets: Decimal) -> int:
    """How strongly a figure shows a muscle: 0 for none, 1 below 4 sets a week, 2 below 10, 3 from 10."""
    if sets <= 0:
        return 0
    return 1 if sets < 4 else 2 if sets < 10 else 3
