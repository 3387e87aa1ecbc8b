"""Calls in one tap, from a lead or a person's page; the toast takes a slip back."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction, transaction
from backoffice.core.submissions import first_use
from backoffice.leads.calls import note_call, take_back_call
from backoffice.leads.models import CallOutcome
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from blueprints.leads.blueprint import leads
from blueprints.leads.forms import CallForm
from blueprints.leads.words import CALL_WORDS
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import show_daytime
from blueprints.support.next_page import own_path
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_error, flash_undo


@leads.post("/calls/<int:person_id>")
@permit(Permission.LEADS_EDIT)
def call(person_id: int) -> ResponseReturnValue:
    """Keep what came of a call; a double tap is one call."""
    check_visible(person_id)
    person = bare_person(person_id)
    back = own_path(request.form.get("next"), url_for("people.show", person_id=person.id))
    form = CallForm()
    if not form.validate_on_submit():
        flash_error(_("Please tap one of the results."))
        return redirect(back, 303)
    in_transaction(lambda: _note(person_id, form))
    return redirect(back, 303)


@leads.post("/calls/<int:call_id>/undo")
@permit(Permission.LEADS_EDIT)
def take_back(call_id: int) -> ResponseReturnValue:
    """It was a slip."""
    with transaction():
        person_id = take_back_call(current_studio().id, call_id, by=actor(), now=now()).person_id
    return redirect(own_path(request.form.get("next"), url_for("people.show", person_id=person_id)), 303)


def _note(person_id: int, form: CallForm) -> None:
    if not first_use(str(form.form_token.data), "call", now=now()):
        return
    noted = note_call(current_studio(), person_id, CallOutcome(form.outcome.data), by=actor(), now=now())
    said = _("Call kept: %(outcome)s.", outcome=str(CALL_WORDS[CallOutcome(noted.outcome)]))
    if noted.due_after is not None:
        due = _("The next action is due %(when)s.", when=show_daytime(noted.due_after))
        said = f"{said} {due}"
    flash_undo(said, url_for("leads.take_back", call_id=noted.id))
