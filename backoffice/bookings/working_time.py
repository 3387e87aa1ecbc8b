"""When the studio is open and each trainer works: opening hours and special days, shifts, breaks and time off."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Date,
    DateTime,
    Integer,
    any_,
    bindparam,
    cast,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from backoffice.bookings.spans import Span, minus, minute_after, minute_of
from backoffice.core.clock import at_local
from backoffice.core.db import fetch
from backoffice.staff.models import Shift, TimeOff
from backoffice.studio.calendar_days import days
from backoffice.studio.models import OpeningHours, SpecialDay, Studio

_TRAINERS: BindParameter[Sequence[int]] = bindparam("trainers", type_=ARRAY(BigInteger))
_STUDIO: BindParameter[int] = bindparam("studio")
_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
_NO_DAY, _NO_INSTANT = cast(null(), Date), cast(null(), DateTime(timezone=True))


def _kind(word: str) -> Any:
    return literal_column(f"'{word}'").label("kind")


# Put together once, and one statement for all of it: every look for a free time and every booking asks this.
_HOURS = union_all(
    select(
        _kind("week"), cast(null(), BigInteger).label("trainer_id"), OpeningHours.weekday, _NO_DAY.label("day"),
        OpeningHours.opens_at.label("starts_at"), OpeningHours.closes_at.label("ends_at"),
        cast(null(), Shift.break_from.type).label("break_from"), cast(null(), Shift.break_to.type).label("break_to"),
        _NO_DAY.label("valid_from"), _NO_DAY.label("valid_until"),
        _NO_INSTANT.label("away_from"), _NO_INSTANT.label("away_until"),
    ).where(OpeningHours.studio_id == _STUDIO),
    select(
        _kind("day"), null(), cast(null(), Integer), SpecialDay.day, SpecialDay.opens_at, SpecialDay.closes_at,
        null(), null(), null(), null(), null(), null(),
    ).where(SpecialDay.studio_id == _STUDIO, SpecialDay.day.between(_FIRST, _LAST)),
    select(
        _kind("shift"), Shift.trainer_id, Shift.weekday, null(), Shift.starts_at, Shift.ends_at,
        Shift.break_from, Shift.break_to, Shift.valid_from, Shift.valid_until, null(), null(),
    ).where(
        Shift.trainer_id == any_(_TRAINERS), Shift.valid_from <= _LAST,
        or_(Shift.valid_until.is_(None), Shift.valid_until >= _FIRST),
    ),
    select(
        _kind("away"), TimeOff.trainer_id, null(), null(), null(), null(), null(), null(), null(), null(),
        TimeOff.starts_at, TimeOff.ends_at,
    ).where(
        TimeOff.trainer_id == any_(_TRAINERS), TimeOff.cancelled_at.is_(None),
        TimeOff.starts_at < bindparam("end"), TimeOff.ends_at > bindparam("begin"),
    ),
)  # fmt: skip


@dataclass
class Hours:
    """When the studio is open and each trainer works, in a range of days."""

    opening: dict[date, Span] = field(default_factory=dict)
    working: dict[int, list[Span]] = field(default_factory=dict)


def hours_of(studio: Studio, trainer_ids: Sequence[int], first: date, last: date) -> Hours:
    """Opening hours and the working time of trainers: shifts of each day minus the break, minus time off.

    One statement for any range of days.
    """
    asked = {
        "studio": studio.id, "trainers": list(trainer_ids), "first": first, "last": last,
        "begin": at_local(first, time.min, studio.zone),
        "end": at_local(last + timedelta(days=1), time.min, studio.zone),
    }  # fmt: skip
    rows = fetch(_HOURS, asked).all()
    return Hours(
        _opening(rows, first, last, studio.zone), _working(rows, trainer_ids, first, last, studio.zone)
    )


def _opening(rows: Sequence[Any], first: date, last: date, zone: str) -> dict[date, Span]:
    hours = {
        row.weekday if row.kind == "week" else row.day: (row.starts_at, row.ends_at)
        for row in rows
        if row.kind in ("week", "day")
    }
    opening = {}
    for day in days(first, last):
        opens_at, closes_at = hours.get(day) or hours.get(day.weekday()) or (None, None)
        if opens_at is not None and closes_at is not None:
            opening[day] = _span(day, opens_at, closes_at, zone)
    return opening


def _working(
    rows: Sequence[Any], trainer_ids: Sequence[int], first: date, last: date, zone: str
) -> dict[int, list[Span]]:
    worked: dict[int, list[Span]] = {trainer_id: [] for trainer_id in trainer_ids}
    breaks: dict[int, list[Span]] = {trainer_id: [] for trainer_id in trainer_ids}
    shifts = [row for row in rows if row.kind == "shift"]
    for row in rows:
        if row.kind == "away":
            breaks[row.trainer_id].append((minute_of(row.away_from), minute_after(row.away_until)))
    for day in days(first, last):
        for row in shifts:
            if row.weekday != day.weekday() or row.valid_from > day or (row.valid_until or day) < day:
                continue
            worked[row.trainer_id].append(_span(day, row.starts_at, row.ends_at, zone))
            if row.break_from is not None and row.break_to is not None:
                breaks[row.trainer_id].append(_span(day, row.break_from, row.break_to, zone))
    return {trainer_id: minus(worked[trainer_id], breaks[trainer_id]) for trainer_id in trainer_ids}


def _span(day: date, start: time, end: time, zone: str) -> Span:
    return minute_of(at_local(day, start, zone)), minute_of(at_local(day, end, zone))
