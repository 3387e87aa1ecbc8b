"""A guest with a booking, a recording channel, and deliveries at any time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backoffice.bookings.models import Booking, BookingChannel, BookingState, Participant
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.leads.actions import capture_lead
from backoffice.leads.models import Lead
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Kind, Message
from backoffice.messaging.outbox import queue_message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.providers import PROVIDERS
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service, Studio
from tests.far_ends.recording import RecordingChannel

IN_TWO_DAYS = timedelta(days=2, hours=4)


@pytest.fixture
def guest(gym: Studio, now: datetime) -> Person:
    """Hanako, who has a mail address."""
    return create_person(name="山田 花子", mails=["hanako@example.jp"], by=SYSTEM, now=now)


@pytest.fixture
def lead(gym: Studio, guest: Person, now: datetime) -> Lead:
    """Hanako's enquiry."""
    return capture_lead(guest, studio_id=gym.id, source="web", by=SYSTEM, now=now)


@pytest.fixture
def booking(gym: Studio, guest: Person, lead: Lead, now: datetime) -> Booking:
    """Hanako's trial in two days at 16:00."""
    return add_booking(gym, guest, lead, "trial", now + IN_TWO_DAYS, now=now)


def add_booking(
    gym: Studio, guest: Person, lead: Lead | None, slug: str, starts_at: datetime, *, now: datetime
) -> Booking:
    """A booking as a row: what messages read, without the rules of booking."""
    service = db.session.query(Service).filter_by(studio_id=gym.id, slug=slug).one()
    booking = Booking(
        studio_id=gym.id,
        service_id=service.id,
        trainer_id=db.session.query(Trainer.id).order_by(Trainer.id).limit(1).scalar(),
        lead_id=lead.id if lead else None,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=service.minutes),
        state=BookingState.BOOKED,
        channel=BookingChannel.WEB,
        price_yen=service.price_yen,
        created_at=now,
        created_by="test",
    )
    db.session.add(booking)
    db.session.flush()
    db.session.add(
        Participant(
            booking_id=booking.id,
            person_id=guest.id,
            fee_yen=service.price_yen,
            needs_wear=True,
            wear_size="M",
            shoe_cm="24.5",
        )
    )
    db.session.commit()
    return booking


@pytest.fixture
def queue(gym: Studio, booking: Booking, guest: Person, now: datetime) -> Callable[..., Message]:
    """Queue a message about Hanako's booking."""

    def queue_one(kind: Kind = Kind.BOOKING_CONFIRMED, **changes: object) -> Message:
        values: dict[str, object] = {
            "studio_id": gym.id,
            "dedupe_key": f"{kind}:test",
            "send_at": now,
            "expires_at": booking.starts_at,
            "now": now,
            "person_id": guest.id,
            "language": "ja",
            "booking_id": booking.id,
            "booking_version": booking.version,
            "lead_id": booking.lead_id,
        }
        message_id = queue_message(kind, **{**values, **changes})  # type: ignore[arg-type]
        db.session.commit()
        assert message_id is not None
        return db.session.get_one(Message, message_id)

    return queue_one


@pytest.fixture
def channel() -> RecordingChannel:
    """A mail channel that keeps what it is given."""
    return RecordingChannel()


@pytest.fixture
def deliver(channel: RecordingChannel) -> Callable[[datetime], int]:
    """One sweep at some time."""
    return Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due
