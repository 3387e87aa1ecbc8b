"""The tickets of a person: how many are left and why; a sale in three steps; corrections by a manager."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing.models import PaymentKind
from backoffice.billing.second_times import JUST_NOW, sell_at_desk, sold_just_now
from backoffice.billing.undoing import NotUndone
from backoffice.billing.undoing import undo_sale as take_back
from backoffice.bookings.ticket_history import ticket_history, visits_without_ticket
from backoffice.bookings.ticket_steps import catch_up
from backoffice.clients.models import Client
from backoffice.clients.queries import client_of, has_left
from backoffice.core.clock import day_span
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, Invalid, NotFound
from backoffice.core.language import N_
from backoffice.core.submissions import first_use
from backoffice.memberships.actions import check_buyer, check_start
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import agreements_of, plans
from backoffice.memberships.queries import plan as find_plan
from backoffice.memberships.rejoining import OldTickets, old_lots
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from backoffice.tickets import actions
from backoffice.tickets.actions import Given, is_by_hand
from backoffice.tickets.explaining import why
from backoffice.tickets.queries import balance, lot_of, lots_of
from blueprints.billing.paid_now import day_hint, paid_now, payment_day
from blueprints.billing.words import KINDS
from blueprints.bookings.words import ATTENDANCE_WORDS
from blueprints.memberships.words import plan_offer
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, may, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import show_yen
from blueprints.support.forms import SafeForm, add_domain_error, options
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error, flash_undo
from blueprints.tickets.forms import ByHandForm, CorrectionForm, ReversalForm, SaleForm
from blueprints.tickets.words import sentence, sum_in_words

tickets = Blueprint("tickets", __name__, url_prefix="/people/<int:person_id>/tickets")

FARTHEST = timedelta(days=3660)
SHOWN_LINES = 24
"""The newest lines of a ledger answer nearly every question; earlier ones unfold."""
FIRST_JOIN = N_("Only members buy more tickets. Please make them a member first.")
A_MOMENT = timedelta(microseconds=1)
SINCE = timedelta(days=90)
BY_HAND_JA, BY_HAND_EN = "回数券（手入力）", "Tickets (by hand)"


@tickets.get("")
@permit(Permission.PEOPLE_VIEW)
def show(person_id: int) -> ResponseReturnValue:
    """What is left, until when, and every line that led there; with `on`, as it was at the end of a day."""
    check_visible(person_id)
    studio, day = current_studio(), _asked_day()
    at = None if day is None else day_span(day, studio.zone)[1] - A_MOMENT
    have = lots_of(person_id, at=at)
    lines = ticket_history(person_id, at=at)
    total = why((line.entry for line in lines), have, day=day or today())
    without = visits_without_ticket(studio.id, since=now() - SINCE, now=now(), person_id=person_id)
    return render_template(
        "tickets/show.html", person=bare_person(person_id), balance=balance(have, day=day or today()), lots=have,
        day=day, today=today(), SHOWN_LINES=SHOWN_LINES, without=[] if day else without, attendances=ATTENDANCE_WORDS,
        lines=lines, total=sum_in_words(total), sentence=sentence, is_by_hand=is_by_hand,
        client=client_of(person_id),
    )  # fmt: skip


@tickets.route("/sale", methods=["GET", "POST"])
@permit(Permission.JOINING_EDIT)
def sale(person_id: int) -> ResponseReturnValue:
    """Choose, look at it once more, sold: twice sent it is one sale."""
    person, client = bare_person(person_id), client_of(person_id)
    if client is None:
        raise Invalid(FIRST_JOIN)
    form = SaleForm(starts_on=today())
    form.plan_id.choices = options({plan.id: plan_offer(plan) for plan in plans(current_studio().id)})
    if not form.validate_on_submit():
        second = (
            _checked(client, form)
            if form.looked_at.data and not {"plan_id", "starts_on"} & form.errors.keys()
            else {}
        )
        return render_template(
            "tickets/sale.html", person=person, form=form, **second
        ), 422 if form.errors else 200
    if not form.looked_at.data:
        return _preview(person_id, client, form)
    old_tickets = OldTickets(form.old_tickets.data) if form.old_tickets.data else None
    made: list[Membership] = []

    def work() -> None:
        made.clear()
        if first_use(str(form.form_token.data), "sale", now=now()):
            sold = sell_at_desk(
                client, form.plan_id.data, form.starts_on.data, studio=current_studio(), paid=paid_now(form),
                is_another=bool(form.is_another.data), old_tickets=old_tickets, by=actor(), now=now(),
            )  # fmt: skip
            made.append(sold)

    second, again = _checked(client, form), has_left(client, today())

    def say_sold() -> None:
        if made and not again and payment_day() == today():
            flash_undo(
                _("Sold."), url_for("tickets.undo_sale", person_id=person_id, membership_id=made[0].id)
            )
        else:
            flash_done(_("Sold."))

    return _written(person_id, form, work, say_sold, "tickets/sale.html", **second)


@tickets.post("/sales/<int:membership_id>/undo")
@permit(Permission.JOINING_EDIT)
def undo_sale(person_id: int, membership_id: int) -> ResponseReturnValue:
    """Take a sale of today back: whoever made it, or a manager; pressed twice it is taken back once."""
    try:
        back = in_transaction(
            lambda: take_back(
                membership_id, person_id, studio=current_studio(), is_manager=may(Permission.BILLING_CORRECT),
                by=actor(), now=now(),
            )
        )  # fmt: skip
    except NotUndone as error:
        flash_error(say(error))
    else:
        sums = " · ".join(f"{KINDS[PaymentKind(one.kind)]} {show_yen(one.amount_yen)}" for one in back)
        flash_done(
            _("The sale is taken back. To pay back to the guest: %(sums)s.", sums=sums)
            if sums
            else _("The sale is taken back. Nothing had been paid.")
        )
    return redirect(url_for("tickets.show", person_id=person_id), 303)


@tickets.route("/by-hand", methods=["GET", "POST"])
@permit(Permission.TICKETS_CORRECT)
def by_hand(person_id: int) -> ResponseReturnValue:
    """Tickets without a sale, with a reason."""
    form = ByHandForm()
    if not form.validate_on_submit():
        page = render_template("tickets/by_hand.html", person=bare_person(person_id), form=form)
        return page, 422 if form.errors else 200
    given = Given(
        form.count.data or 0, BY_HAND_JA, BY_HAND_EN, form.unit_price_yen.data or 0, today(), form.until.data
    )

    def work() -> None:
        if first_use(str(form.form_token.data), "tickets", now=now()):
            actions.grant(
                person_id,
                given,
                studio_id=current_studio().id,
                note=form.note.data or "",
                by=actor(),
                now=now(),
            )
            catch_up(person_id, current_studio(), by=actor(), now=now())

    return _written(person_id, form, work, _("The tickets are given."), "tickets/by_hand.html")


@tickets.route("/<int:grant_id>/correction", methods=["GET", "POST"])
@permit(Permission.TICKETS_CORRECT)
def correct(person_id: int, grant_id: int) -> ResponseReturnValue:
    """Extend, add, take off, pay back; each with a reason, each a new line."""
    lot = lot_of(grant_id, person_id, current_studio().id)
    form = CorrectionForm()
    if not form.validate_on_submit():
        page = render_template("tickets/correction.html", person=bare_person(person_id), lot=lot, form=form)
        return page, 422 if form.errors else 200

    def work() -> None:
        if first_use(str(form.form_token.data), "tickets", now=now()):
            _correct(grant_id, form)
            catch_up(person_id, current_studio(), by=actor(), now=now())

    return _written(person_id, form, work, _("Corrected."), "tickets/correction.html", lot=lot)


@tickets.route("/lines/<int:ticket_line_id>/reversal", methods=["GET", "POST"])
@permit(Permission.TICKETS_CORRECT)
def reverse(person_id: int, ticket_line_id: int) -> ResponseReturnValue:
    """Take back a line that was written by hand; both stay readable."""
    line = next((line for line in ticket_history(person_id) if line.entry.id == ticket_line_id), None)
    if line is None or line.grant.studio_id != current_studio().id:
        raise NotFound
    form = ReversalForm()
    if not form.validate_on_submit():
        page = render_template(
            "tickets/reversal.html", person=bare_person(person_id), form=form, said=sentence(line)
        )
        return page, 422 if form.errors else 200

    def work() -> None:
        if first_use(str(form.form_token.data), "tickets", now=now()):
            actions.reverse(ticket_line_id, note=form.note.data or "", by=actor(), now=now())

    return _written(
        person_id, form, work, _("The line is undone."), "tickets/reversal.html", said=sentence(line)
    )


def _asked_day() -> date | None:
    """The past day in the address; None for now, and for one that lies ten years back."""
    with suppress(ValueError):
        day = date.fromisoformat(request.args.get("on", "")[:10])
        return day if today() - FARTHEST <= day < today() else None
    return None


def _correct(grant_id: int, form: CorrectionForm) -> None:
    known = {"note": form.note.data or "", "by": actor(), "now": now()}
    count = form.count.data or 0
    match form.what.data:
        case "extend":
            actions.extend(grant_id, form.until.data or date.min, **known)
        case "add":
            actions.adjust(grant_id, count, **known)
        case "take":
            actions.adjust(grant_id, -count, **known)
        case _:
            actions.refund(grant_id, count, **known)


def _preview(person_id: int, client: Client, form: SaleForm) -> ResponseReturnValue:
    """The second step: what it costs and brings. A plan that is not on sale is refused here already."""
    plan, starts_on = find_plan(current_studio().id, form.plan_id.data), form.starts_on.data
    try:
        check_start(plan, starts_on, today=today())
        check_buyer(client, starts_on, today=today())
    except Invalid as error:
        add_domain_error(form, error)
        return render_template("tickets/sale.html", person=bare_person(person_id), form=form), error.status
    return render_template(
        "tickets/sale.html", person=bare_person(person_id), form=form, **_checked(client, form)
    )


def _checked(client: Client, form: SaleForm) -> dict[str, object]:
    """What the second step shows; of who joins again also the tickets left from before."""
    again, plan, until = has_left(client, today()), find_plan(current_studio().id, form.plan_id.data), None
    with suppress(Invalid):
        until = check_start(plan, form.starts_on.data, today=today())
    return {
        "plan": plan, "until": until, "day_hint": day_hint(),
        "asks_again": sold_just_now(client.id, plan.id, now=now()) is not None,
        "left": client if again else None, "old_lots": old_lots(client.person_id, today()) if again else [],
        "running": [one for one in agreements_of(current_studio().id, client.person_id) if _goes_on(one)],
    }  # fmt: skip


def _goes_on(agreement: Membership) -> bool:
    """What they have already, for whoever sells: a month that runs, or something a colleague sold just now."""
    if agreement.undone_at is not None:
        return False
    is_over = agreement.ends_on is not None and agreement.ends_on < today()
    return (agreement.is_monthly and not is_over) or agreement.created_at > now() - JUST_NOW


def _written(
    person_id: int,
    form: SafeForm,
    work: Callable[[], None],
    done: str | Callable[[], None],
    template: str,
    **more: object,
) -> ResponseReturnValue:
    try:
        in_transaction(work)
    except NotFound:
        raise
    except DomainError as error:
        add_domain_error(form, error)
        return render_template(template, person=bare_person(person_id), form=form, **more), error.status
    if isinstance(done, str):
        flash_done(done)
    else:
        done()
    return redirect(url_for("tickets.show", person_id=person_id), 303)
