"""What a trainer should know before a counselling or trial: what was asked, and what to lend."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, select

from backoffice.bookings.forgiving import FREE
from backoffice.bookings.models import Booking, Participant
from backoffice.core.db import fetch
from backoffice.leads.models import Lead, LeadSource
from backoffice.people.queries import health_kept
from backoffice.studio.models import Service


class FirstVisit(NamedTuple):
    """A guest of a counselling or trial: `enquiry` is what they wrote, `note` what the desk noted with the booking."""

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
    may_read: bool


def first_visits(booking_id: int) -> dict[int, FirstVisit]:
    """The guests of a counselling or trial by participant; of any other booking none. One statement.

    Of two guests each sees only what they asked themselves. What was written is left out once the consent to health
    data is taken back: people write about their bodies there.
    """
    kept = health_kept(Participant.person_id)
    query = (
        select(
            Participant.id, Service.kind, Lead.id, case((kept, Lead.enquiry)), Lead.opened_at, LeadSource.name_ja,
            LeadSource.name_en, Lead.article, case((kept, Booking.note)), Participant.needs_wear, Participant.wear_size,
            Participant.shoe_cm, kept,
        )
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .outerjoin(Lead, (Lead.id == Booking.lead_id) & (Lead.person_id == Participant.person_id))
        .outerjoin(LeadSource, LeadSource.key == Lead.source)
        .where(Booking.id == booking_id, Service.kind.in_(FREE))
    )  # fmt: skip
    return {row[0]: FirstVisit._make(row) for row in fetch(query)}
