"""A small gym for tests, made through the same actions as a real one."""

from datetime import date, datetime, time

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.founding import found_gym
from backoffice.reports.start import Step
from backoffice.staff.models import Role, Staff, StaffState
from backoffice.staff.passwords import hash_secret
from backoffice.staff.trainers import add_trainer, set_weekly_hours
from backoffice.studio.models import Studio

PASSWORD = "correct-horse-kyoto"
PASSWORD_HASH = hash_secret(PASSWORD)


def make_gym(*, now: datetime) -> Studio:
    """The default studio with two trainers (mori, okada), working 10:00-20:00 with a break 14:00-15:00 every day."""
    with transaction():
        studio = found_gym("整 SEI", "SEI", by=SYSTEM, now=now)
        studio.skipped_steps = [step.value for step in Step]
        studio.phone, studio.mail = "+81755550123", "desk@sei.example"
        studio.address_ja, studio.address_en = (
            "京都市中京区烏丸通一丁目 2-3",
            "2-3 Karasuma 1-chome, Nakagyo-ku, Kyoto",
        )
        for slug, name_ja, name_en, is_woman in (
            ("mori", "森 亮介", "Ryosuke Mori", False),
            ("okada", "岡田 梨沙", "Risa Okada", True),
        ):
            trainer = add_trainer(studio.id, slug, name_ja, name_en, is_woman=is_woman, by=SYSTEM, now=now)
            hours = [(weekday, time(10), time(20), time(14), time(15)) for weekday in range(7)]
            set_weekly_hours(trainer, hours, valid_from=date(2025, 1, 1), by=SYSTEM, now=now)
    return studio


def make_staff(mail: str, roles: list[Role], *, now: datetime, name: str = "検査 花") -> Staff:
    """An active staff member whose password is `PASSWORD`."""
    studio_id = db.session.query(Studio.id).order_by(Studio.id).limit(1).scalar()
    staff = Staff(
        studio_id=studio_id,
        mail=mail,
        name=name,
        roles=[role.value for role in roles],
        state=StaffState.ACTIVE,
        password_hash=PASSWORD_HASH,
        created_at=now,
    )
    with transaction():
        db.session.add(staff)
    return staff
