"""The leaving statement of a person: on the screen, as a PDF in their language, and paid out in one step."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from backoffice.billing.charging import months_ahead
from backoffice.billing.leaving import Charge, Settled, Statement, has_begun, moved_later, statement
from backoffice.billing.models import LineKind, PaymentKind
from backoffice.billing.paying_out import PayOut, packs_left, paid_by_way, pay_out, taken_off
from backoffice.billing.queries import settings_of
from backoffice.clients.models import Client
from backoffice.clients.queries import client_of
from backoffice.core.clock import local_date
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.language import N_, Language
from backoffice.core.paper.sheet import Column, Sheet
from backoffice.core.submissions import first_use
from backoffice.memberships.models import Leaving
from backoffice.memberships.queries import leaving_of
from backoffice.people.models import Person
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from blueprints.billing.papers import Words, issuer_rows
from blueprints.billing.words import KINDS
from blueprints.memberships.forms import PayOutForm
from blueprints.staff.audit_words import label_word
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import honorific, own_name, show_day, show_yen
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
    made, _leaving = _statement(person_id)
    form = PayOutForm(formdata=None, reason=_(USUAL_REASON), mark=made.mark)
    if ways := paid_by_way(person_id, current_studio().id):
        form.kind.data = next(iter(ways)).value
    return _page(person_id, made, form)


@leaving_statement.post("/payout")
@permit(Permission.BILLING_CORRECT)
def pay(person_id: int) -> ResponseReturnValue:
    """Write it into books and ledger as it was looked at, once however often it is sent."""
    (made, _leaving), form = _statement(person_id), PayOutForm()
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
    (made, leaving), person = _statement(person_id), bare_person(person_id)
    with speaking(Language(person.language)):
        content = _paper(made, person, leaving)
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="leaving-statement-{person_id}.pdf"'
    return answer


def _page(person_id: int, made: Statement, form: PayOutForm) -> str:
    leaving, studio_id = leaving_of(_client(person_id).id), current_studio().id
    lots = packs_left(studio_id, person_id)
    return render_template(
        "memberships/statement.html", person=bare_person(person_id), made=made, how=how, form=form, leaving=leaving,
        today=today(), reserved_note=say_reserved(made.reserved),
        tickets=sum(lot.free for lot in taken_off(made, lots)),
        reserved=sum(lot.reserved for lot in lots), back_yen=sum(line.goes_back_yen for line in made.lines),
        is_moved_later=moved_later(studio_id, person_id, made.left_on), ahead=say_months(person_id, made.left_on),
        ways=[(KINDS[kind], yen) for kind, yen in paid_by_way(person_id, studio_id).items()],
    )  # fmt: skip


def say_months(person_id: int, until: date) -> str:
    """What is still to be charged by itself for months that begin by a day, in words; empty for nothing."""
    months = months_ahead(current_studio(), person_id, until)
    if not months:
        return ""
    return ngettext(
        "%(yen)s more will be charged, for the month from %(day)s.",
        "%(yen)s more will be charged, for the %(num)s months from %(day)s on.",
        len(months),
        yen=show_yen(sum(one.price_yen for one in months)),
        day=show_day(months[0].first),
    )


def _statement(person_id: int) -> tuple[Statement, Leaving | None]:
    """As of the day that was asked for; of somebody paid out, as it was before that. With their leaving."""
    client, studio = _client(person_id), current_studio()
    leaving, day = leaving_of(client.id), _asked_day() or client.left_on or today()
    return statement(studio, person_id, day, paid_out=leaving), leaving


def _client(person_id: int) -> Client:
    found = client_of(person_id)
    if found is None:
        raise NotFound
    return found


def _asked_day() -> date | None:
    """The day in the address, unless it is none or years away."""
    with suppress(ValueError):
        day = date.fromisoformat(request.args.get("on", "")[:10])
        return day if abs(day - today()) <= FARTHEST else None
    return None


def _paper(made: Statement, person: Person, leaving: Leaving | None) -> bytes:
    title = _("Leaving statement")
    sheet = Sheet(title, language=person.language, at=now(), footer=title)
    sheet.text(title, size=20, bold=True, align="C")
    sheet.gap(6)
    sheet.text(honorific(person.shown_name), size=14, bold=True)
    words, studio = Words(person.language), current_studio()
    sheet.beside([], issuer_rows(settings_of(studio.id), words))
    is_last = leaving is not None and leaving.left_on == made.left_on
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
    sheet.table(columns, [_row(line, made.left_on) for line in made.lines], total=total)
    sheet.gap(4)
    sheet.facts([*_sums(made), *_paid_out(leaving, words)])
    more = (say_reserved(made.reserved) if made.reserved else "", say_months(person.id, made.left_on))
    for row in filter(None, more):
        sheet.gap(4)
        sheet.text(row, size=8.5, muted=True)
    return sheet.content()


def say_reserved(count: int) -> str:
    """What the sums leave open."""
    return ngettext(
        "%(num)s ticket is reserved for a booking: as long as it is, it does not count as delivered.",
        "%(num)s tickets are reserved for bookings: as long as they are, they do not count as delivered.",
        count,
    )


def _row(line: Settled, on: date) -> Sequence[str]:
    return (own_name(line), show_yen(line.charged_yen), how(line, on), show_yen(line.delivered_yen))


def _sums(made: Statement) -> list[tuple[str, str]]:
    return [
        (_("Paid"), show_yen(made.paid_yen)),
        (_("Delivered"), show_yen(made.delivered_yen)),
        (_("Paid − delivered"), show_yen(made.refund_yen)),
    ]


def _paid_out(leaving: Leaving | None, words: Words) -> list[tuple[str, str]]:
    """How it was settled: what went back, when, and by whom it was paid."""
    if leaving is None or leaving.settled_at is None:
        return []
    when = words.day(local_date(leaving.settled_at, current_studio().zone))
    back = show_yen(max(leaving.refund_yen or 0, 0))
    return [(_("Paid out"), f"{back} · {when} · {label_word(leaving.settled_by)}")]


def how(line: Settled, on: date) -> str:
    """How what is delivered by the end of a day was worked out: by sessions, by months begun, else in full."""
    if line.unit_yen is not None:
        return _(
            "%(yen)s × %(n)s of %(all)s sessions",
            yen=show_yen(line.unit_yen),
            n=line.delivered,
            all=line.sessions,
        )
    match line.charge:
        case Charge(kind=LineKind.DEPOSIT):
            return _("A deposit goes back")
        case Charge(kind=LineKind.DISCOUNT):
            return _("Discount")
        case Charge(kind=LineKind.MONTH | LineKind.FREEZE) as month:
            return _("The month has begun") if has_begun(month, on) else _("The month has not begun")
    return _("In full")
