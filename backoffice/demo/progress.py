"""What some members were measured: weight each week, girths each month, a goal, and what they noticed."""

from datetime import timedelta
from decimal import Decimal

from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import transaction
from backoffice.demo.diary import Diary
from backoffice.demo.sessions import Member
from backoffice.progress.actions import add_measurements, note_effect, set_goal
from backoffice.progress.models import Effect
from backoffice.progress.queries import kinds
from backoffice.progress.reviews import plan_reviews

MEASURED = 9
WEEKS = 13
NOTICED = ((Effect.FELT, 18, "朝起きたときに腰が軽い"), (Effect.SEEN, 45, "ズボンのベルトの穴が1つ縮んだ"))
"""What, how many days after joining, and how they put it."""


def measure_members(diary: Diary, members: list[Member]) -> None:
    """The last three months of the first members; and the reviews that are near."""
    named = {one.name_en: one.id for one in kinds(diary.studio.id)}
    with transaction():
        plan_reviews(diary.studio, now=diary.now)
        for number, member in enumerate(members[:MEASURED]):
            start = 54 + 4 * number + diary.random.random() * 3
            _measure(diary, member, named, start)
            known = {"by": SYSTEM, "now": diary.now}
            target = Decimal(round(start - 5))
            set_goal(diary.studio, member.person.id, named["Weight"], target, **known)  # type: ignore[arg-type]
            joined = local_date(member.since, diary.studio.zone)
            for effect, days, words in NOTICED[: 1 + number % 2]:
                day = joined + timedelta(days=days)
                note_effect(diary.studio, member.person.id, effect, day, words, **known)  # type: ignore[arg-type]


def _measure(diary: Diary, member: Member, named: dict[str, int], start: float) -> None:
    for week in range(WEEKS):
        at = diary.now - timedelta(weeks=WEEKS - 1 - week)
        if at < member.since or diary.random.random() < 0.1:
            continue
        weight = start - 0.22 * week + diary.random.uniform(-0.7, 0.7)
        values = {"Weight": weight}
        if week % 4 == 0:
            values |= {
                "Body fat": 19 + weight / 10 - week / 8,
                "Waist": weight + 14,
                "Grip (right)": 26 + week / 3,
            }
        rounded = {named[name]: Decimal(round(value * 10)) / 10 for name, value in values.items()}
        day = local_date(at, diary.studio.zone)
        add_measurements(diary.studio, member.person.id, day, rounded, by=SYSTEM, now=at)
