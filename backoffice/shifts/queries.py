"""The month as a page shows it: who works when on each day, how long, and how many bookings there are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from backoffice.bookings.calendar_feed import SHOWN
from backoffice.bookings.models import Booking
from backoffice.bookings.schedule import AHEAD
from backoffice.bookings.shift_table import Planned, instants, wall_span
from backoffice.bookings.spans import Span, inside, minus, minute_after, minute_of
from backoffice.bookings.working_time import Hours, hours_of
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db, fetch
from backoffice.core.errors import NotFound
from backoffice.shifts.copying import month_days
from backoffice.shifts.models import OPEN_SWAPS, ShiftCopy, ShiftSwap
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio

_OFF = Planned([])
MOST_SWAPS = 50


@dataclass
class Cell:
    """One trainer on one day. `worked` are minutes of the day, time off and closing days taken out."""

    worked: list[Span] = field(default_factory=list)
    is_edited: bool = False
    is_away: bool = False
    bookings: int = 0
    outside: int = 0

    @property
    def minutes(self) -> int:
        """How long the trainer works."""
        return sum(end - start for start, end in self.worked)


@dataclass(frozen=True)
class Month:
    """The table of a month: its open days, and a cell for each trainer and day."""

    days: list[date]
    open_days: frozenset[date]
    cells: dict[tuple[int, date], Cell]

    def minutes(self, trainer_id: int) -> int:
        """How long a trainer works in the month."""
        return sum(self.cells[trainer_id, day].minutes for day in self.days)

    def bookings(self, trainer_id: int) -> int:
        """How many bookings a trainer has in the month."""
        return sum(self.cells[trainer_id, day].bookings for day in self.days)

    @property
    def outside(self) -> int:
        """How many bookings ahead lie outside the hours of their trainer."""
        return sum(cell.outside for cell in self.cells.values())


class Taken(NamedTuple):
    """A booking as the table counts it."""

    trainer_id: int
    starts_at: datetime
    ends_at: datetime
    prep_minutes: int
    cleanup_minutes: int
    state: str

    def is_outside(self, hours: Hours) -> bool:
        """Whether its trainer does not work all of it, preparation and clean-up included."""
        start = minute_of(self.starts_at) - self.prep_minutes
        end = minute_after(self.ends_at) + self.cleanup_minutes
        return not inside(hours.working.get(self.trainer_id, []), (start, end))


def month_table(studio: Studio, trainer_ids: Sequence[int], month: date, *, now: datetime) -> Month:
    """The table of these trainers in a month of the studio. Two statements."""
    wanted = month_days(month)
    hours = hours_of(studio, trainer_ids, wanted[0], wanted[-1])
    cells = {
        (trainer_id, day): _cell(hours, trainer_id, day, studio.zone)
        for trainer_id in trainer_ids
        for day in wanted
    }
    for booking in _bookings(studio, wanted[0], wanted[-1]):
        cell = cells.get((booking.trainer_id, local_date(booking.starts_at, studio.zone)))
        if cell is not None:
            cell.bookings += 1
            cell.outside += booking.state in AHEAD and booking.starts_at > now and booking.is_outside(hours)
    return Month(wanted, frozenset(hours.opening), cells)


def last_copy(studio_id: int, month: date) -> ShiftCopy | None:
    """The newest copy onto a month that was not undone."""
    query = select(ShiftCopy).where(
        ShiftCopy.studio_id == studio_id,
        ShiftCopy.month == month.replace(day=1),
        ShiftCopy.undone_at.is_(None),
    )
    return db.session.scalar(query.order_by(ShiftCopy.id.desc()).limit(1))


def swaps(
    studio_id: int, *, trainer_id: int | None = None, open_only: bool = False, limit: int = MOST_SWAPS
) -> list[ShiftSwap]:
    """Requests to swap, the newest first: all, or those of one trainer (asking or asked). One statement."""
    query = (
        select(ShiftSwap).where(ShiftSwap.studio_id == studio_id).order_by(ShiftSwap.id.desc()).limit(limit)
    )
    if trainer_id is not None:
        query = query.where(or_(ShiftSwap.trainer_id == trainer_id, ShiftSwap.other_id == trainer_id))
    if open_only:
        query = query.where(ShiftSwap.state.in_(OPEN_SWAPS))
    return list(db.session.scalars(query))


def swap_of(studio_id: int, swap_id: int, *, trainer_id: int | None) -> ShiftSwap:
    """A request of this studio; for a trainer only their own. Raises `NotFound`."""
    swap = of_studio(ShiftSwap, studio_id, swap_id)
    if trainer_id not in (None, swap.trainer_id, swap.other_id):
        raise NotFound
    return swap


def _cell(hours: Hours, trainer_id: int, day: date, zone: str) -> Cell:
    planned = hours.table.get((trainer_id, day), _OFF)
    if day not in hours.opening or not planned.spans:
        return Cell(is_edited=planned.version is not None)
    whole = instants(day, planned.spans, zone)
    left = minus(whole, hours.away[trainer_id])
    worked = [wall_span(day, span, zone) for span in left]
    return Cell(worked, planned.version is not None, left != whole)


_BOOKINGS: Any = select(
    Booking.trainer_id, Booking.starts_at, Booking.ends_at, Booking.prep_minutes, Booking.cleanup_minutes, Booking.state
)  # fmt: skip


def _bookings(studio: Studio, first: date, last: date) -> list[Taken]:
    begin = at_local(first, time.min, studio.zone)
    end = at_local(last + timedelta(days=1), time.min, studio.zone)
    query = _BOOKINGS.where(
        Booking.studio_id == studio.id,
        Booking.starts_at >= begin,
        Booking.starts_at < end,
        Booking.state.in_(SHOWN),
    )
    return [Taken._make(row) for row in fetch(query)]
