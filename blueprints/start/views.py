"""The first steps of a new gym: a list with its progress that leads to each page, and is gone when all is settled."""

from typing import NamedTuple

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from backoffice.core import links
from backoffice.core.config import Settings
from backoffice.core.db import transaction
from backoffice.core.errors import NotFound
from backoffice.reports.start import Start, Step, settle_step, start_of
from backoffice.staff.permissions import Permission
from backoffice.studio.queries import the_studio
from blueprints.support.access import actor, may, permit
from blueprints.support.clock import now
from blueprints.support.studio import current_studio

start = Blueprint("start", __name__, url_prefix="/start")


class Words(NamedTuple):
    """What a step is called, why it matters, and the page where it is done (empty: outside this product)."""

    title: object
    text: object
    endpoint: str = ""


WORDS = {
    Step.STUDIO: Words(
        _l("The studio"), _l("Name, phone, address and way: they stand in every message."), "settings.studio"
    ),
    Step.HOURS: Words(_l("Opening hours"), _l("Nobody can book outside them."), "settings.opening"),
    Step.CLOSING: Words(
        _l("Closing days"), _l("Days off beside the weekly hours, such as New Year."), "settings.special_days"
    ),
    Step.ROOMS: Words(_l("Rooms"), _l("Each takes one booking at a time."), "settings.rooms"),
    Step.TEAM: Words(
        _l("Team"),
        _l(
            "Everybody who works here has an own account; who trains has theirs named on the trainer’s page, too."
        ),
        "staff.team",
    ),
    Step.TRAINERS: Words(
        _l("Trainers and shifts"), _l("Free times come from their weekly hours."), "settings.trainers"
    ),
    Step.SERVICES: Words(
        _l("Services"), _l("What can be booked, how long, at what price."), "settings.services"
    ),
    Step.PLANS: Words(_l("Plans"), _l("What members buy: packs and months."), "plans.index"),
    Step.JOINING: Words(
        _l("Joining fee and discounts"), _l("They stand on new joining papers."), "joining_house.discounts"
    ),
    Step.TERMS: Words(
        _l("Terms of membership"),
        _l("What new members sign. Please have the example checked."),
        "joining_house.terms",
    ),
    Step.BILLING: Words(
        _l("Invoices and receipts"),
        _l("Registration number, bank account, fees of late cancels, float of the till."),
        "money.house",
    ),
    Step.LINE: Words(
        _l("LINE"),
        _l(
            "The ID of the gym’s account here; LINE_CHANNEL_SECRET and LINE_CHANNEL_ACCESS_TOKEN where the product "
            "runs (docs/operations.md)."
        ),
        "settings.studio",
    ),
    Step.MAIL: Words(
        _l("Mail"), _l("SMTP_URL and MAIL_FROM are set where the product runs (docs/operations.md).")
    ),
    Step.BOOKING: Words(
        _l("The first booking"), _l("Put the link on your website and try it once yourself.")
    ),
}


@start.get("")
@permit(Permission.STUDIO_EDIT)
def show() -> ResponseReturnValue:
    """The steps; a gym that is set up has none and goes to its settings."""
    stand = standing()
    if stand.is_over:
        return redirect(url_for("settings.index"))
    return render_template(
        "start/show.html",
        steps=WORDS,
        stand=stand,
        book=links.absolute("/book"),
        is_only_here=_settings().is_only_here,
    )


@start.post("/<step>/settled")
@permit(Permission.STUDIO_EDIT)
def settle(step: str) -> ResponseReturnValue:
    """It is right as it is, or not needed."""
    return _settle(step, True)


@start.post("/<step>/open")
@permit(Permission.STUDIO_EDIT)
def reopen(step: str) -> ResponseReturnValue:
    """It is to be done after all."""
    return _settle(step, False)


def standing() -> Start:
    """How far the gym is set up."""
    settings = _settings()
    return start_of(the_studio(), sends_mail=bool(settings.smtp_url), has_line=settings.reaches_line)


class Strip(NamedTuple):
    """What stands above a page while a gym is set up: how far it is, the open step this page is for, the one after."""

    stand: Start
    here: Step | None
    next: Words | None


def first_steps(section: str) -> Strip | None:
    """How far the gym is set up, above the settings and the pages the steps lead to; None elsewhere, when it is, or for
    who does not set it up."""
    asked = request.endpoint
    if not may(Permission.STUDIO_EDIT):
        return None
    if section != "settings" and asked not in {words.endpoint for words in WORDS.values()}:
        return None
    found = standing()
    if found.is_over:
        return None
    left = [step for step in Step if step not in found.settled and WORDS[step].endpoint]
    here = next((step for step in left if WORDS[step].endpoint == asked), None)
    return Strip(found, here, next((WORDS[step] for step in left if WORDS[step].endpoint != asked), None))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _settle(name: str, is_settled: bool) -> ResponseReturnValue:
    try:
        step = Step(name)
    except ValueError as error:
        raise NotFound from error
    with transaction():
        settle_step(current_studio().id, step, is_settled, by=actor(), now=now())
    return redirect(url_for("start.show"), 303)
