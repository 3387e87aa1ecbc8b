"""The page on which a guest chooses another time. Opening it changes nothing; buttons do."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backoffice.bookings.models import Booking, Participant
from backoffice.bookings.queries import guests_of, manage_path
from backoffice.bookings.refusals import Slot
from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.people.queries import person as find_person
from backoffice.replanning import actions, queries
from backoffice.replanning.models import Replan
from backoffice.replanning.proposals import of_row
from backoffice.replanning.queries import Outcome
from backoffice.staff.models import Trainer
from backoffice.staff.trainers import trainer as find_trainer
from backoffice.studio.models import Service
from backoffice.studio.queries import service as find_service
from blueprints.bookings.visit_page import LinkGone, explain_gone_links, speak
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.language import say
from blueprints.support.limits import limiter
from blueprints.support.studio import current_studio

proposals = Blueprint("proposals", __name__, url_prefix="/proposal/<token>")
explain_gone_links(proposals)


@dataclass(frozen=True)
class Choice:
    """A booking that needs another time, and the times to choose from."""

    replan: Replan
    booking: Booking
    service: Service
    outcome: Outcome
    guest: Participant
    times: list[tuple[Slot, Trainer]]

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered here."""
        return self.outcome == Outcome.SENT and self.booking.starts_at > now()


@proposals.get("")
@link_holder("proposal")
def show(token: str) -> str:
    """What happened, the times, and the buttons."""
    return _page(_read(token), token)


@proposals.post("")
@link_holder("proposal")
@limiter.limit("20 per minute")
def answer(token: str) -> ResponseReturnValue:
    """Take one of the times, or say that none suits."""
    choice, said = _read(token), request.form.get("answer", "")
    try:
        in_transaction(lambda: _answer(choice, said))
    except DomainError as error:
        return _page(_read(token), token, refusal=say(error)), error.status
    if said.isdecimal():
        return redirect(manage_path(choice.guest), 303)
    return redirect(url_for("proposals.show", token=token), 303)


def _answer(choice: Choice, said: str) -> None:
    by = Actor("link", choice.guest.id, "link holder")
    if said == "none":
        actions.decline(choice.replan, by=by, now=now())
    elif said.isdecimal() and len(said) == 1:
        actions.choose(choice.replan, int(said), by=by, now=now())


def _page(choice: Choice, token: str, *, refusal: str = "") -> str:
    return render_template("replanning/proposal.html", choice=choice, token=token, refusal=refusal)


def _read(token: str) -> Choice:
    replan = queries.replan_by_token(token)
    if replan is None:
        raise LinkGone
    studio = current_studio()
    try:
        replan, booking = queries.replan_of(studio.id, replan.id)
    except NotFound:
        raise LinkGone from None
    absence, _trainer = queries.time_off(studio.id, replan.time_off_id)
    guest = guests_of(booking.id)[0]
    speak(find_person(guest.person_id).language)
    times = [(slot, find_trainer(studio.id, slot.trainer_id)) for slot in map(of_row, replan.options)]
    outcome = queries.outcome_of(replan, booking, absence)
    return Choice(replan, booking, find_service(studio.id, booking.service_id), outcome, guest, times)
