"""Questions about the waiting list."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from backoffice.bookings.models import Booking, BookingState
from backoffice.core import links
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service
from backoffice.waiting.models import Offer, OfferState, Wait, WaitState

OPEN = (WaitState.WAITING, WaitState.OFFERED)
MOST = 200
LINK = "offer"


class Waiting(NamedTuple):
    """A line of the waiting list: the wish, who has it, and the offer that is open."""

    wait: Wait
    service: Service
    trainer: Trainer | None
    name: str
    kana: str
    phone: str | None
    offer: Offer | None
    booking: Booking | None

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


def waiting_list(studio_id: int, *, person_id: int | None = None) -> list[Waiting]:
    """Everybody who waits, or one person's waits, in the order they are asked. One statement."""
    query = (
        select(Wait, Service, Trainer, Person.name, Person.kana, first_phone(), Offer, Booking)
        .join(Service, Service.id == Wait.service_id)
        .join(Person, Person.id == Wait.person_id)
        .outerjoin(Trainer, Trainer.id == Wait.trainer_id)
        .outerjoin(Offer, (Offer.wait_id == Wait.id) & (Offer.state == OfferState.OPEN))
        .outerjoin(Booking, Booking.id == Offer.booking_id)
        .where(Wait.studio_id == studio_id, Wait.state.in_(OPEN))
        .order_by(Wait.created_at, Wait.id)
        .limit(MOST)
    )
    if person_id is not None:
        query = query.where(Wait.person_id == person_id)
    return [Waiting._make(row) for row in db.session.execute(query)]


def number_waiting(studio_id: int) -> int:
    """How many wishes are open."""
    query = select(func.count()).where(Wait.studio_id == studio_id, Wait.state.in_(OPEN))
    return db.session.scalar(query) or 0


def offer_path(offer_id: int) -> str:
    """The path of the page on which an offer is answered."""
    return f"/offer/{links.sign(LINK, offer_id)}"


def offer_by_token(token: str) -> Offer | None:
    """The offer behind a link; None for a forged or broken one."""
    parts = links.read(LINK, token)
    if parts is None or len(parts) != 1 or not isinstance(parts[0], int):
        return None
    return db.session.get(Offer, parts[0])


def wait_of(offer: Offer) -> Wait:
    """The wish an offer answers."""
    return db.session.get_one(Wait, offer.wait_id)


def is_open(offer: Offer, booking: Booking, *, now: datetime) -> bool:
    """Whether an offer can still be answered: its time is not over and its hold still stands."""
    return offer.state == OfferState.OPEN and offer.expires_at > now and booking.state == BookingState.HELD
