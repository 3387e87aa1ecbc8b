"""Selling a person tickets: chosen, looked at once more, sold; and taking a sale of the day back."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing.models import PaymentKind
from backoffice.billing.second_times import JUST_NOW, sell_at_desk, sold_just_now
from backoffice.billing.undoing import NotUndone
from backoffice.billing.undoing import undo_sale as take_back
from backoffice.clients.models import Client
from backoffice.clients.queries import client_of, has_left
from backoffice.core.db import in_transaction
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.core.submissions import first_use
from backoffice.memberships.actions import check_buyer, check_start
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import agreements_of, plans
from backoffice.memberships.queries import plan as find_plan
from backoffice.memberships.rejoining import OldTickets, old_lots
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from blueprints.billing.paid_now import day_hint, paid_now, payment_day
from blueprints.billing.words import KINDS
from blueprints.memberships.words import plan_offer
from blueprints.support.access import actor, may, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import show_yen
from blueprints.support.forms import add_domain_error, options
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error, flash_undo
from blueprints.tickets.blueprint import tickets, written
from blueprints.tickets.forms import SaleForm

FIRST_JOIN = N_("Only members buy more tickets. Please make them a member first.")


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
        page = render_template("tickets/sale.html", person=person, form=form, **_second_step(client, form))
        return page, 422 if form.errors else 200
    if not form.looked_at.data:
        return _preview(person_id, client, form)
    sold: list[Membership] = []

    def work() -> None:
        sold[:] = _sell(client, form)

    second, again = _checked(client, form), has_left(client, today())
    done = partial(_say_sold, sold, person_id, is_again=again)
    return written(person_id, form, work, done, "tickets/sale.html", **second)


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


def _second_step(client: Client, form: SaleForm) -> dict[str, object]:
    """What the second step shows, when what is wrong was typed in it; else plan or day are to be chosen again."""
    is_second = form.looked_at.data and not {"plan_id", "starts_on"} & form.errors.keys()
    return _checked(client, form) if is_second else {}


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


def _sell(client: Client, form: SaleForm) -> list[Membership]:
    """What was sold; nothing when the form was sent before."""
    if not first_use(str(form.form_token.data), "sale", now=now()):
        return []
    old_tickets = OldTickets(form.old_tickets.data) if form.old_tickets.data else None
    sold = sell_at_desk(
        client, form.plan_id.data, form.starts_on.data, studio=current_studio(), paid=paid_now(form),
        is_another=bool(form.is_another.data), old_tickets=old_tickets, by=actor(), now=now(),
    )  # fmt: skip
    return [sold]


def _say_sold(sold: Sequence[Membership], person_id: int, *, is_again: bool) -> None:
    """With a button that takes it back, where it can be: neither joining again nor money of another day can."""
    if not sold or is_again or payment_day() != today():
        flash_done(_("Sold."))
        return
    undo = url_for("tickets.undo_sale", person_id=person_id, membership_id=sold[0].id)
    flash_undo(_("Sold."), undo)


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
