"""What the button "change" of LINE's rich menu is answered with: the bookings ahead, each with its own link."""

from datetime import datetime

from sqlalchemy import select

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.bookings.queries import manage_path
from backoffice.core.db import db
from backoffice.core.language import pick
from backoffice.core.links import absolute
from backoffice.line.facts import GONE, account_of
from backoffice.line.paths import book_path
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Message
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service

MOST = 3


def change_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The next three bookings of whoever tapped. Somebody nobody knows yet has none and is told how to connect."""
    account = account_of(message)
    if account is None:
        return NotWanted(GONE)
    query = (
        select(Booking, Participant, Service, Trainer)
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Service, Service.id == Booking.service_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .where(
            Participant.person_id == account.person_id,
            Booking.state == BookingState.BOOKED,
            Booking.starts_at > now,
        )
        .order_by(Booking.starts_at, Booking.id)
        .limit(MOST)
    )
    language = message.language
    visits = [
        {
            "starts_at": booking.starts_at,
            "service": pick(language, service.name_ja, service.name_en),
            "trainer": pick(language, trainer.name_ja, trainer.name_en),
            "manage_url": absolute(manage_path(guest)),
        }
        for booking, guest, service, trainer in db.session.execute(query)
    ]
    return Facts(
        {
            "is_known": account.person_id is not None,
            "visits": visits,
            "book_url": absolute(book_path(account.id)),
        },
        address=account.user_id,
    )
