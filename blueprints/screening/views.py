"""The gym's side: where somebody stands, the answers on a tap and the decision for their trainer; the link and the
tablet also for the desk, because the guest alone sees what they answer."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.bookings.sheet_requests import send_sheet_link
from backoffice.clients.limits import Limit
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError, Invalid
from backoffice.screening import actions, queries
from backoffice.screening.models import Screening, Verdict
from backoffice.staff import sessions
from backoffice.staff.permissions import Permission
from blueprints.clients.frame import frame
from blueprints.people.scope import check_own_guest, check_visible
from blueprints.screening.forms import DecisionForm
from blueprints.screening.words import VERDICT_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error

screening = Blueprint("screening", __name__, url_prefix="/people/<int:person_id>/screening")


@screening.route("", methods=["GET", "POST"])
@permit(Permission.SCREENING_DECIDE)
def show(person_id: int) -> ResponseReturnValue:
    """The light and what was decided, without the answers: a guest may stand beside the screen.

    A POST decides, with a reason; a sheet that came in meanwhile is to be read first. `card`: the session card that
    asked for it, to which the decision leads back.
    """
    check_own_guest(person_id)
    form = DecisionForm() if request.method == "POST" else _fresh(person_id)
    if not form.validate_on_submit():
        return _page(person_id, form), 422 if form.errors else 200
    try:
        in_transaction(lambda: _decide(person_id, form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(person_id, form), error.status
    flash_done(_("The decision is kept."))
    return redirect(_card() or url_for("screening.show", person_id=person_id), 303)


@screening.post("/reading")
@permit(Permission.SCREENING_DECIDE)
def read(person_id: int) -> ResponseReturnValue:
    """The answers. A POST: each reading is recorded, and no address leads to it."""
    check_own_guest(person_id)
    with transaction():
        sheet = actions.read_answers(person_id, by=actor(), now=now())
    return _page(person_id, _fresh(person_id), sheet=sheet)


@screening.post("/link")
@permit(Permission.PEOPLE_VIEW)
def send_link(person_id: int) -> ResponseReturnValue:
    """Send the guest the link to their sheet."""
    check_visible(person_id)
    try:
        with transaction():
            send_sheet_link(current_studio(), person_id, by=actor(), now=now())
        flash_done(_("The link is on its way."))
    except Invalid as error:
        flash_error(say(error))
    return redirect(url_for("people.show", person_id=person_id), 303)


@screening.post("/handover")
@permit(Permission.PEOPLE_VIEW)
def hand_over(person_id: int) -> ResponseReturnValue:
    """The empty sheet on this screen, for the guest: the pages of the gym are locked from here on (PIN or password).

    `to=consents` opens what they agree to instead.
    """
    check_visible(person_id)
    with transaction():
        actions.hand_over(person_id, by=actor(), now=now())
        sessions.lock(current_user.session_id)
    page = "/consents" if request.form.get("to") == "consents" else ""
    return redirect(queries.sheet_path(person_id, with_staff=current_user.id) + page, 303)


def _decide(person_id: int, form: DecisionForm) -> None:
    actions.decide(
        current_studio(), person_id, Verdict(form.verdict.data), limits=[Limit(one) for one in form.limits.data or []],
        reason=form.reason.data or "", seen=form.seen.data, by=actor(), now=now(),
    )  # fmt: skip


def _card() -> str:
    """Where the session card is that waits for the decision; empty when none was named."""
    asked = request.args.get("card", type=int)
    return url_for("session_logs.card", participant_id=asked) if asked and asked > 0 else ""


def _fresh(person_id: int) -> DecisionForm:
    sheet = queries.newest_sheet(person_id)
    return DecisionForm(formdata=None, data={"seen": None if sheet is None else sheet.id})


def _page(person_id: int, form: DecisionForm, *, sheet: Screening | None = None) -> str:
    return render_template(
        "screening/show.html",
        form=form,
        card_address=_card(),
        decisions=queries.decisions_of(person_id, now=now()),
        sheet=sheet,
        answers=[] if sheet is None else queries.answers_of(sheet),
        verdicts=VERDICT_WORDS,
        **frame(person_id),
    )
