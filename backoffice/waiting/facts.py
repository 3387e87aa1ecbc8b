"""What the message of an offer says, and whether the offer is still open."""

from datetime import datetime

from backoffice.bookings.models import Booking
from backoffice.core.db import db
from backoffice.core.language import N_, pick
from backoffice.core.links import absolute
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Message
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service
from backoffice.waiting.models import Offer
from backoffice.waiting.queries import is_open, offer_path

ANSWERED = N_("The offer is no longer open.")


def offer_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The time that is held, and the link on which it is answered."""
    offer = db.session.get(Offer, message.values.get("offer_id"), populate_existing=True)
    booking = None if offer is None else db.session.get(Booking, offer.booking_id, populate_existing=True)
    if offer is None or booking is None or not is_open(offer, booking, now=now):
        return NotWanted(ANSWERED)
    service = db.session.get_one(Service, booking.service_id)
    trainer = db.session.get_one(Trainer, booking.trainer_id)
    return Facts(
        {
            "offer": {
                "starts_at": booking.starts_at,
                "ends_at": booking.ends_at,
                "service": pick(message.language, service.name_ja, service.name_en),
                "trainer": pick(message.language, trainer.name_ja, trainer.name_en),
                "expires_at": offer.expires_at,
                "url": absolute(offer_path(offer.id)),
            }
        }
    )
