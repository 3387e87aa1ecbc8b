"""The account of a person: what was charged, paid and is open; take, refund, take back, print a receipt."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing import actions, queries
from backoffice.billing.actions import Line
from backoffice.billing.models import CreditWhy, Invoice, LineKind, Payment, PaymentKind
from backoffice.billing.receipts import issue, issued, issues_of
from backoffice.billing.second_times import take_at_desk
from backoffice.billing.taking_back import sold_lots, take_sale_back
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.language import Language
from backoffice.core.submissions import first_use
from backoffice.people.models import Person
from backoffice.people.queries import bare_person, check_stands, row_of
from backoffice.staff.permissions import Permission
from blueprints.billing.forms import ChargeForm, CreditForm, PaymentForm, ReceiptForm, RefundForm
from blueprints.billing.paid_now import day_hint, payment_day
from blueprints.billing.papers import invoice_paper, proviso_of, receipt_paper
from blueprints.billing.words import KINDS, WHY_BACK
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name, show_yen
from blueprints.support.forms import SafeForm, add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

account = Blueprint("account", __name__, url_prefix="/people/<int:person_id>/account")


@account.get("")
@permit(Permission.BILLING_VIEW)
def show(person_id: int) -> ResponseReturnValue:
    """Invoices and payments, the newest first, and what is open."""
    person, studio_id = _payer(person_id), current_studio().id
    found, payments = queries.items_of(person_id, studio_id), queries.payments_of(person_id, studio_id)
    ids = [item.invoice.id for item in found]
    back = queries.credits_of(ids)
    lines: dict[int, list[Any]] = {}
    for line in queries.lines_of([*ids, *(one.id for one in back)]):
        lines.setdefault(line.invoice_id, []).append(line)
    return render_template(
        "billing/account.html", person=person, items=found, payments=payments, lines=lines, credits=back,
        open_yen=sum(max(item.open_yen, 0) for item in found), owed_yen=-sum(min(item.open_yen, 0) for item in found),
        issues=issues_of([one.payment.id for one in payments]), kinds=KINDS, why=WHY_BACK, today=today(),
    )  # fmt: skip


@account.route("/pay", methods=["GET", "POST"])
@permit(Permission.BILLING_TAKE)
def pay(person_id: int) -> ResponseReturnValue:
    """Money for what is open, all of it or a part; one invoice only when the address names it."""
    person, studio_id = _payer(person_id), current_studio().id
    wanted = request.args.get("invoice", type=int)
    found = [
        item
        for item in queries.items_of(person_id, studio_id)
        if item.open_yen > 0 and wanted in (None, item.invoice.id)
    ]
    open_yen = sum(item.open_yen for item in found)
    form = PaymentForm(amount_yen=open_yen or None, received_on=payment_day())

    def work() -> None:
        ids = [item.invoice.id for item in found]
        kind, amount, day = PaymentKind(form.kind.data), form.amount_yen.data or 0, form.received_on.data
        take_at_desk(
            person_id, ids, kind, amount, studio=current_studio(), received_on=day,
            is_another=bool(form.is_another.data), by=actor(), now=now(),
        )  # fmt: skip

    return _form_page(
        person,
        form,
        "billing/pay.html",
        work,
        _("The payment is written down."),
        items=found,
        hint=day_hint(),
    )


@account.route("/charge", methods=["GET", "POST"])
@permit(Permission.BILLING_TAKE)
def charge(person_id: int) -> ResponseReturnValue:
    """Something sold over the counter: one line, paid now or later."""
    person, studio_id = bare_person(person_id), current_studio().id
    form = ChargeForm(due_on=today())

    def work() -> None:
        line = Line(
            LineKind.OTHER, form.name_ja.data or "", form.name_en.data or form.name_ja.data or "",
            form.unit_price_yen.data or 0, form.quantity.data or 0, form.tax_rate.data,
        )  # fmt: skip
        actions.charge(person_id, [line], studio_id=studio_id, due_on=form.due_on.data, by=actor(), now=now())

    return _form_page(person, form, "billing/charge.html", work, _("Charged."))


@account.route("/payments/<int:payment_id>/refund", methods=["GET", "POST"])
@permit(Permission.BILLING_CORRECT)
def refund(person_id: int, payment_id: int) -> ResponseReturnValue:
    """Money of one payment goes back, with a reason."""
    person, payment = _payer(person_id), _payment(person_id, payment_id)
    (whole,) = queries.paid([payment])
    form = RefundForm(kind=payment.kind, amount_yen=max(whole.left_yen, 0) or None, received_on=payment_day())

    def work() -> None:
        kind, amount, day = PaymentKind(form.kind.data), form.amount_yen.data or 0, form.received_on.data
        reason = form.reason.data or ""
        actions.refund(payment, kind, amount, reason=reason, received_on=day, by=actor(), now=now())

    return _form_page(
        person,
        form,
        "billing/refund.html",
        work,
        _("The refund is written down."),
        paid=whole,
        kinds=KINDS,
        hint=day_hint(),
    )


@account.route("/invoices/<int:invoice_id>/credit", methods=["GET", "POST"])
@permit(Permission.BILLING_CORRECT)
def credit(person_id: int, invoice_id: int) -> ResponseReturnValue:
    """Take a charge back, or waive it, all or some lines of it, with a reason."""
    person, invoice = _payer(person_id), _invoice(person_id, invoice_id)
    back = {
        line.credits_line_id
        for line in queries.lines_of([one.id for one in queries.credits_of([invoice_id])])
    }
    left = [line for line in queries.lines_of([invoice_id]) if line.id not in back]
    sold = sold_lots(left)
    form = CreditForm(line_ids=[line.id for line in left], with_tickets=any(lot.free for lot in sold))
    form.line_ids.choices = [(line.id, f"{own_name(line)} · {show_yen(line.amount_yen)}") for line in left]

    def work() -> None:
        why, reason = CreditWhy(form.why.data), form.reason.data or ""
        take_sale_back(
            invoice, form.line_ids.data or [], with_tickets=bool(form.with_tickets.data), why=why, reason=reason,
            by=actor(), now=now(),
        )  # fmt: skip

    return _form_page(
        person, form, "billing/credit.html", work, _("Cancelled in the books."), invoice=invoice,
        free=sum(lot.free for lot in sold), reserved=sum(lot.reserved for lot in sold),
    )  # fmt: skip


@account.route("/payments/<int:payment_id>/receipt", methods=["GET", "POST"])
@permit(Permission.BILLING_TAKE)
def receipt(person_id: int, payment_id: int) -> ResponseReturnValue:
    """Say to whom and for what; each time after the first it is a reissue."""
    person, payment = bare_person(person_id), _payment(person_id, payment_id)
    before = issues_of([payment_id]).get(payment_id, [])
    last = before[-1][1] if before else None
    form = ReceiptForm(
        addressee=f"{person.shown_name} 様" if last is None else last.addressee,
        proviso=proviso_of(payment) if last is None else last.proviso,
        language=person.language if last is None else last.language,
    )

    def work() -> None:
        addressee, proviso = form.addressee.data or "", form.proviso.data or ""
        language = Language(form.language.data)
        issue(payment, addressee=addressee, proviso=proviso, language=language, by=actor(), now=now())

    done = _("The receipt is ready to be opened.")
    return _form_page(
        person,
        form,
        "billing/receipt.html",
        work,
        done,
        paid=queries.paid([payment])[0],
        issues=before,
        kinds=KINDS,
    )


@account.get("/receipts/<int:receipt_issue_id>.pdf")
@permit(Permission.BILLING_VIEW)
def receipt_file(person_id: int, receipt_issue_id: int) -> ResponseReturnValue:
    """One printing of a receipt, the same whenever it is opened."""
    of, printed, payment = issued(receipt_issue_id, current_studio().id)
    if payment.person_id != person_id:
        raise NotFound
    return _pdf(receipt_paper(of, printed, payment), f"receipt-{of.label}-{printed.position}")


@account.get("/invoices/<int:invoice_id>.pdf")
@permit(Permission.BILLING_VIEW)
def invoice_file(person_id: int, invoice_id: int) -> ResponseReturnValue:
    """An invoice, or what takes one back, as it is printed."""
    person, invoice = bare_person(person_id), _invoice(person_id, invoice_id)
    return _pdf(invoice_paper(invoice, person), f"invoice-{invoice.label}")


def _form_page(
    person: Person, form: SafeForm, template: str, work: Callable[[], None], done: str, **more: object
) -> ResponseReturnValue:
    """Show the form; when it is sent, do the work once however often it is sent, or show the refusal."""
    if not form.validate_on_submit():
        return render_template(template, person=person, form=form, **more), 422 if form.errors else 200

    def once() -> None:
        if first_use(str(form["form_token"].data), "billing", now=now()):
            work()

    try:
        in_transaction(once)
    except NotFound:
        raise
    except DomainError as error:
        add_domain_error(form, error)
        return render_template(template, person=person, form=form, **more), error.status
    flash_done(done)
    return redirect(url_for("account.show", person_id=person.id), 303)


def _payer(person_id: int) -> Person:
    """Whose account it is. Of somebody erased too: money that was open then is settled or waived here."""
    found = row_of(person_id)
    if found.erased_at is None:
        check_stands(found)
    return found


def _invoice(person_id: int, invoice_id: int) -> Invoice:
    found = queries.invoice(invoice_id, current_studio().id)
    if found.person_id != person_id:
        raise NotFound
    return found


def _payment(person_id: int, payment_id: int) -> Payment:
    found = queries.payment(payment_id, current_studio().id)
    if found.person_id != person_id or found.amount_yen < 0:
        raise NotFound
    return found


def _pdf(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename={name}.pdf"
    return answer
