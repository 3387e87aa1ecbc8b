"""The calendar's data: bookings as light rows and, behind them, the time that cannot be booked.

Times leave the database as the studio's wall clock, so that nothing has to be converted row by row.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    DateTime,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from backoffice.bookings.models import Block, Booking, BookingState, Participant
from backoffice.bookings.shift_table import DAY_MINUTES, Planned, minute_of_day, shift_table
from backoffice.bookings.spans import Span, minus
from backoffice.core.clock import day_span
from backoffice.core.db import fetch
from backoffice.people.models import Person
from backoffice.staff.models import TimeOff, Trainer
from backoffice.studio.calendar_days import open_times
from backoffice.studio.models import Room, Service

SHOWN = (BookingState.HELD, BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW)
WALL = 'YYYY-MM-DD"T"HH24:MI:00'
MOST_DAYS = 42


class Event(NamedTuple):
    """A booking on the calendar. `start` and `end` are the studio's wall clock."""

    id: int
    trainer_id: int
    room_id: int | None
    start: str
    end: str
    names: list[str]
    kind: str
    service_ja: str
    service_en: str
    room_ja: str | None
    room_en: str | None
    state: str
    is_named: bool
    version: int

    def without_guests(self) -> "Event":
        """The same booking for a colleague of its trainer: the time is taken, by whom is not their business."""
        return self._replace(names=[], is_named=False)


class Shade(NamedTuple):
    """A span in which a trainer or a room cannot be booked, and why ('' = no shift or closed)."""

    trainer_id: int | None
    start: str
    end: str
    reason: str
    room_id: int | None = None


def _wall(column: Any) -> Any:
    return func.to_char(func.timezone(bindparam("zone"), column), literal_column(f"'{WALL}'"))


_STUDIO: BindParameter[int] = bindparam("studio")
_BEGIN, _END = (bindparam(name, type_=DateTime(timezone=True)) for name in ("begin", "end"))

# The statements are put together once: the calendar asks them all day, and building them costs more than running them.
_NAMES = (
    select(
        func.array_agg(
            aggregate_order_by(func.coalesce(func.nullif(Person.name, ""), Person.kana), Participant.position)
        )
    )
    .join(Person, Person.id == Participant.person_id)
    .where(Participant.booking_id == Booking.id)
    .scalar_subquery()
)
_EVENTS = (
    select(
        Booking.id, Booking.trainer_id, Booking.room_id, _wall(Booking.starts_at), _wall(Booking.ends_at), _NAMES,
        Service.kind, Service.name_ja, Service.name_en, Room.name_ja, Room.name_en,
        Booking.state, Booking.is_named, Booking.version,
    )
    .join(Service, Service.id == Booking.service_id)
    .outerjoin(Room, Room.id == Booking.room_id)
    .where(
        Booking.studio_id == _STUDIO, Booking.starts_at >= _BEGIN, Booking.starts_at < _END,
        Booking.state.in_(SHOWN),
    )
    .order_by(Booking.starts_at, Booking.id)
)  # fmt: skip
_WORKING = (
    select(Trainer.id).where(Trainer.studio_id == _STUDIO, Trainer.archived_at.is_(None)).order_by(Trainer.id)
)
_ABSENCES = union_all(
    select(
        TimeOff.trainer_id, _wall(TimeOff.starts_at), _wall(TimeOff.ends_at), TimeOff.reason, cast(null(), BigInteger),
    )
    .join(Trainer, Trainer.id == TimeOff.trainer_id)
    .where(
        Trainer.studio_id == _STUDIO, TimeOff.cancelled_at.is_(None),
        TimeOff.starts_at < _END, TimeOff.ends_at > _BEGIN,
    ),
    select(Block.trainer_id, _wall(Block.starts_at), _wall(Block.ends_at), Block.reason, Block.room_id).where(
        Block.studio_id == _STUDIO, Block.removed_at.is_(None),
        Block.starts_at < _END, Block.ends_at > _BEGIN,
    ),
)  # fmt: skip


def events(
    studio_id: int,
    first: date,
    last: date,
    zone: str,
    *,
    trainer_id: int | None = None,
    reader: int | None = None,
) -> list[Event]:
    """The bookings that begin from day `first` until before day `last`, at most `MOST_DAYS` days. One statement.

    `reader` is the trainer who reads: bookings of colleagues then say when and what, not who. None reads all.
    """
    begin, end = _span(first, last, zone)
    asked = {"studio": studio_id, "zone": zone, "begin": begin, "end": end}
    query = _EVENTS if trainer_id is None else _EVENTS.where(Booking.trainer_id == trainer_id)
    found = (Event._make(row) for row in fetch(query, asked))
    return [one if reader in (None, one.trainer_id) else one.without_guests() for one in found]


def closed_times(studio_id: int, first: date, last: date) -> list[Shade]:
    """Where trainers cannot be booked by the set-up in these days: closed, no shift, break. Three statements."""
    days = [first + timedelta(days=n) for n in range(min((last - first).days, MOST_DAYS))]
    open_hours = open_times(studio_id, days[0], days[-1])
    trainer_ids = list(fetch(_WORKING, {"studio": studio_id}).scalars())
    table = shift_table(trainer_ids, days[0], days[-1])
    off = Planned([])
    return [
        Shade(trainer_id, _at(day, start), _at(day, end), "")
        for day in days
        for trainer_id in trainer_ids
        for start, end in gaps(open_hours.get(day), table.get((trainer_id, day), off).spans)
    ]


def absences(studio_id: int, first: date, last: date, zone: str) -> list[Shade]:
    """Time off of trainers, blocks of trainers and rooms in these days. One statement."""
    begin, end = _span(first, last, zone)
    span = {"studio": studio_id, "zone": zone, "begin": begin, "end": end}
    return [Shade._make(row) for row in fetch(_ABSENCES, span)]


def gaps(opens: tuple[time, time] | None, working: Iterable[Span]) -> list[Span]:
    """The parts of a day outside opening hours or outside the hours worked, as minutes of the day."""
    if opens is None:
        return [(0, DAY_MINUTES)]
    start, end = minute_of_day(opens[0]), minute_of_day(opens[1])
    return minus([(0, DAY_MINUTES)], [(max(begin, start), min(finish, end)) for begin, finish in working])


def _span(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    last = min(last, first + timedelta(days=MOST_DAYS))
    return day_span(first, zone)[0], day_span(last, zone)[0]


def _at(day: date, minute: int) -> str:
    return (datetime.combine(day, time.min) + timedelta(minutes=minute)).isoformat()
