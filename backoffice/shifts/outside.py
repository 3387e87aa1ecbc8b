"""Bookings ahead that lie outside the hours of their trainer: listed to be called, never moved by themselves."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from backoffice.bookings.models import Booking, Participant
from backoffice.bookings.schedule import AHEAD
from backoffice.bookings.shift_table import instants
from backoffice.bookings.spans import inside, instant, minute_after, minute_of
from backoffice.bookings.working_time import hours_of
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.shifts.days import Cell
from backoffice.shifts.swap_moves import Move
from backoffice.staff.models import TimeOff
from backoffice.studio.models import Studio

MOST = 200
_MINUTE = timedelta(minutes=1)


class Outside(NamedTuple):
    """A guest of a booking that its trainer does not work; with the absence that takes the time, if one does."""

    booking_id: int
    starts_at: datetime
    ends_at: datetime
    trainer_id: int
    person_id: int
    name: str
    kana: str
    phone: str | None
    time_off_id: int | None

    @property
    def shown_name(self) -> str:
        """The name, or the reading where it is all there is."""
        return self.name or self.kana


def outside_hours(
    studio: Studio, *, now: datetime, trainer_id: int | None = None, cells: Collection[Cell] | None = None
) -> list[Outside]:
    """The guests of bookings ahead whose trainer does not work all of it (preparation and clean-up included).

    Of one trainer or of single `cells`, if asked; in order of time, at most `MOST`. Three statements.
    """
    busy_from = Booking.starts_at - Booking.prep_minutes * _MINUTE
    busy_until = Booking.ends_at + Booking.cleanup_minutes * _MINUTE
    query = select(Booking.id, Booking.trainer_id, Booking.starts_at, busy_from, busy_until).where(
        Booking.studio_id == studio.id,
        Booking.state.in_(AHEAD),
        Booking.starts_at > now,
        _is_no_lapsed_hold(now),
    )
    if trainer_id is not None:
        query = query.where(Booking.trainer_id == trainer_id)
    if cells is not None:
        query = query.where(Booking.trainer_id.in_({one for one, _day in cells}))
    by_day: dict[Cell, list[tuple[int, tuple[int, int]]]] = defaultdict(list)
    for booking_id, trainer, starts_at, begin, end in db.session.execute(query):
        cell = (trainer, local_date(starts_at, studio.zone))
        if cells is None or cell in cells:
            by_day[cell].append((booking_id, (minute_of(begin), minute_after(end))))
    return _details(Booking.id.in_(_not_worked(studio, by_day))) if by_day else []


def within(
    studio: Studio, moves: Sequence[Move], *, now: datetime, trainer_id: int | None = None
) -> list[Outside]:
    """The guests whose booking ahead falls into hours that go from one trainer to another, and is still with the first.

    `trainer_id` narrows it to the guests of one trainer. One statement.
    """
    taken = [
        and_(
            Booking.trainer_id == move.giver,
            Booking.starts_at - Booking.prep_minutes * _MINUTE < instant(end),
            Booking.ends_at + Booking.cleanup_minutes * _MINUTE > instant(start),
        )
        for move in moves
        for start, end in instants(move.day, move.spans, studio.zone)
        if trainer_id in (None, move.giver)
    ]
    ahead = Booking.state.in_(AHEAD) & (Booking.starts_at > now) & _is_no_lapsed_hold(now)
    return _details(and_(Booking.studio_id == studio.id, ahead, or_(false(), *taken)))


def _not_worked(studio: Studio, by_day: dict[Cell, list[tuple[int, tuple[int, int]]]]) -> list[int]:
    every: list[date] = [day for _trainer, day in by_day]
    hours = hours_of(studio, sorted({one for one, _day in by_day}), min(every), max(every))
    return [
        booking_id
        for (trainer, _day), bookings in by_day.items()
        for booking_id, busy in bookings
        if not inside(hours.working[trainer], busy)
    ]


def _is_no_lapsed_hold(now: datetime) -> ColumnElement[bool]:
    return or_(Booking.held_until.is_(None), Booking.held_until > now)


def _details(is_meant: ColumnElement[bool]) -> list[Outside]:
    absence = (
        select(func.min(TimeOff.id))
        .where(
            TimeOff.trainer_id == Booking.trainer_id,
            TimeOff.cancelled_at.is_(None),
            TimeOff.starts_at < Booking.ends_at + Booking.cleanup_minutes * _MINUTE,
            TimeOff.ends_at > Booking.starts_at - Booking.prep_minutes * _MINUTE,
        )
        .scalar_subquery()
    )
    query = (
        select(
            Booking.id, Booking.starts_at, Booking.ends_at, Booking.trainer_id,
            Person.id, Person.name, Person.kana, first_phone(), absence,
        )
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Person, Person.id == Participant.person_id)
        .where(is_meant)
        .order_by(Booking.starts_at, Booking.id, Participant.position)
        .limit(MOST)
    )  # fmt: skip
    return [Outside._make(row) for row in db.session.execute(query)]
