"""Trainers and their weekly hours."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.staff.models import Shift, Trainer

Hours = tuple[int, time, time, time | None, time | None]
"""Weekday (0 = Monday), start, end, break from, break to."""


def add_trainer(
    studio_id: int,
    slug: str,
    name_ja: str,
    name_en: str,
    *,
    by: Actor,
    now: datetime,
    staff_id: int | None = None,
    is_woman: bool = False,
    intro_ja: str = "",
    intro_en: str = "",
) -> Trainer:
    """Create a bookable trainer; hours are set apart, so nobody can book them yet."""
    trainer = Trainer(
        studio_id=studio_id,
        slug=slug,
        name_ja=name_ja,
        name_en=name_en,
        staff_id=staff_id,
        is_woman=is_woman,
        intro_ja=intro_ja,
        intro_en=intro_en,
    )
    db.session.add(trainer)
    db.session.flush()
    record("trainer.added", "trainer", trainer.id, by=by, now=now, after={"slug": slug, "name_ja": name_ja})
    return trainer


def set_weekly_hours(trainer: Trainer, hours: Iterable[Hours], *, valid_from: date, by: Actor, now: datetime) -> None:
    """Replace a trainer's weekly hours from a day on; what held before that day stays readable."""
    db.session.execute(
        update(Shift)
        .where(Shift.trainer_id == trainer.id, Shift.valid_until.is_(None) | (Shift.valid_until >= valid_from))
        .values(valid_until=valid_from - timedelta(days=1))
    )
    rows = [
        Shift(
            studio_id=trainer.studio_id,
            trainer_id=trainer.id,
            weekday=weekday,
            starts_at=starts_at,
            ends_at=ends_at,
            break_from=break_from,
            break_to=break_to,
            valid_from=valid_from,
        )
        for weekday, starts_at, ends_at, break_from, break_to in hours
    ]
    db.session.add_all(rows)
    db.session.flush()
    record(
        "trainer.hours_set", "trainer", trainer.id, by=by, now=now,
        after={"valid_from": valid_from, "hours": [f"{row.weekday} {row.starts_at:%H:%M}-{row.ends_at:%H:%M}" for row in rows]},
    )  # fmt: skip


def trainers(studio_id: int, *, public_only: bool = False) -> list[Trainer]:
    """The trainers in work, in the studio's order."""
    query = select(Trainer).where(Trainer.studio_id == studio_id, Trainer.archived_at.is_(None))
    if public_only:
        query = query.where(Trainer.is_public)
    return list(db.session.scalars(query.order_by(Trainer.position, Trainer.id)))
