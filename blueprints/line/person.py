"""The LINE of one person at the desk: whether it is connected, a code with its QR, a link by mail, letting go."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.line.codes import Code, make_code
from backoffice.line.queries import account_of_person
from backoffice.line.ties import untie
from backoffice.messaging.models import Kind
from backoffice.messaging.outbox import queue_message
from backoffice.people.queries import bare_person, mail_of
from backoffice.staff.permissions import Permission
from blueprints.line.account import gym_account
from blueprints.line.qr import shown_code
from blueprints.support.access import actor, permit
from blueprints.support.asking import wants_fragment
from blueprints.support.clock import now
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error

person_line = Blueprint("person_line", __name__, url_prefix="/people/<int:person_id>/line")

INVITED_FOR = timedelta(days=2)
NO_LINE = N_(
    "LINE of the gym is not set up yet: its ID is missing in the settings of the studio, or its channel where the "
    "product runs (docs/operations.md)."
)


@person_line.route("", methods=["GET", "POST"])
@permit(Permission.PEOPLE_EDIT)
def show(person_id: int) -> ResponseReturnValue:
    """Where it stands; asked for again while the guest sends the code, the page says when it worked.

    A POST makes a code for half an hour, to be scanned or read out. It is shown this once.
    """
    if request.method == "GET":
        return _page(person_id)
    bare_person(person_id)
    if not gym_account():
        raise Invalid(NO_LINE)
    return _page(person_id, in_transaction(lambda: make_code(person_id, by=actor(), now=now())))


@person_line.post("/invitation")
@permit(Permission.PEOPLE_EDIT)
def invite(person_id: int) -> ResponseReturnValue:
    """Send the person the link by mail, once a day at most."""
    person = bare_person(person_id)
    if not gym_account():
        raise Invalid(NO_LINE)
    if mail_of(person.id) is None:
        flash_error(_("There is no mail address to send it to."))
        return redirect(url_for("person_line.show", person_id=person_id), 303)
    day = now().date().isoformat()
    planned = in_transaction(
        lambda: queue_message(
            Kind.LINE_INVITE, studio_id=current_studio().id, now=now(), dedupe_key=f"line_invite:{person.id}:{day}",
            send_at=now(), expires_at=now() + INVITED_FOR, language=person.language, person_id=person.id,
        )
    )  # fmt: skip
    flash_done(_("The link goes out by mail.") if planned else _("The link was sent by mail today already."))
    return redirect(url_for("person_line.show", person_id=person_id), 303)


@person_line.post("/removal")
@permit(Permission.PEOPLE_EDIT)
def remove(person_id: int) -> ResponseReturnValue:
    """Let the account go: messages go by mail from now on."""
    in_transaction(lambda: untie(person_id, by=actor(), now=now()))
    flash_done(_("LINE is disconnected."))
    return redirect(url_for("person_line.show", person_id=person_id), 303)


def _page(person_id: int, code: Code | None = None) -> ResponseReturnValue:
    person, line_id = bare_person(person_id), gym_account()
    return render_template(
        "line/_state.html" if wants_fragment() else "line/person.html",
        person=person,
        account=account_of_person(person),
        line_id=line_id,
        no_line=_(NO_LINE),
        code=shown_code(code, line_id) if code else None,
        has_mail=mail_of(person.id) is not None,
    )
