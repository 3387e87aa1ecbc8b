"""What the message with proposed times says, and whether it is still asked."""

from datetime import datetime

from backoffice.bookings.models import Booking
from backoffice.bookings.refusals import Slot
from backoffice.core.db import db
from backoffice.core.language import N_, pick
from backoffice.core.links import absolute
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Message
from backoffice.replanning.models import Replan
from backoffice.replanning.proposals import of_row
from backoffice.replanning.queries import Outcome, outcome_of, proposal_path
from backoffice.staff.models import TimeOff, Trainer
from backoffice.studio.models import Service

SETTLED = N_("The booking has been settled meanwhile.")


def proposal_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The booking, the times that were proposed, and the link on which one is chosen."""
    replan = db.session.get(Replan, message.values.get("replan_id"), populate_existing=True)
    if replan is None:
        return NotWanted(SETTLED)
    booking = db.session.get_one(Booking, replan.booking_id, populate_existing=True)
    absence = db.session.get_one(TimeOff, replan.time_off_id, populate_existing=True)
    if outcome_of(replan, booking, absence) != Outcome.SENT or booking.starts_at <= now:
        return NotWanted(SETTLED)
    service = db.session.get_one(Service, booking.service_id)
    return Facts(
        {
            "proposal": {
                "starts_at": booking.starts_at,
                "service": pick(message.language, service.name_ja, service.name_en),
                "times": [_time(of_row(row), message.language) for row in replan.options],
                "url": absolute(proposal_path(replan)),
            }
        }
    )


def _time(slot: Slot, language: str) -> dict[str, object]:
    trainer = db.session.get_one(Trainer, slot.trainer_id)
    return {"starts_at": slot.starts_at, "trainer": pick(language, trainer.name_ja, trainer.name_en)}
