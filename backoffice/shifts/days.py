"""Writing single days of the shift table: the one place that does."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import Range, insert

from backoffice.bookings.spans import Span
from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import check_version
from backoffice.shifts.hours_text import write_hours
from backoffice.staff.models import ShiftDay, Trainer

Cell = tuple[int, date]
"""A trainer and a day."""
WEEKLY = None
"""In place of spans: the weekly hours hold."""
NEVER_SET = 0
"""The version of a day that has never had hours of its own."""


def set_day(
    trainer: Trainer,
    day: date,
    spans: Sequence[Span] | None,
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> bool:
    """Give a trainer other hours on one day (none: off; `WEEKLY`: as every week); False when nothing differs.

    Bookings stay as they are; those that now lie outside are listed. Raises `Stale` when the day has changed since
    `version` was read.
    """
    cell = (trainer.id, day)
    lock_tables([trainer.id])
    before, at_version = own_days([cell]).get(cell, (WEEKLY, NEVER_SET))
    check_version(at_version, version)
    after = None if spans is None else list(spans)
    if before == after:
        return False
    write_days(trainer.studio_id, {cell: after})
    record(
        "shift.changed", "trainer", trainer.id, by=by, now=now,
        before={"day": day, "hours": said(before)}, after={"day": day, "hours": said(after)},
    )  # fmt: skip
    return True


def lock_tables(trainer_ids: Collection[int]) -> None:
    """Hold the tables of trainers until the transaction ends, in order, so that changes come one after another."""
    query = select(Trainer.id).where(Trainer.id.in_(trainer_ids)).order_by(Trainer.id)
    db.session.execute(query.with_for_update(key_share=True))


def own_days(cells: Collection[Cell]) -> dict[Cell, tuple[list[Span] | None, int]]:
    """The own hours of these days (`WEEKLY` where they were given back) and their versions. One statement."""
    rows = db.session.execute(
        select(ShiftDay.trainer_id, ShiftDay.day, ShiftDay.hours, ShiftDay.version).where(
            tuple_(ShiftDay.trainer_id, ShiftDay.day).in_(sorted(cells))
        )
    )
    return {(row.trainer_id, row.day): (spans_of(row.hours), row.version) for row in rows}


def write_days(studio_id: int, wanted: Mapping[Cell, Sequence[Span] | None]) -> dict[Cell, int]:
    """Write the own hours of days whose tables are locked; their new versions. One statement for any number."""
    if not wanted:
        return {}
    rows = [
        {"studio_id": studio_id, "trainer_id": trainer_id, "day": day, "hours": ranges(spans), "version": 1}
        for (trainer_id, day), spans in sorted(wanted.items(), key=lambda item: item[0])
    ]
    wish = insert(ShiftDay).values(rows)
    written = db.session.execute(
        wish.on_conflict_do_update(
            index_elements=["trainer_id", "day"],
            set_={"hours": wish.excluded.hours, "version": ShiftDay.version + 1},
        ).returning(ShiftDay.trainer_id, ShiftDay.day, ShiftDay.version)
    )
    return {(row.trainer_id, row.day): row.version for row in written}


def said(spans: Sequence[Span] | None) -> str:
    """Own hours for the audit."""
    return "weekly" if spans is None else write_hours(spans) or "off"


def ranges(spans: Sequence[Span] | None) -> list[Range[int]] | None:
    """Spans as the database keeps them."""
    return None if spans is None else [Range(start, end) for start, end in spans]


def spans_of(hours: Sequence[Range[int]] | None) -> list[Span] | None:
    """What the database keeps, as spans."""
    return None if hours is None else [(span.lower or 0, span.upper or 0) for span in hours]
