"""The leaving statement of a person: on the screen, printed, and as a PDF in their language."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing.leaving import Settled, Statement, statement
from backoffice.clients.queries import client_of
from backoffice.core.errors import NotFound
from backoffice.core.language import Language
from backoffice.core.paper.sheet import Column, Sheet
from backoffice.people.models import Person
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from blueprints.support.access import permit
from blueprints.support.clock import now, today
from blueprints.support.filters import honorific, own_name, show_day, show_yen
from blueprints.support.language import speaking
from blueprints.support.studio import current_studio

leaving_statement = Blueprint(
    "leaving_statement", __name__, url_prefix="/people/<int:person_id>/leaving-statement"
)
FARTHEST = timedelta(days=3660)
"""A statement is asked for a day of these years."""


@leaving_statement.get("")
@permit(Permission.BILLING_VIEW)
def show(person_id: int) -> ResponseReturnValue:
    """As of the end of the last day, or of the day in the address."""
    made = _statement(person_id)
    return render_template("memberships/statement.html", person=bare_person(person_id), made=made)


@leaving_statement.get("/pdf")
@permit(Permission.BILLING_VIEW)
def pdf(person_id: int) -> ResponseReturnValue:
    """The same on paper."""
    made, person = _statement(person_id), bare_person(person_id)
    with speaking(Language(person.language)):
        content = _paper(made, person)
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="leaving-statement-{person_id}.pdf"'
    return answer


def _statement(person_id: int) -> Statement:
    client = client_of(person_id)
    if client is None:
        raise NotFound
    return statement(current_studio(), person_id, _asked_day() or client.left_on or today())


def _asked_day() -> date | None:
    """The day in the address, unless it is none or years away."""
    with suppress(ValueError):
        day = date.fromisoformat(request.args.get("on", "")[:10])
        return day if abs(day - today()) <= FARTHEST else None
    return None


def _paper(made: Statement, person: Person) -> bytes:
    title = _("Leaving statement")
    sheet = Sheet(title, language=person.language, at=now(), footer=title)
    sheet.text(title, size=20, bold=True, align="C")
    sheet.gap(6)
    sheet.text(honorific(person.shown_name), size=14, bold=True)
    sheet.facts(
        [
            (_("Last day as a member"), show_day(made.left_on)),
            (_("Printed on"), show_day(today())),
            (_("Gym"), own_name(current_studio())),
        ]
    )
    sheet.gap(6)
    label = _("Refund amount") if made.refund_yen >= 0 else _("Still owed")
    sheet.amount(label, show_yen(abs(made.refund_yen)))
    sheet.gap(4)
    columns = [
        Column(_("What for"), 5),
        Column(_("Charged"), 2, True),
        Column(_("How it is worked out"), 4),
        Column(_("Delivered"), 2, True),
    ]
    total = (_("Sum"), show_yen(made.charged_yen), "", show_yen(made.delivered_yen))
    sheet.table(columns, [_row(line) for line in made.lines], total=total)
    sheet.gap(4)
    sheet.facts(_sums(made))
    return sheet.content()


def _row(line: Settled) -> Sequence[str]:
    return (own_name(line), show_yen(line.charged_yen), _how(line), show_yen(line.delivered_yen))


def _sums(made: Statement) -> list[tuple[str, str]]:
    return [
        (_("Paid"), show_yen(made.paid_yen)),
        (_("Delivered"), show_yen(made.delivered_yen)),
        (_("Paid − delivered"), show_yen(made.refund_yen)),
    ]


def _how(line: Settled) -> str:
    """How what is delivered was worked out, for a pack."""
    if line.unit_yen is None:
        return ""
    return _(
        "%(yen)s × %(n)s of %(all)s sessions",
        yen=show_yen(line.unit_yen),
        n=line.delivered,
        all=line.sessions,
    )
