"""Bookings of a period as they leave the house, a row for each guest. No notes or reasons: they may tell of health."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from backoffice.bookings.models import Booking, Participant
from backoffice.core.clock import day_span
from backoffice.core.db import stream
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.staff.models import Trainer
from backoffice.studio.models import Room, Service

LONGEST_DAYS = 366
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


class BookingOut(NamedTuple):
    """One guest of one booking in a file. Names of the set-up in both languages; fees in yen."""

    booking_id: int
    starts_at: datetime
    ends_at: datetime
    state: str
    service_ja: str
    service_en: str
    trainer_ja: str
    trainer_en: str
    room_ja: str
    room_en: str
    channel: str
    is_named: bool
    person_id: int
    name: str
    kana: str
    phone: str | None
    attendance: str
    fee_yen: int
    fee_received_at: datetime | None


def bookings_between(studio_id: int, first: date, last: date, *, zone: str) -> Iterator[BookingOut]:
    """Every booking that starts on one of these days, in order of time, from one statement. Inside `transaction()`.

    Refuses (Invalid) dates outside 2000 to 2100 and a period that ends before it begins or is longer than 366 days.
    """
    if not all(EARLIEST_YEAR <= day.year <= LATEST_YEAR for day in (first, last)):
        raise Invalid(N_("Please check the dates."), field="first")
    if last < first:
        raise Invalid(N_("The last day lies before the first."), field="last")
    if (last - first).days >= LONGEST_DAYS:
        raise Invalid(N_("At most %(limit)s days at once."), field="last", limit=LONGEST_DAYS)
    wanted = _BOOKINGS.where(
        Booking.studio_id == studio_id,
        Booking.starts_at >= day_span(first, zone)[0],
        Booking.starts_at < day_span(last, zone)[1],
    )
    return map(BookingOut._make, stream(wanted))


_BOOKINGS = (
    select(
        Booking.id, Booking.starts_at, Booking.ends_at, Booking.state,
        Service.name_ja, Service.name_en, Trainer.name_ja, Trainer.name_en,
        func.coalesce(Room.name_ja, ""), func.coalesce(Room.name_en, ""),
        Booking.channel, Booking.is_named,
        Person.id, Person.name, Person.kana, first_phone(),
        Participant.attendance, Participant.fee_yen, Participant.fee_received_at,
    )
    .join(Service, Service.id == Booking.service_id)
    .join(Trainer, Trainer.id == Booking.trainer_id)
    .outerjoin(Room, Room.id == Booking.room_id)
    .join(Participant, Participant.booking_id == Booking.id)
    .join(Person, Person.id == Participant.person_id)
    .order_by(Booking.starts_at, Booking.id, Participant.position)
)  # fmt: skip
