"""Who is to be asked about more tickets, and which visits have no ticket."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings.ticket_history import visits_without_ticket
from backoffice.core.db import transaction
from backoffice.memberships.renewals import ask_to_renew
from backoffice.memberships.renewals import renewals as find_renewals
from backoffice.staff.permissions import Permission
from blueprints.bookings.reader import opens_booking
from blueprints.bookings.words import ATTENDANCE_WORDS
from blueprints.memberships.words import RENEWAL_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

renewals = Blueprint("renewals", __name__, url_prefix="/memberships/renewals")

SINCE = timedelta(days=30)


@renewals.get("")
@permit(Permission.JOINING_EDIT)
def index() -> ResponseReturnValue:
    """Both lists; each name leads to its tickets."""
    studio = current_studio()
    return render_template(
        "memberships/renewals.html", rows=find_renewals(studio, now=now()), why=RENEWAL_WORDS,
        without=visits_without_ticket(studio.id, since=now() - SINCE, now=now()), attendances=ATTENDANCE_WORDS,
        opens_booking=opens_booking(),
    )  # fmt: skip


@renewals.post("/<int:person_id>/task")
@permit(Permission.JOINING_EDIT)
def ask(person_id: int) -> ResponseReturnValue:
    """A task about one of them."""
    with transaction():
        ask_to_renew(current_studio(), person_id, by=actor(), now=now())
    flash_done(_("The task stands under Today."))
    return redirect(url_for("renewals.index"), 303)
