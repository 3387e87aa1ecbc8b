"""Time nobody can book: time off, blocks, closing days and short days. What they hit is listed, never moved."""

from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy import func, select

from backoffice.bookings import claims
from backoffice.bookings.models import Block, Booking, BookingState, Participant, Resource, resource_key
from backoffice.bookings.refusals import SlotTaken
from backoffice.core.audit import Actor, record
from backoffice.core.clock import at_local, day_span, local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.staff.models import TimeOff, Trainer
from backoffice.studio.models import Room, SpecialDay, Studio
from backoffice.studio.scope import of_studio

LONGEST_REASON = 200
AHEAD = (BookingState.HELD, BookingState.BOOKED)
END_FIRST = N_("The end must be after the beginning.")


class BookingHit(NamedTuple):
    """A guest of a booking that falls into time nobody can book any more, to be called."""

    booking_id: int
    starts_at: datetime
    ends_at: datetime
    trainer_id: int
    person_id: int
    name: str
    kana: str
    phone: str | None


def add_time_off(
    trainer: Trainer, starts_at: datetime, ends_at: datetime, *, reason: str = "", by: Actor, now: datetime
) -> list[BookingHit]:
    """A trainer does not work in a span; returns the bookings it hits. Refuses an end before the beginning."""
    _check_span(starts_at, ends_at)
    time_off = TimeOff(
        trainer_id=trainer.id,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=plain_text(reason, LONGEST_REASON),
        created_at=now,
    )
    db.session.add(time_off)
    db.session.flush()
    after = {"trainer_id": trainer.id, "starts_at": starts_at, "ends_at": ends_at}
    record("time_off.added", "time_off", time_off.id, by=by, now=now, after=after)
    return hits(trainer.studio_id, starts_at, ends_at, trainer_id=trainer.id)


def cancel_time_off(studio_id: int, time_off_id: int, *, by: Actor, now: datetime) -> None:
    """The trainer works after all. Twice changes nothing. Raises `NotFound`."""
    time_off = db.session.get(TimeOff, time_off_id, with_for_update=True, populate_existing=True)
    if time_off is None:
        raise NotFound
    of_studio(Trainer, studio_id, time_off.trainer_id)
    if time_off.cancelled_at is None:
        time_off.cancelled_at = now
        record("time_off.cancelled", "time_off", time_off.id, by=by, now=now)


def add_block(
    *,
    studio_id: int,
    starts_at: datetime,
    ends_at: datetime,
    trainer_id: int | None = None,
    room_id: int | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Block:
    """Take a trainer or a room for something that is no booking. Refused (SlotTaken) over a booking or a block."""
    _check_span(starts_at, ends_at)
    _check_owned(studio_id, trainer_id, room_id)

    def work() -> Block:
        block = Block(
            studio_id=studio_id,
            trainer_id=trainer_id,
            room_id=room_id,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=plain_text(reason, LONGEST_REASON),
            created_at=now,
            created_by=by.label,
        )
        db.session.add(block)
        db.session.flush()
        if claims.take(wanted, block_id=block.id, now=now):
            raise SlotTaken
        return block

    kind, resource_id = (Resource.ROOM, room_id) if trainer_id is None else (Resource.TRAINER, trainer_id)
    wanted = [claims.Wanted(resource_key(kind, resource_id or 0), starts_at, ends_at)]
    try:
        block = claims.in_savepoint(work)
    except SlotTaken:
        in_the_way = claims.who_is_in_the_way(wanted)
        raise SlotTaken(N_("There are bookings or blocks in this time."), in_the_way=in_the_way) from None
    after = {"trainer_id": trainer_id, "room_id": room_id, "starts_at": starts_at, "ends_at": ends_at}
    record("block.added", "block", block.id, by=by, now=now, after=after)
    return block


def remove_block(studio_id: int, block_id: int, *, by: Actor, now: datetime) -> None:
    """Give the time of a block back. Twice changes nothing. Raises `NotFound`."""
    block = of_studio(Block, studio_id, block_id, lock=True)
    if block.removed_at is None:
        block.removed_at = now
        claims.release(block_id=block.id)
        record("block.removed", "block", block.id, by=by, now=now)


def add_special_day(
    studio_id: int,
    day: date,
    *,
    opens_at: time | None = None,
    closes_at: time | None = None,
    name_ja: str = "",
    name_en: str = "",
    by: Actor,
    now: datetime,
) -> list[BookingHit]:
    """A closing day (no hours) or a short day; returns the bookings it hits.

    Refuses (Invalid) a day that has an entry already, half of the hours, and hours that end before they begin:
    opening over midnight is not supported.
    """
    if (opens_at is None) != (closes_at is None):
        raise Invalid(N_("Please enter both times, or none for a closing day."), field="opens_at")
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise Invalid(
            N_("The closing time must be after the opening time, on the same day."), field="closes_at"
        )
    known = select(SpecialDay.id).where(SpecialDay.studio_id == studio_id, SpecialDay.day == day)
    if db.session.scalar(known) is not None:
        raise Invalid(N_("This day is already on the list."), field="day")
    special = SpecialDay(
        studio_id=studio_id,
        day=day,
        opens_at=opens_at,
        closes_at=closes_at,
        name_ja=plain_text(name_ja, LONGEST_REASON),
        name_en=plain_text(name_en, LONGEST_REASON),
    )
    db.session.add(special)
    db.session.flush()
    after = {"day": day, "opens_at": opens_at, "closes_at": closes_at, "name_ja": special.name_ja}
    record("special_day.added", "special_day", special.id, by=by, now=now, after=after)
    return special_day_hits(special)


def remove_special_day(studio_id: int, special_day_id: int, *, by: Actor, now: datetime) -> None:
    """The usual hours hold again. Refuses a day that has passed: it stays as it was. Raises `NotFound`."""
    special = of_studio(SpecialDay, studio_id, special_day_id, lock=True)
    if special.day < local_date(now, db.session.get_one(Studio, special.studio_id).zone):
        raise Invalid(N_("This day has passed."))
    before = {"day": special.day, "opens_at": special.opens_at, "closes_at": special.closes_at}
    db.session.delete(special)
    record("special_day.removed", "special_day", special_day_id, by=by, now=now, before=before)


def special_day_hits(special: SpecialDay) -> list[BookingHit]:
    """The guests booked on a closing day, or outside the hours of a short day."""
    zone = db.session.get_one(Studio, special.studio_id).zone
    begin, end = day_span(special.day, zone)
    if special.opens_at is None or special.closes_at is None:
        return hits(special.studio_id, begin, end)
    opens, closes = (
        at_local(special.day, special.opens_at, zone),
        at_local(special.day, special.closes_at, zone),
    )
    found = hits(special.studio_id, begin, end)
    return [one for one in found if one.starts_at < opens or one.ends_at > closes]


def hits(
    studio_id: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    trainer_id: int | None = None,
    room_id: int | None = None,
) -> list[BookingHit]:
    """The guests whose booking, preparation and clean-up included, falls into a span. One statement."""
    minute = func.make_interval(0, 0, 0, 0, 0, 1)
    query = (
        select(
            Booking.id, Booking.starts_at, Booking.ends_at, Booking.trainer_id,
            Person.id, Person.name, Person.kana, first_phone(),
        )
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Person, Person.id == Participant.person_id)
        .where(
            Booking.studio_id == studio_id,
            Booking.state.in_(AHEAD),
            Booking.starts_at - Booking.prep_minutes * minute < ends_at,
            Booking.ends_at + Booking.cleanup_minutes * minute > starts_at,
        )
        .order_by(Booking.starts_at, Booking.id, Participant.position)
    )  # fmt: skip
    if trainer_id is not None:
        query = query.where(Booking.trainer_id == trainer_id)
    if room_id is not None:
        query = query.where(Booking.room_id == room_id)
    return [BookingHit._make(row) for row in db.session.execute(query)]


def _check_span(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid(END_FIRST, field="ends_at")


def _check_owned(studio_id: int, trainer_id: int | None, room_id: int | None) -> None:
    """Exactly one trainer or one room, of this studio."""
    if (trainer_id is None) == (room_id is None):
        raise Invalid(N_("Please choose either a trainer or a room."), field="trainer_id")
    if trainer_id is not None:
        of_studio(Trainer, studio_id, trainer_id)
    if room_id is not None:
        of_studio(Room, studio_id, room_id)
