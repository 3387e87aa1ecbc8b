"""The page on which an offer is answered. Opening it changes nothing; buttons do."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backoffice.bookings.models import Booking
from backoffice.bookings.queries import booking as find_booking
from backoffice.bookings.queries import guests_of, manage_path
from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.staff.models import Trainer
from backoffice.staff.trainers import trainer as find_trainer
from backoffice.studio.models import Service
from backoffice.studio.queries import service as find_service
from backoffice.waiting.actions import accept, decline, person_of
from backoffice.waiting.models import Offer, Wait
from backoffice.waiting.queries import is_open, offer_by_token, wait_of
from blueprints.bookings.visit_page import LinkGone, explain_gone_links, speak
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.limits import limiter
from blueprints.support.studio import current_studio

offers = Blueprint("offers", __name__, url_prefix="/offer/<token>")
explain_gone_links(offers)


@dataclass(frozen=True)
class Offered:
    """A time that is held for the reader of the page."""

    offer: Offer
    wait: Wait
    booking: Booking
    service: Service
    trainer: Trainer

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered."""
        return is_open(self.offer, self.booking, now=now())


@offers.get("")
@link_holder("offer")
def show(token: str) -> ResponseReturnValue:
    """The time, until when it is kept, and the buttons."""
    return render_template("waiting/offer.html", offered=_read(token), token=token)


@offers.post("")
@link_holder("offer")
@limiter.limit("20 per minute")
def answer(token: str) -> ResponseReturnValue:
    """Take the time (`yes`), pass it on (`no`), or leave the list (`stop`)."""
    offered, said = _read(token), request.form.get("answer", "")
    try:
        in_transaction(lambda: _answer(offered.offer, said))
    except DomainError as error:
        return render_template("waiting/offer.html", offered=_read(token), token=token), error.status
    if said == "yes":
        return redirect(manage_path(guests_of(offered.booking.id)[0]), 303)
    return redirect(url_for("offers.show", token=token), 303)


def _answer(offer: Offer, said: str) -> None:
    by = Actor("link", offer.id, "link holder")
    if said == "yes":
        accept(offer, by=by, now=now())
    elif said in ("no", "stop"):
        decline(offer, leave=said == "stop", by=by, now=now())


def _read(token: str) -> Offered:
    offer = offer_by_token(token)
    if offer is None:
        raise LinkGone
    wait = wait_of(offer)
    speak(person_of(wait).language)
    booking = find_booking(current_studio().id, offer.booking_id)
    return Offered(
        offer, wait, booking, find_service(booking.studio_id, booking.service_id),
        find_trainer(booking.studio_id, booking.trainer_id),
    )  # fmt: skip
