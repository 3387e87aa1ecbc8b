"""What the desk sees of one day: a row per participant, with everything needed beside the phone. One statement."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, select

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.staff.models import Trainer
from backoffice.studio.models import Room, Service, ServiceKind
from backoffice.tickets.left import has_ticket, left_of

SHOWN = (
    BookingState.HELD,
    BookingState.BOOKED,
    BookingState.ATTENDED,
    BookingState.NO_SHOW,
    BookingState.LATE_CANCELLED,
)

# One of two guests may have come while nothing is known of the other yet.
DECIDABLE = (BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW)


class DayRow(NamedTuple):
    """One participant of one booking of the day."""

    participant_id: int
    booking_id: int
    person_id: int
    lead_id: int | None
    trainer_id: int
    starts_at: datetime
    ends_at: datetime
    state: str
    channel: str
    is_named: bool
    price_yen: int
    name: str
    kana: str
    language: str
    phone: str | None
    kind: str
    service_ja: str
    service_en: str
    trainer_ja: str
    trainer_en: str
    room_ja: str | None
    room_en: str | None
    attendance: str
    arrived_at: datetime | None
    late_minutes: int
    confirmed_at: datetime | None
    needs_wear: bool
    wear_size: str
    shoe_cm: str
    fee_yen: int
    fee_method: str
    offers_wear: bool
    caution: str
    uses_tickets: bool
    has_ticket: bool
    tickets_left: int | None
    is_member: bool

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana

    def without_guest(self) -> "DayRow":
        """The same row for a colleague of its trainer: the time is taken, by whom is not their business."""
        return self._replace(
            person_id=0, lead_id=None, is_named=False, name="", kana="", language="", phone=None,
            attendance=Attendance.EXPECTED, arrived_at=None, late_minutes=0, confirmed_at=None, needs_wear=False,
            wear_size="", shoe_cm="", fee_yen=0, fee_method="", caution="",
            uses_tickets=False, has_ticket=False, tickets_left=None, is_member=False,
        )  # fmt: skip

    @property
    def is_open(self) -> bool:
        """Whether it is still to be said what became of this participant."""
        return self.state in DECIDABLE and self.attendance in (Attendance.EXPECTED, Attendance.ARRIVED)

    @property
    def can_join(self) -> bool:
        """Whether becoming a member is what comes next: the trial was held, and its guest is none."""
        return (
            self.kind == ServiceKind.TRIAL and self.attendance == Attendance.ATTENDED and not self.is_member
        )

    @property
    def takes_fee(self) -> bool:
        """Whether it can be marked that the fee of this visit came."""
        return self.state in DECIDABLE


COLUMNS: tuple[ColumnElement[object], ...] = (
    Participant.id, Booking.id, Person.id, Booking.lead_id, Booking.trainer_id,
    Booking.starts_at, Booking.ends_at, Booking.state, Booking.channel, Booking.is_named, Booking.price_yen,
    Person.name, Person.kana, Person.language, first_phone(),
    Service.kind, Service.name_ja, Service.name_en, Trainer.name_ja, Trainer.name_en, Room.name_ja, Room.name_en,
    Participant.attendance, Participant.arrived_at, Participant.late_minutes, Participant.confirmed_at,
    Participant.needs_wear, Participant.wear_size, Participant.shoe_cm,
    Participant.fee_yen, Participant.fee_method, Service.offers_wear, Person.caution,
    Service.uses_tickets, has_ticket(Participant.id), left_of(Person.id),
    exists().where(Client.person_id == Person.id, Client.left_on.is_(None)),
)  # type: ignore[assignment]  # fmt: skip


def day_rows(
    studio_id: int,
    first: datetime,
    last: datetime,
    *,
    trainer_id: int | None = None,
    reader: int | None = None,
) -> list[DayRow]:
    """The participants of bookings that begin from `first` until before `last`, by time.

    `reader` is the trainer who reads: rows of colleagues then say when and what, not who. None reads all.

    Bookings called off in time are not shown; one called off late is, because nobody may have told the trainer.
    """
    query = (
        select(*COLUMNS)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Person, Person.id == Participant.person_id)
        .join(Service, Service.id == Booking.service_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .outerjoin(Room, Room.id == Booking.room_id)
        .where(
            Booking.studio_id == studio_id,
            Booking.starts_at >= first,
            Booking.starts_at < last,
            Booking.state.in_(SHOWN),
        )
        .order_by(Booking.starts_at, Trainer.position, Booking.id, Participant.position)
    )
    if trainer_id is not None:
        query = query.where(Booking.trainer_id == trainer_id)
    found = (DayRow._make(row) for row in db.session.execute(query))
    return [one if reader in (None, one.trainer_id) else one.without_guest() for one in found]
