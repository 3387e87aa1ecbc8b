"""When the studio is open and each trainer works: opening hours and special days, shifts, breaks and time off."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    CompoundSelect,
    Date,
    DateTime,
    Integer,
    any_,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    union_all,
)

from backoffice.bookings.shift_table import (
    FIRST,
    LAST,
    TRAINERS,
    Planned,
    dated_rows,
    instants,
    minute_of_day,
    table_of,
    weekly_rows,
)
from backoffice.bookings.spans import Span, minus, minute_after, minute_of
from backoffice.core.clock import at_local
from backoffice.core.db import fetch
from backoffice.staff.models import TimeOff
from backoffice.studio.calendar_days import days
from backoffice.studio.models import OpeningHours, SpecialDay, Studio

_STUDIO: BindParameter[int] = bindparam("studio")
_NO_INSTANT = cast(null(), DateTime(timezone=True))

# Put together once, and one statement for all of it: every look for a free time and every booking asks this.
_HOURS: CompoundSelect[Any] = union_all(
    weekly_rows().add_columns(_NO_INSTANT.label("away_from"), _NO_INSTANT.label("away_until")),
    dated_rows().add_columns(null(), null()),
    select(
        literal_column("'week'"), cast(null(), BigInteger), OpeningHours.weekday, cast(null(), Date),
        OpeningHours.opens_at, OpeningHours.closes_at, *[null()] * 8,
    ).where(OpeningHours.studio_id == _STUDIO),
    select(
        literal_column("'day'"), null(), cast(null(), Integer), SpecialDay.day, SpecialDay.opens_at,
        SpecialDay.closes_at, *[null()] * 8,
    ).where(SpecialDay.studio_id == _STUDIO, SpecialDay.day.between(FIRST, LAST)),
    select(
        literal_column("'away'"), TimeOff.trainer_id, *[null()] * 10, TimeOff.starts_at, TimeOff.ends_at,
    ).where(
        TimeOff.trainer_id == any_(TRAINERS), TimeOff.cancelled_at.is_(None),
        TimeOff.starts_at < bindparam("end"), TimeOff.ends_at > bindparam("begin"),
    ),
)  # fmt: skip


@dataclass
class Hours:
    """When the studio is open and each trainer works, in a range of days.

    `table` is what was planned, `away` the time off that is taken out of it.
    """

    opening: dict[date, Span] = field(default_factory=dict)
    working: dict[int, list[Span]] = field(default_factory=dict)
    table: dict[tuple[int, date], Planned] = field(default_factory=dict)
    away: dict[int, list[Span]] = field(default_factory=dict)


def hours_of(studio: Studio, trainer_ids: Sequence[int], first: date, last: date) -> Hours:
    """Opening hours and the working time of trainers: the shift table of each day minus time off.

    One statement for any range of days.
    """
    asked = {
        "studio": studio.id, "trainers": list(trainer_ids), "first": first, "last": last,
        "begin": at_local(first, time.min, studio.zone),
        "end": at_local(last + timedelta(days=1), time.min, studio.zone),
    }  # fmt: skip
    rows: Sequence[Any] = fetch(_HOURS, asked).all()
    table = table_of(rows, first, last)
    away: dict[int, list[Span]] = {trainer_id: [] for trainer_id in trainer_ids}
    worked: dict[int, list[Span]] = {trainer_id: [] for trainer_id in trainer_ids}
    for row in rows:
        if row.kind == "away":
            away[row.trainer_id].append((minute_of(row.away_from), minute_after(row.away_until)))
    for (trainer_id, day), planned in table.items():
        worked[trainer_id] += instants(day, planned.spans, studio.zone)
    working = {trainer_id: minus(worked[trainer_id], away[trainer_id]) for trainer_id in trainer_ids}
    return Hours(_opening(rows, first, last, studio.zone), working, table, away)


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
            span = (minute_of_day(opens_at), minute_of_day(closes_at))
            opening[day] = instants(day, [span], zone)[0]
    return opening
