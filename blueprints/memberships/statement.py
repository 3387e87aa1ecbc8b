"""The leaving statement of a person: on the screen, as a PDF in their language, and paid out in one step."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from backoffice.billing.leaving import Settled, Statement, statement
from backoffice.billing.models import PaymentKind
from backoffice.billing.paying_out import PayOut, packs_left, pay_out, taken_off
from backoffice.billing.queries import settings_of
from backoffice.clients.queries import client_of
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.language import N_, Language
from backoffice.core.paper.sheet import Column, Sheet
from backoffice.core.submissions import first_use
from backoffice.memberships.queries import leaving_of
from backoffice.people.models import Person
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from blueprints.billing.papers import Words, issuer_rows
from blueprints.memberships.forms import PayOutForm
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import honorific, own_name, show_yen
from blueprints.support.forms import add_domain_error
from blueprints.support.language import speaking
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

leaving_statement = Blueprint(
    "leaving_statement", __name__, url_prefix="/people/<int:person_id>/leaving-statement"
)
FARTHEST = timedelta(days=3660)
"""A statement is asked for a day of these years."""
USUAL_REASON = N_("Paid out when leaving")


@leaving_statement.get("")
@permit(Permission.BILLING_VIEW)
def show(person_id: int) -> ResponseReturnValue:
    """As of the end of the last day, or of the day in the address."""
    made = _statement(person_id)
    return _page(person_id, made, PayOutForm(formdata=None, reason=_(USUAL_REASON), mark=made.mark))


@leaving_statement.post("/payout")
@permit(Permission.BILLING_CORRECT)
def pay(person_id: int) -> ResponseReturnValue:
    """Write it into books and ledger as it was looked at, once however often it is sent."""
    made, form = _statement(person_id), PayOutForm()
    if not form.validate_on_submit():
        return _page(person_id, made, form), 422
    decided = PayOut(made.left_on, form.mark.data or "", PaymentKind(form.kind.data), form.reason.data or "")

    def work() -> None:
        if first_use(str(form.form_token.data), "payout", now=now()):
            pay_out(current_studio(), person_id, decided, by=actor(), now=now())

    try:
        in_transaction(work)
    except NotFound:
        raise
    except DomainError as error:
        add_domain_error(form, error)
        form.mark.data = made.mark  # what is shown now is looked at anew
        form.is_agreed.data = False
        return _page(person_id, made, form), error.status
    flash_done(_("Written into the books."))
    return redirect(url_for("account.show", person_id=person_id), 303)


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


def _page(person_id: int, made: Statement, form: PayOutForm) -> str:
    client = client_of(person_id)
    leaving = None if client is None else leaving_of(client.id)
    lots = packs_left(current_studio().id, person_id)
    return render_template(
        "memberships/statement.html", person=bare_person(person_id), made=made, form=form, leaving=leaving,
        today=today(), reserved_note=say_reserved(made.reserved),
        tickets=sum(lot.free for lot in taken_off(made, lots)),
        reserved=sum(lot.reserved for lot in lots), back_yen=sum(line.goes_back_yen for line in made.lines),
    )  # fmt: skip


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
    words, studio = Words(person.language), current_studio()
    sheet.beside([], issuer_rows(settings_of(studio.id), words))
    client = client_of(person.id)
    is_last = client is not None and client.left_on == made.left_on
    sheet.facts(
        [
            (_("Last day as a member") if is_last else _("If they left on"), words.day(made.left_on)),
            (_("Printed on"), words.day(today())),
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
    if made.reserved:
        sheet.gap(4)
        sheet.text(say_reserved(made.reserved), size=8.5, muted=True)
    return sheet.content()


def say_reserved(count: int) -> str:
    """What the sums leave open."""
    return ngettext(
        "%(num)s ticket is reserved for a booking: as long as it is, it does not count as delivered.",
        "%(num)s tickets are reserved for bookings: as long as they are, they do not count as delivered.",
        count,
    )


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
