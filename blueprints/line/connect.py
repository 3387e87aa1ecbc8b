"""The page of a signed link on which a person connects their own LINE. Opening it makes nothing; the button does."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.line.codes import Code, make_code
from backoffice.line.paths import person_in
from backoffice.people.models import Person
from backoffice.people.queries import bare_person
from blueprints.bookings.visit_page import LinkGone, explain_gone_links, speak
from blueprints.line.account import gym_account
from blueprints.line.qr import shown_code
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.limits import limiter

line_connect = Blueprint("line_connect", __name__, url_prefix="/line/connect/<token>")
explain_gone_links(line_connect)

POSTS = "10 per minute"


@line_connect.get("")
@link_holder("line-connect")
def show(token: str) -> ResponseReturnValue:
    """What connecting brings, and the button that makes a number."""
    return _page(_read(token), token)


@line_connect.post("")
@link_holder("line-connect")
@limiter.limit(POSTS)
def make(token: str) -> ResponseReturnValue:
    """A number for half an hour, with the button that opens the chat. Nothing else can be shown again later."""
    person = _read(token)
    if not gym_account():
        abort(404)
    by = Actor("link", person.id, "link holder")
    return _page(person, token, in_transaction(lambda: make_code(person.id, by=by, now=now())))


def _page(person: Person, token: str, code: Code | None = None) -> ResponseReturnValue:
    line_id = gym_account()
    shown = shown_code(code, line_id) if code else None
    return render_template("line/connect.html", person=person, token=token, line_id=line_id, code=shown)


def _read(token: str) -> Person:
    person_id = person_in(token)
    if person_id is None:
        raise LinkGone
    try:
        person = bare_person(person_id)
    except DomainError:
        raise LinkGone from None
    speak(person.language)
    return person
