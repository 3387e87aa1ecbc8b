"""A consent that somebody takes back by word of mouth, written down by the desk."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction
from backoffice.core.errors import Invalid
from backoffice.messaging.consent import withdraw_consent
from backoffice.people.models import Purpose
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from blueprints.people.blueprint import people
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.language import language
from blueprints.support.toasts import flash_done

WORDING = "told the studio"
WITHDRAWABLE = tuple(one for one in Purpose if one is not Purpose.TERMS)
"""Terms belong to a booking and cannot be taken back; everything else can, and only the person gives it again."""


@people.post("/<int:person_id>/consents/withdrawal")
@permit(Permission.PEOPLE_EDIT)
def withdraw_told(person_id: int) -> ResponseReturnValue:
    """Take one back; what was planned under it goes with it."""
    person = bare_person(person_id)
    purpose = next((one for one in WITHDRAWABLE if one.value == request.form.get("purpose")), None)
    if purpose is None:
        raise Invalid
    in_transaction(
        lambda: withdraw_consent(
            person.id, purpose, wording=WORDING, source="desk", language=language(), by=actor(), now=now()
        )
    )
    flash_done(_("The consent is taken back."))
    return redirect(url_for("people.tab", person_id=person.id, tab="consents"), 303)
