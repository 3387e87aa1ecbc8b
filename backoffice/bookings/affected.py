"""Bookings that stand in time nobody can work any more: listed to be moved by hand, never moved by themselves."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Time, cast, exists, func, or_, select

from backoffice.bookings.models import Block, Booking, Participant
from backoffice.bookings.schedule import AHEAD, BookingHit
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.staff.models import TimeOff
from backoffice.studio.models import SpecialDay, Studio

_MINUTE = timedelta(minutes=1)
MOST = 200


def by_time_off(studio_id: int, *, now: datetime) -> list[BookingHit]:
    """Guests ahead of a trainer who has time off then, preparation and clean-up included. One statement."""
    is_off = exists().where(
        TimeOff.trainer_id == Booking.trainer_id,
        TimeOff.cancelled_at.is_(None),
        TimeOff.starts_at < Booking.ends_at + Booking.cleanup_minutes * _MINUTE,
        TimeOff.ends_at > Booking.starts_at - Booking.prep_minutes * _MINUTE,
    )
    return _ahead(studio_id, is_off, now)


def by_special_days(studio: Studio, *, now: datetime) -> list[BookingHit]:
    """Guests ahead on a closing day, or outside the hours of a short one. One statement."""
    starts, ends = (func.timezone(studio.zone, column) for column in (Booking.starts_at, Booking.ends_at))
    is_outside = exists().where(
        SpecialDay.studio_id == studio.id,
        SpecialDay.day == cast(starts, Date),
        or_(
            SpecialDay.opens_at.is_(None),
            cast(starts, Time) < SpecialDay.opens_at,
            cast(ends, Time) > SpecialDay.closes_at,
        ),
    )
    return _ahead(studio.id, is_outside, now)


def blocks_ahead(studio_id: int, *, now: datetime) -> list[Block]:
    """Blocks that are not over and were not taken back, soonest first."""
    query = select(Block).where(Block.studio_id == studio_id, Block.removed_at.is_(None), Block.ends_at > now)
    return list(db.session.scalars(query.order_by(Block.starts_at, Block.id).limit(MOST)))


def _ahead(studio_id: int, condition: ColumnElement[Any], now: datetime) -> list[BookingHit]:
    query = (
        select(
            Booking.id, Booking.starts_at, Booking.ends_at, Booking.trainer_id,
            Person.id, Person.name, Person.kana, first_phone(),
        )
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Person, Person.id == Participant.person_id)
        .where(Booking.studio_id == studio_id, Booking.state.in_(AHEAD), Booking.starts_at > now, condition)
        .order_by(Booking.starts_at, Booking.id, Participant.position)
        .limit(MOST)
    )  # fmt: skip
    return [BookingHit._make(row) for row in db.session.execute(query)]
