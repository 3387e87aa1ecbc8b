"""Copying a week or the previous month onto a month: looked at first, done in one go, undone in one go."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backoffice.bookings.shift_table import Planned, shift_table
from backoffice.bookings.spans import Span
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid, Stale
from backoffice.core.language import N_
from backoffice.shifts.days import Cell, lock_tables, own_days, write_days
from backoffice.shifts.models import ShiftCopy
from backoffice.staff.trainers import trainers
from backoffice.studio.calendar_days import days
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio

CHANGED = N_("The table has changed since you looked at it. Please look again: nothing was copied.")


@dataclass(frozen=True)
class Change:
    """A day that a copy would change: what stands there, and what would."""

    trainer_id: int
    day: date
    source: date
    before: Planned
    after: list[Span]

    @property
    def is_edited(self) -> bool:
        """Whether somebody has given this day hours of its own; such a day is kept unless it is ticked."""
        return self.before.version is not None


@dataclass(frozen=True)
class Plan:
    """What copying would change, trainer by trainer. `fingerprint` differs as soon as anything of it does."""

    month: date
    changes: list[Change]

    @property
    def fingerprint(self) -> str:
        """For the form: what was looked at is what is done."""
        return hashlib.blake2b(repr(self.changes).encode(), digest_size=12).hexdigest()


def month_days(month: date) -> list[date]:
    """Every day of a month."""
    first = month.replace(day=1)
    return list(days(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)))


def source_days(month: date, week: date | None) -> dict[date, date]:
    """Which day each day of a month is copied from: the same weekday of the week of `week`.

    Without a week: the same weekday of the month before, the first Friday from the first Friday; a fifth one takes the
    last of a month that has only four. Pure.
    """
    wanted = month_days(month)
    if week is not None:
        monday = week - timedelta(days=week.weekday())
        return {day: monday + timedelta(days=day.weekday()) for day in wanted}
    before = month_days(wanted[0] - timedelta(days=1))
    same = {weekday: [day for day in before if day.weekday() == weekday] for weekday in range(7)}
    return {day: same[day.weekday()][_turn(day, len(same[day.weekday()]))] for day in wanted}


def plan_copy(studio: Studio, month: date, week: date | None, *, now: datetime) -> Plan:
    """The days from today on that would change. Two statements."""
    today = local_date(now, studio.zone)
    sources = {day: source for day, source in source_days(month, week).items() if day >= today}
    if not sources:
        return Plan(month.replace(day=1), [])
    team = [one.id for one in trainers(studio.id)]
    every = [*sources, *sources.values()]
    table = shift_table(team, min(every), max(every))
    off = Planned([])
    changes = [
        Change(one, day, source, table.get((one, day), off), table.get((one, source), off).spans)
        for one in team
        for day, source in sources.items()
    ]
    return Plan(month.replace(day=1), [one for one in changes if one.before.spans != one.after])


def copy_table(
    studio: Studio,
    month: date,
    week: date | None,
    *,
    overwrite: Collection[Cell] = (),
    seen: str,
    by: Actor,
    now: datetime,
) -> ShiftCopy:
    """Copy what was looked at; days that were edited by hand only where they are in `overwrite`.

    Raises `Stale` when the plan is not the one that was `seen`, `Invalid` when nothing would change.
    """
    lock_tables([one.id for one in trainers(studio.id)])
    plan = plan_copy(studio, month, week, now=now)
    if plan.fingerprint != seen:
        raise Stale(CHANGED)
    wanted = {
        (one.trainer_id, one.day): one.after
        for one in plan.changes
        if not one.is_edited or (one.trainer_id, one.day) in overwrite
    }
    if not wanted:
        raise Invalid(N_("Nothing would change."))
    before = own_days(wanted)
    written = [
        {
            "trainer_id": cell[0],
            "day": cell[1].isoformat(),
            "hours": before[cell][0] if cell in before else None,
            "version": version,
        }
        for cell, version in sorted(write_days(studio.id, wanted).items())
    ]
    copy = ShiftCopy(studio_id=studio.id, month=plan.month, days=written, created_at=now, created_by=by.label)
    db.session.add(copy)
    db.session.flush()
    after = {"month": plan.month, "from": week or "month before", "days": len(wanted)}
    record("shift.copied", "shift", copy.id, by=by, now=now, after=after)
    return copy


def undo_copy(studio: Studio, copy_id: int, *, by: Actor, now: datetime) -> tuple[int, int]:
    """Put back what stood there before; how many days, and how many were changed since and stay. Twice changes nothing.

    Days that have passed stay as they were worked. Raises `NotFound`.
    """
    copy = of_studio(ShiftCopy, studio.id, copy_id, lock=True)
    if copy.undone_at is not None:
        return 0, 0
    today = local_date(now, studio.zone)
    every = {(row["trainer_id"], date.fromisoformat(row["day"])): row for row in copy.days}
    written = {cell: row for cell, row in every.items() if cell[1] >= today}
    lock_tables({trainer_id for trainer_id, _day in written})
    present = own_days(written)
    back = {
        cell: None if row["hours"] is None else [(start, end) for start, end in row["hours"]]
        for cell, row in written.items()
        if present[cell][1] == row["version"]
    }
    write_days(studio.id, back)
    copy.undone_at = now
    record("shift.copy_undone", "shift", copy.id, by=by, now=now, after={"days": len(back)})
    return len(back), len(written) - len(back)


def _turn(day: date, of: int) -> int:
    """Whether it is the first (0), second … of its weekday in the month, at most the last of `of`."""
    return min((day.day - 1) // 7, of - 1)
