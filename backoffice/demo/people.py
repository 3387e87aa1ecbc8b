"""Who works in the demo gym and when."""

from dataclasses import dataclass
from datetime import date, datetime, time
from secrets import token_urlsafe

from backoffice.core.audit import SYSTEM
from backoffice.staff.actions import add_with_password
from backoffice.staff.models import Role, Staff, Trainer
from backoffice.staff.passwords import hash_secret
from backoffice.staff.trainers import add_trainer, set_weekly_hours
from backoffice.studio.models import Studio

PASSWORD = "kyoto-demo-2026"  # noqa: S105 - printed by `make run`; production refuses it
STAFF = (
    ("owner@demo.example", "大西 悠", "Haruka Onishi", (Role.OWNER,)),
    ("manager@demo.example", "上京 麻里", "Mari Kamigyo", (Role.MANAGER,)),
    ("desk@demo.example", "北野 結", "Yui Kitano", (Role.FRONT_DESK,)),
)


@dataclass(frozen=True)
class DemoTrainer:
    """A trainer's account, profile and week (weekdays worked, from, to, break)."""

    mail: str
    slug: str
    name_ja: str
    name_en: str
    is_woman: bool
    weekdays: tuple[int, ...]
    hours: tuple[time, time, time, time]


TRAINERS = (
    DemoTrainer(
        "trainer@demo.example", "mori", "森 亮介", "Ryosuke Mori", False, (6, 0, 1, 2, 3),
        (time(10), time(20), time(14), time(15)),
    ),
    DemoTrainer(
        "okada@demo.example", "okada", "岡田 梨沙", "Risa Okada", True, (1, 2, 3, 4, 5),
        (time(11), time(20), time(15), time(16)),
    ),
    DemoTrainer(
        "nishijin@demo.example", "nishijin", "西陣 葵", "Aoi Nishijin", True, (4, 5, 6, 0, 1),
        (time(9), time(19), time(13), time(14)),
    ),
)  # fmt: skip


SIGN_INS = (
    "owner@demo.example", "manager@demo.example", "desk@demo.example", "trainer@demo.example", "okada@demo.example",
)  # fmt: skip
"""One sign-in for each role, as printed by `make run`."""


def hire(studio: Studio, since: date, *, now: datetime) -> tuple[Staff, list[Trainer]]:
    """Create the demo staff and the trainers with their weekly hours; returns the front desk and the trainers."""
    accounts = [
        _account(studio, mail, name, name_en, list(roles), now) for mail, name, name_en, roles in STAFF
    ]
    return accounts[-1], [_hire_trainer(studio, one, since, now) for one in TRAINERS]


def _account(studio: Studio, mail: str, name: str, name_en: str, roles: list[Role], now: datetime) -> Staff:
    """An account with the published password, which the form itself would refuse as easy to guess."""
    unknown = token_urlsafe(20)
    staff = add_with_password(
        mail, name, roles, unknown, studio_id=studio.id, name_en=name_en, by=SYSTEM, now=now
    )
    staff.password_hash = hash_secret(PASSWORD)
    return staff


def _hire_trainer(studio: Studio, one: DemoTrainer, since: date, now: datetime) -> Trainer:
    staff = _account(studio, one.mail, one.name_ja, one.name_en, [Role.TRAINER], now)
    trainer = add_trainer(
        studio.id,
        one.slug,
        one.name_ja,
        one.name_en,
        staff_id=staff.id,
        is_woman=one.is_woman,
        by=SYSTEM,
        now=now,
    )
    starts_at, ends_at, break_from, break_to = one.hours
    week = [(weekday, starts_at, ends_at, break_from, break_to) for weekday in one.weekdays]
    set_weekly_hours(trainer, week, valid_from=since, by=SYSTEM, now=now)
    return trainer
