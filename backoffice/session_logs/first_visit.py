"""What a trainer should know before a counselling or trial: what was asked, what to lend, whether it is paid."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, select

from backoffice.billing.visit_fees import fees_in_books
from backoffice.bookings.forgiving import FREE
from backoffice.bookings.models import Booking, Participant
from backoffice.core.db import fetch
from backoffice.leads.models import Lead, LeadSource
from backoffice.people.queries import health_kept
from backoffice.studio.models import Service


class FirstVisit(NamedTuple):
    """A guest of a counselling or a trial. No amount of money is among it: prices are the desk's.

    `enquiry` is what they wrote, `note` what the desk noted with the booking; `fee_is_open` None when none is due, also
    because it was waived.
    """

    participant_id: int
    kind: str
    lead_id: int | None
    enquiry: str | None
    asked_at: datetime | None
    source_ja: str | None
    source_en: str | None
    article: str | None
    note: str | None
    needs_wear: bool
    wear_size: str
    shoe_cm: str
    fee_is_open: bool | None
    may_read: bool


def first_visits(booking_id: int) -> dict[int, FirstVisit]:
    """The guests of a counselling or trial by participant; of any other booking none. Three statements at most.

    Of two guests each sees only what they asked themselves. What was written is left out once the consent to health
    data is taken back: people write about their bodies there. Whether a fee is open say the books once it is in them,
    before that the day of the visit.
    """
    kept = health_kept(Participant.person_id)
    has_fee = (Participant.fee_yen > 0) & ~Service.uses_tickets
    query = (
        select(
            Participant.id, Service.kind, Lead.id, case((kept, Lead.enquiry)), Lead.opened_at, LeadSource.name_ja,
            LeadSource.name_en, Lead.article, case((kept, Booking.note)), Participant.needs_wear, Participant.wear_size,
            Participant.shoe_cm, case((has_fee, Participant.fee_received_at.is_(None))), kept,
        )
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .outerjoin(Lead, (Lead.id == Booking.lead_id) & (Lead.person_id == Participant.person_id))
        .outerjoin(LeadSource, LeadSource.key == Lead.source)
        .where(Booking.id == booking_id, Service.kind.in_(FREE))
    )  # fmt: skip
    found = {row[0]: FirstVisit._make(row) for row in fetch(query)}
    in_books = fees_in_books([id_ for id_, one in found.items() if one.fee_is_open is not None])
    return found | {id_: found[id_]._replace(fee_is_open=fee.is_open) for id_, fee in in_books.items()}
