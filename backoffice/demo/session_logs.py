"""What was done in the members' sessions, mostly written up at once; the newest ones are still to be written up."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from backoffice.bookings.models import Attendance, Booking, Participant
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.demo.diary import Diary
from backoffice.demo.sessions import Member
from backoffice.exercises.models import Exercise
from backoffice.exercises.vocabulary import Unit
from backoffice.programs.queries import planned_for
from backoffice.screening.queries import standings
from backoffice.session_logs.actions import save_log
from backoffice.session_logs.content import Content, DoneExercise
from backoffice.session_logs.shorthand import DoneSet
from backoffice.studio.models import Service, ServiceKind

UNWRITTEN = timedelta(days=6)
AT_ONCE, LATER = timedelta(minutes=8), timedelta(hours=30)
LATE_EVERY = 7
"""Of so many logs one is written the day after."""
LOADS = {"goblet_squat": Decimal(10), "lat_pulldown": Decimal(25)}
"""Kilograms of those who have no program, before the first step up."""
STEPS_UP = 8
"""Steps of one kilogram, one a fortnight."""
NOTES = ("フォーム良好。", "今日は疲れ気味。可動域を狭めて実施。", "", "重量アップ。最後まで丁寧に。")


def write_up(diary: Diary, members: list[Member], own: dict[str, Exercise]) -> None:
    """A log for each session that was held, of those whose health check lets them train.

    Who has no program trains with the gym's `own` exercises.
    """
    by_person = {one.person.id: one for one in members}
    held = db.session.execute(
        select(Participant, Booking.starts_at, Booking.ends_at)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id.in_(by_person),
            Participant.attendance == Attendance.ATTENDED.value,
            Booking.starts_at < diary.now - UNWRITTEN,
            Service.kind != ServiceKind.COUNSELLING.value,
        )
        .order_by(Booking.starts_at)
    ).all()
    stand = standings(diary.studio, by_person, now=diary.now)
    with transaction():
        for number, (guest, starts_at, ends_at) in enumerate(held):
            if not stand[guest.person_id].may_start:
                continue
            trainer = by_person[guest.person_id].trainer
            written_at = ends_at + (AT_ONCE if number % LATE_EVERY else LATER)
            save_log(
                diary.studio, guest.id, _content(diary, guest.person_id, starts_at, number, own), seen=None,
                by=Actor("staff", trainer.staff_id, trainer.name_ja), now=written_at,
            )  # fmt: skip


def _content(
    diary: Diary, person_id: int, starts_at: datetime, number: int, own: dict[str, Exercise]
) -> Content:
    planned = planned_for(person_id, local_date(starts_at, diary.studio.zone))
    if planned is None:
        steps = max(0, STEPS_UP - (diary.now - starts_at).days // 14)
        done: tuple[DoneExercise, ...] = tuple(
            DoneExercise(own[key].id, (DoneSet(load + steps, 10, Unit.REPS, Decimal(8)),) * 3)
            for key, load in LOADS.items()
        )
    else:
        done = tuple(
            DoneExercise(
                item.exercise_id, (DoneSet(item.load_kg, item.amount, item.unit, item.rpe),) * item.sets
            )
            for item in planned.items
        )
    pains = {"low_back": 2} if number % 9 == 0 else {}
    to_self = "次回は1kg増やしてみる" if number % 3 == 0 else ""
    return Content(done, Decimal(7), pains, NOTES[number % len(NOTES)], to_self)
