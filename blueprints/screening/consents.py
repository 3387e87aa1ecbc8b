"""What somebody agreed to, on their own link: each consent is given and taken back by itself, with effect at once."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction
from backoffice.core.errors import Invalid
from backoffice.messaging.consent import withdraw_consent
from backoffice.people import queries
from backoffice.people.actions import record_consent
from backoffice.people.models import Purpose
from backoffice.people.wordings import WORDINGS
from blueprints.bookings.visit_page import explain_gone_links
from blueprints.people.words import PURPOSE_WORDS
from blueprints.screening.sheet import POSTS, holder, read_link, way_back
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.language import language
from blueprints.support.limits import limiter
from blueprints.support.toasts import flash_done

consents = Blueprint("consents", __name__, url_prefix="/screening/<token>/consents")
explain_gone_links(consents)

SOURCE = "consent page"


@consents.get("")
@link_holder("screening")
def show(token: str) -> ResponseReturnValue:
    """Each consent with its words and whether it is given. Opening it changes nothing."""
    person, handed_by = read_link(token)
    given = {row.purpose: row for row in queries.consents(person.id)}
    return render_template(
        "screening/consents.html",
        token=token,
        person=person,
        back=way_back(person.id, handed_by, "/progress/photos"),
        given=given,
        wordings=WORDINGS,
        words=PURPOSE_WORDS,
    )


@consents.post("")
@link_holder("screening")
@limiter.limit(POSTS)
def change(token: str) -> ResponseReturnValue:
    """Give one, or take it back."""
    person, _handed_by = read_link(token)
    purpose, granted = _asked()
    in_transaction(lambda: _change(person.id, purpose, granted))
    flash_done(_("Thank you. From now on it is so."))
    return redirect(url_for("consents.show", token=token), 303)


def _change(person_id: int, purpose: Purpose, granted: bool) -> None:
    said = {
        "wording": WORDINGS[purpose].version, "source": SOURCE, "language": language(), "by": holder(person_id),
        "now": now(),
    }  # fmt: skip
    if not granted:
        withdraw_consent(person_id, purpose, **said)  # type: ignore[arg-type]
    elif not queries.consent(person_id, purpose):
        record_consent(person_id, purpose, True, **said)  # type: ignore[arg-type]


def _asked() -> tuple[Purpose, bool]:
    purpose = next((one for one in WORDINGS if one.value == request.form.get("purpose")), None)
    answer = request.form.get("answer")
    if purpose is None or answer not in ("yes", "no"):
        raise Invalid
    if purpose is Purpose.HEALTH and answer == "yes":
        raise Invalid  # given with a new sheet only: a session needs its answers anew
    return purpose, answer == "yes"
