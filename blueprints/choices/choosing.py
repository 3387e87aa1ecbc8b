"""The page on which a guest chooses one of the times. Opening it changes nothing; buttons do."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backoffice.bookings.models import Booking
from backoffice.bookings.queries import manage_path
from backoffice.choices import actions, queries
from backoffice.choices.models import Choice
from backoffice.choices.queries import Held
from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.people.queries import person as find_person
from backoffice.studio.models import Service
from backoffice.studio.queries import service as find_service
from blueprints.bookings.visit_page import LinkGone, explain_gone_links, speak
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.language import say
from blueprints.support.limits import limiter
from blueprints.support.studio import current_studio

choosing = Blueprint("choosing", __name__, url_prefix="/choose/<token>")
explain_gone_links(choosing)


@dataclass(frozen=True)
class Chooser:
    """What was sent, how it stands, and the time the link speaks of (0: none of them)."""

    choice: Choice
    service: Service
    times: list[Held]
    position: int
    booked: Booking | None
    manage_url: str

    @property
    def is_open(self) -> bool:
        """Whether a time can still be chosen."""
        return queries.is_open(self.choice, now=now()) and any(one.is_free(now()) for one in self.times)

    @property
    def free(self) -> list[Held]:
        """The times that are still held, the one of the link first."""
        held = [one for one in self.times if one.is_free(now())]
        return sorted(held, key=lambda one: (one.position != self.position, one.position))


@choosing.get("")
@link_holder("choice")
def show(token: str) -> str:
    """The times and the buttons; afterwards, what is booked."""
    return _page(token)


@choosing.post("")
@link_holder("choice")
@limiter.limit("20 per minute")
def answer(token: str) -> ResponseReturnValue:
    """Take one of the times, or say that none suits."""
    chooser, said = _read(token), request.form.get("answer", "")
    try:
        in_transaction(lambda: _answer(chooser.choice, said))
    except DomainError as error:
        return _page(token, refusal=say(error)), error.status
    return redirect(url_for("choosing.show", token=token), 303)


def _answer(choice: Choice, said: str) -> None:
    by = Actor("link", choice.id, "link holder")
    if said == "none":
        actions.decline(choice, by=by, now=now())
    elif said.isascii() and said.isdigit() and len(said) == 1:
        actions.choose(choice, int(said), by=by, now=now())


def _page(token: str, *, refusal: str = "") -> str:
    return render_template("choices/choose.html", chooser=_read(token), token=token, refusal=refusal)


def _read(token: str) -> Chooser:
    found = queries.read_token(token)
    if found is None or found[0].studio_id != current_studio().id:
        raise LinkGone
    choice, position = found
    speak(find_person(choice.person_id).language)
    booked = queries.result_of(choice)
    guest = None if booked is None else queries.guest_of(booked.id, choice.person_id)
    service = find_service(choice.studio_id, choice.service_id)
    address = "" if guest is None else manage_path(guest)
    return Chooser(choice, service, queries.times_of(choice.id), position, booked, address)
