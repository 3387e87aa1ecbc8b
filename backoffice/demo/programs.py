"""What the members train: two templates, programs made from them five weeks ago and heavier since last week."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.demo.diary import Diary
from backoffice.demo.sessions import Member
from backoffice.exercises.models import Exercise
from backoffice.exercises.vocabulary import Setting
from backoffice.programs.actions import add_template, save_day, start_program
from backoffice.programs.draft import DayDraft, ItemDraft
from backoffice.programs.models import Program

PLANNED = 10
"""So many members have a program, every third of them one for home as well."""
BEGAN, HEAVIER = timedelta(weeks=5), timedelta(days=6)
GYM_DAYS = {
    0: ("脚と背中", "Legs and back", ("shoulder_blade_circles", "goblet_squat", "lat_pulldown", "bird_dog")),
    3: (
        "胸ともも裏",
        "Chest and hamstrings",
        ("thoracic_rotation", "dumbbell_press", "romanian_deadlift", "chest_opener"),
    ),
}
HOME_DAYS = {
    1: ("朝の10分", "Ten minutes in the morning", ("wall_posture_reset", "bird_dog", "towel_back_release")),
    5: ("週末", "Weekend", ("easy_walk_or_stairs", "chest_opener")),
}
LOADED = {
    "goblet_squat": Decimal(12),
    "lat_pulldown": Decimal("27.5"),
    "dumbbell_press": Decimal(14),
    "romanian_deadlift": Decimal(20),
}
"""Kilograms to begin with."""


def plan_members(diary: Diary, members: list[Member], own: dict[str, Exercise]) -> None:
    """Programs of the first members, by their own trainers, with the gym's `own` exercises among others."""
    known = {one.source_key or "": one for one in db.session.scalars(select(Exercise))} | own
    began = diary.now - BEGAN
    with transaction():
        first = Actor("staff", diary.trainers[0].staff_id, diary.trainers[0].name_ja)
        gym = add_template(diary.studio, "姿勢改善の基本（週2回）", "Posture basics", by=first, now=began)
        home = add_template(
            diary.studio, "自宅の10分メニュー", "Ten minutes at home", place=Setting.HOME, by=first, now=began
        )
        for template, days in ((gym, GYM_DAYS), (home, HOME_DAYS)):
            for weekday, (ja, en, keys) in days.items():
                day = DayDraft(tuple(_item(known[key], key) for key in keys), ja, en)
                save_day(
                    diary.studio, None, template.id, 1, weekday, day, valid_from=local_date(began, diary.studio.zone),
                    version=None, by=first, now=began,
                )  # fmt: skip
        for number, member in enumerate(members[:PLANNED]):
            _plan(diary, member, gym, home if number % 3 == 0 else None, known)


def _plan(
    diary: Diary, member: Member, gym: Program, home: Program | None, known: dict[str, Exercise]
) -> None:
    by = Actor("staff", member.trainer.staff_id, member.trainer.name_ja)
    began = max(diary.now - BEGAN, member.since)
    heavier = max(diary.now - HEAVIER, began)
    zone, person_id = diary.studio.zone, member.person.id
    made = start_program(
        diary.studio, person_id, gym.name_ja, gym.name_en, starts_on=local_date(began, zone), template_id=gym.id,
        by=by, now=began,
    )  # fmt: skip
    ja, en, keys = GYM_DAYS[3]
    items = tuple(_item(known[key], key) for key in keys)
    day = DayDraft(tuple(replace(one, load_kg=one.load_kg and one.load_kg + 1) for one in items), ja, en)
    save_day(
        diary.studio, person_id, made.id, 1, 3, day, valid_from=local_date(heavier, zone), version=None, by=by,
        now=heavier,
    )  # fmt: skip
    if home:
        start_program(
            diary.studio, person_id, home.name_ja, home.name_en, starts_on=local_date(heavier, zone),
            place=Setting.HOME, template_id=home.id, weekly=3, by=by, now=heavier,
        )  # fmt: skip


def _item(exercise: Exercise, key: str) -> ItemDraft:
    return ItemDraft(
        exercise.id, exercise.unit, exercise.counted, exercise.sets or 2, exercise.amount or 10, exercise.amount_to,
        LOADED.get(key), exercise.hold_seconds, 60 if exercise.section == "main" else None,
        Decimal("7.5") if key in LOADED else None,
    )  # fmt: skip
