"""Trainers and their weekly hours."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update

from backoffice.core.audit import Actor, AuditLine, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.staff.models import Role, Shift, Staff, StaffState, TimeOff, Trainer
from backoffice.studio import editing
from backoffice.studio.actions import check_slug
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio

LONGEST_BACK = timedelta(days=365)
BEFORE_THE_GYM = N_("That is before the gym was founded here. Please choose a later day.")
TOO_LONG_AGO = N_("That is more than a year ago. Please choose a later day.")

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
    """Create a bookable trainer; hours are set apart, so nobody can book them yet. Refuses a short name in use."""
    check_slug(slug)
    if (
        db.session.scalar(select(Trainer.id).where(Trainer.studio_id == studio_id, Trainer.slug == slug))
        is not None
    ):
        raise Invalid(N_("This short name is already in use."), field="slug")
    _check_account(staff_id, None)
    trainer = Trainer(
        studio_id=studio_id,
        slug=slug,
        name_ja=name_ja,
        name_en=name_en,
        staff_id=staff_id,
        is_woman=is_woman,
        intro_ja=intro_ja,
        intro_en=intro_en,
        position=db.session.scalar(select(func.count()).where(Trainer.studio_id == studio_id)) or 0,
    )
    db.session.add(trainer)
    db.session.flush()
    record("trainer.added", "trainer", trainer.id, by=by, now=now, after={"slug": slug, "name_ja": name_ja})
    return trainer


def update_trainer(
    trainer_id: int, changes: Mapping[str, Any], *, version: int | None, by: Actor, now: datetime
) -> Trainer:
    """Change a trainer's profile. Refuses an account that belongs to another trainer; raises `Stale`."""
    trainer = editing.locked(Trainer, trainer_id)
    _check_account(changes.get("staff_id"), trainer_id)
    editing.change(trainer, changes, "trainer", version=version, by=by, now=now)
    return trainer


def archive_trainer(trainer_id: int, *, by: Actor, now: datetime) -> None:
    """Take a trainer out of the calendar; bookings stay and must be moved one by one."""
    editing.archive(editing.locked(Trainer, trainer_id), "trainer", by=by, now=now)


def restore_trainer(trainer_id: int, *, by: Actor, now: datetime) -> None:
    """Put a trainer back into the calendar."""
    editing.restore(editing.locked(Trainer, trainer_id), "trainer", by=by, now=now)


def _check_account(staff_id: int | None, trainer_id: int | None) -> None:
    if staff_id is None:
        return
    holder = db.session.scalar(select(Trainer.id).where(Trainer.staff_id == staff_id))
    if holder is not None and holder != trainer_id:
        raise Invalid(N_("This account already belongs to another trainer."), field="staff_id")


def plan_weekly_hours(
    studio: Studio, trainer: Trainer, hours: Iterable[Hours], *, valid_from: date, by: Actor, now: datetime
) -> None:
    """Set weekly hours as staff do. Refuses (Invalid) a day before the gym was founded or more than a year back."""
    today = local_date(now, studio.zone)
    founded = db.session.scalar(
        select(func.min(AuditLine.at)).where(
            AuditLine.action == "studio.founded", AuditLine.subject_id == studio.id
        )
    )
    if founded is not None and valid_from < local_date(founded, studio.zone):
        raise Invalid(BEFORE_THE_GYM, field="valid_from")
    if valid_from < today - LONGEST_BACK:
        raise Invalid(TOO_LONG_AGO, field="valid_from")
    set_weekly_hours(trainer, hours, valid_from=valid_from, by=by, now=now)


def set_weekly_hours(
    trainer: Trainer, hours: Iterable[Hours], *, valid_from: date, by: Actor, now: datetime
) -> None:
    """Replace a trainer's weekly hours from a day on; what held before that day stays readable.

    Hours that were to begin on that day or later are dropped: they never held.
    """
    db.session.execute(delete(Shift).where(Shift.trainer_id == trainer.id, Shift.valid_from >= valid_from))
    db.session.execute(
        update(Shift)
        .where(
            Shift.trainer_id == trainer.id, Shift.valid_until.is_(None) | (Shift.valid_until >= valid_from)
        )
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
        after={"valid_from": valid_from, "hours": [f"{row.weekday} {row.starts_at:%H:%M}-{row.ends_at:%H:%M}" for row in rows]},  # noqa: E501
    )  # fmt: skip


def trainers(studio_id: int, *, public_only: bool = False) -> list[Trainer]:
    """The trainers in work, in the studio's order."""
    query = select(Trainer).where(Trainer.studio_id == studio_id, Trainer.archived_at.is_(None))
    if public_only:
        query = query.where(Trainer.is_public)
    return list(db.session.scalars(query.order_by(Trainer.position, Trainer.id)))


def all_trainers(studio_id: int) -> list[Trainer]:
    """Every trainer, archived ones last, for the settings."""
    query = select(Trainer).where(Trainer.studio_id == studio_id)
    return list(
        db.session.scalars(query.order_by(Trainer.archived_at.is_not(None), Trainer.position, Trainer.id))
    )


def trainer(studio_id: int, trainer_id: int) -> Trainer:
    """A trainer of this studio, archived or not. Raises `NotFound`."""
    return of_studio(Trainer, studio_id, trainer_id)


def trainer_of(staff_id: int) -> Trainer | None:
    """The trainer profile of an account, when it has one."""
    return db.session.scalar(
        select(Trainer).where(Trainer.staff_id == staff_id, Trainer.archived_at.is_(None))
    )


def accounts_for_trainers(studio_id: int) -> list[Staff]:
    """Accounts that a trainer profile can be joined to."""
    return list(
        db.session.scalars(select(Staff).where(Staff.studio_id == studio_id).order_by(Staff.name, Staff.id))
    )


def is_loose() -> ColumnElement[bool]:
    """Of an account: somebody trains with it, and no trainer who is in use is tied to it."""
    tied = exists().where(Trainer.staff_id == Staff.id, Trainer.archived_at.is_(None))
    return and_(Staff.state != StaffState.SUSPENDED, Staff.roles.contains([Role.TRAINER.value]), ~tied)


def loose_accounts(studio_id: int) -> list[Staff]:
    """The accounts of trainers whose own day nobody can show them yet."""
    query = select(Staff).where(Staff.studio_id == studio_id, is_loose())
    return list(db.session.scalars(query.order_by(Staff.name, Staff.id)))


def weekly_hours(trainer_id: int, on: date) -> list[Shift]:
    """The hours that hold in the week after a day, by weekday."""
    query = select(Shift).where(
        Shift.trainer_id == trainer_id,
        Shift.valid_from <= on,
        Shift.valid_until.is_(None) | (Shift.valid_until >= on),
    )
    return list(db.session.scalars(query.order_by(Shift.weekday, Shift.starts_at)))


def changes_of_hours(trainer_id: int, after: date) -> list[date]:
    """The later days on which other weekly hours begin."""
    query = (
        select(Shift.valid_from).where(Shift.trainer_id == trainer_id, Shift.valid_from > after).distinct()
    )
    return list(db.session.scalars(query.order_by(Shift.valid_from)))


def time_off_since(studio_id: int, since: datetime) -> list[tuple[TimeOff, Trainer]]:
    """Time off that is not over yet and was not taken back, soonest first."""
    query = (
        select(TimeOff, Trainer)
        .join(Trainer, Trainer.id == TimeOff.trainer_id)
        .where(Trainer.studio_id == studio_id, TimeOff.ends_at > since, TimeOff.cancelled_at.is_(None))
        .order_by(TimeOff.starts_at, TimeOff.id)
        .limit(200)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]
