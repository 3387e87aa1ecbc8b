"""When the studio is open and each trainer works: opening hours and special days, shifts, breaks and time off."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from sqlalchemy import BindParameter, bindparam, or_, select

from backoffice.bookings.spans import Span, minus, minute_after, minute_of
from backoffice.core.clock import at_local
from backoffice.core.db import db
from backoffice.staff.models import Shift, TimeOff
from backoffice.studio.calendar_days import days, open_spans
from backoffice.studio.models import Studio

# Put together once: every look for a free time asks both.
_TRAINERS: BindParameter[Sequence[int]] = bindparam("trainers", expanding=True)
_SHIFTS = select(
    Shift.trainer_id, Shift.weekday, Shift.starts_at, Shift.ends_at,
    Shift.break_from, Shift.break_to, Shift.valid_from, Shift.valid_until,
).where(
    Shift.trainer_id.in_(_TRAINERS),
    Shift.valid_from <= bindparam("last"),
    or_(Shift.valid_until.is_(None), Shift.valid_until >= bindparam("first")),
)  # fmt: skip
_TIME_OFF = select(TimeOff.trainer_id, TimeOff.starts_at, TimeOff.ends_at).where(
    TimeOff.trainer_id.in_(_TRAINERS),
    TimeOff.cancelled_at.is_(None),
    TimeOff.starts_at < bindparam("end"),
    TimeOff.ends_at > bindparam("begin"),
)


@dataclass
class Hours:
    """When the studio is open and each trainer works, in a range of days."""

    opening: dict[date, Span] = field(default_factory=dict)
    working: dict[int, list[Span]] = field(default_factory=dict)


def hours_of(studio: Studio, trainer_ids: Sequence[int], first: date, last: date) -> Hours:
    """Opening hours and the working time of trainers. Three statements for any range of days."""
    opening = {
        day: (minute_of(opens), minute_of(closes))
        for day, (opens, closes) in open_spans(studio, first, last).items()
    }
    return Hours(opening, _working(studio, trainer_ids, first, last))


def _working(studio: Studio, trainer_ids: Sequence[int], first: date, last: date) -> dict[int, list[Span]]:
    """What each trainer works: shifts of each day minus the break, minus time off. Two statements."""
    shifts = db.session.execute(_SHIFTS, {"trainers": trainer_ids, "first": first, "last": last}).all()
    begin = at_local(first, time.min, studio.zone)
    end = at_local(last + timedelta(days=1), time.min, studio.zone)
    off = db.session.execute(_TIME_OFF, {"trainers": trainer_ids, "begin": begin, "end": end}).all()
    worked: dict[int, list[Span]] = {trainer_id: [] for trainer_id in trainer_ids}
    breaks: dict[int, list[Span]] = {trainer_id: [] for trainer_id in trainer_ids}
    for absence in off:
        away = (minute_of(absence.starts_at), minute_after(absence.ends_at))
        breaks[absence.trainer_id].append(away)
    for day in days(first, last):
        for row in shifts:
            if row.weekday != day.weekday() or row.valid_from > day or (row.valid_until or day) < day:
                continue
            worked[row.trainer_id].append(_span(day, row.starts_at, row.ends_at, studio.zone))
            if row.break_from is not None and row.break_to is not None:
                breaks[row.trainer_id].append(_span(day, row.break_from, row.break_to, studio.zone))
    return {trainer_id: minus(worked[trainer_id], breaks[trainer_id]) for trainer_id in trainer_ids}


def _span(day: date, start: time, end: time, zone: str) -> Span:
    return minute_of(at_local(day, start, zone)), minute_of(at_local(day, end, zone))
