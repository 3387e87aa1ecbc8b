"""The memberships of a person: what was agreed, freezes, leaving, another plan, and bookings to decide about."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing.freezing import cancel_freeze as take_freeze_back
from backoffice.billing.freezing import end_freeze as change_last_day
from backoffice.billing.undoing import can_undo
from backoffice.bookings.queries import booking as find_booking
from backoffice.clients.models import Client
from backoffice.clients.queries import client_of
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, Invalid, NotFound
from backoffice.core.submissions import first_use
from backoffice.memberships import changing, freezing
from backoffice.memberships.freezes import freezes_of, is_frozen
from backoffice.memberships.freezing import FreezeTerms
from backoffice.memberships.leaving import LeavingTerms, leave, stay
from backoffice.memberships.models import LeavingReason, Membership
from backoffice.memberships.periods import month_from
from backoffice.memberships.queries import agreement, agreements_of, earlier_stays, freeze_of, leaving_of
from backoffice.memberships.queries import plans as plans_on_sale
from backoffice.memberships.undecided import Decision, decide, undecided
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from backoffice.tickets.queries import lots_of
from blueprints.bookings.reader import opens_booking
from blueprints.memberships.forms import ChangeForm, DecisionForm, FreezeEndForm, FreezeForm, LeavingForm
from blueprints.memberships.statement import say_months
from blueprints.memberships.words import DECISION_WORDS, REASON_WORDS, plan_offer, ticket_after
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, may, permit
from blueprints.support.clock import now, today
from blueprints.support.forms import SafeForm, add_domain_error, options
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

memberships = Blueprint("memberships", __name__, url_prefix="/people/<int:person_id>/membership")

ONE_DAY = timedelta(days=1)


@memberships.get("")
@permit(Permission.PEOPLE_VIEW)
def show(person_id: int) -> ResponseReturnValue:
    """What holds now, what is to be decided, and everything agreed before."""
    check_visible(person_id)
    studio, client = current_studio(), client_of(person_id)
    agreed = agreements_of(studio.id, person_id)
    return render_template(
        "memberships/show.html", person=bare_person(person_id), client=client, agreements=agreed, today=today(),
        freezes=freezes_of([one.id for one in agreed]), is_frozen=is_frozen,
        pack_lots={lot.grant.membership_id: lot for lot in lots_of(person_id)},
        replaced={one.replaces_id: one for one in agreed if one.replaces_id},
        leaving=None if client is None else leaving_of(client.id),
        earlier=[] if client is None else earlier_stays(client.id),
        undecided=undecided(studio, now=now(), person_id=person_id), opens_booking=opens_booking(),
        reasons=REASON_WORDS, decisions=DECISION_WORDS, ticket_after=ticket_after, undoable=_undoable(agreed),
    )  # fmt: skip


def _undoable(agreed: Sequence[Membership]) -> set[int]:
    """The sales of today that whoever looks may take back."""
    if not may(Permission.JOINING_EDIT):
        return set()
    known = {
        "studio": current_studio(),
        "is_manager": may(Permission.BILLING_CORRECT),
        "by": actor(),
        "now": now(),
    }
    return {one.id for one in agreed if can_undo(one, **known)}


@memberships.route("/<int:membership_id>/freeze", methods=["GET", "POST"])
@permit(Permission.JOINING_EDIT)
def freeze(person_id: int, membership_id: int) -> ResponseReturnValue:
    """Freeze a membership; only a manager may begin before the cut-off day allows."""
    studio = current_studio()
    membership = agreement(studio.id, person_id, membership_id)
    earliest = month_from(today(), studio.cut_off_day)
    form = FreezeForm(starts_on=earliest, fee_yen=studio.freeze_fee_yen if membership.is_monthly else 0)

    def work() -> None:
        terms = FreezeTerms(form.starts_on.data, form.ends_on.data, form.fee_yen.data or 0)
        if first_use(str(form.form_token.data), "freeze", now=now()):
            freezing.freeze(membership_id, terms, studio=studio, waiver=_waiver(form), by=actor(), now=now())

    return _page(
        person_id,
        form,
        work,
        _("Frozen."),
        "memberships/freeze.html",
        membership=membership,
        earliest=earliest,
    )


@memberships.route("/freezes/<int:freeze_id>", methods=["GET", "POST"])
@permit(Permission.JOINING_EDIT)
def end_freeze(person_id: int, freeze_id: int) -> ResponseReturnValue:
    """Another last day, earlier or later."""
    studio = current_studio()
    row = freeze_of(studio.id, person_id, freeze_id)
    form = FreezeEndForm(obj=row)
    version = form.version.data

    def work() -> None:
        change_last_day(studio, freeze_id, form.ends_on.data, version=version, by=actor(), now=now())

    return _page(person_id, form, work, _("Saved."), "memberships/freeze_end.html", freeze=row)


@memberships.post("/freezes/<int:freeze_id>/removal")
@permit(Permission.JOINING_EDIT)
def cancel_freeze(person_id: int, freeze_id: int) -> ResponseReturnValue:
    """It does not begin after all."""
    studio = current_studio()
    freeze_of(studio.id, person_id, freeze_id)
    return _done(
        person_id,
        lambda: take_freeze_back(studio, freeze_id, by=actor(), now=now()),
        _("The freeze is cancelled."),
    )


@memberships.route("/leaving", methods=["GET", "POST"])
@permit(Permission.JOINING_EDIT)
def leaving(person_id: int) -> ResponseReturnValue:
    """Set the last day; only a manager may set one before the cut-off day allows."""
    studio, client = current_studio(), _client(person_id)
    earliest = month_from(today(), studio.cut_off_day) - ONE_DAY
    form = LeavingForm(left_on=earliest)

    def work() -> None:
        terms = LeavingTerms(form.left_on.data, LeavingReason(form.reason.data), form.note.data or "")
        if first_use(str(form.form_token.data), "leaving", now=now()):
            leave(client.id, terms, studio=studio, waiver=_waiver(form), by=actor(), now=now())

    return _page(
        person_id, form, work, _("The last day is set."), "memberships/leaving.html", earliest=earliest,
        say_months=lambda day: say_months(person_id, day) if may(Permission.BILLING_VIEW) else "",
    )  # fmt: skip


@memberships.post("/leaving/removal")
@permit(Permission.JOINING_EDIT)
def stays(person_id: int) -> ResponseReturnValue:
    """They stay after all."""
    row = leaving_of(_client(person_id).id)
    if row is None:
        raise NotFound
    return _done(
        person_id, lambda: stay(row.id, studio=current_studio(), by=actor(), now=now()), _("They stay.")
    )


@memberships.route("/<int:membership_id>/change", methods=["GET", "POST"])
@permit(Permission.JOINING_EDIT)
def change(person_id: int, membership_id: int) -> ResponseReturnValue:
    """Another plan from the next month day on."""
    studio = current_studio()
    membership = agreement(studio.id, person_id, membership_id)
    form = ChangeForm()
    form.plan_id.choices = options(
        {
            plan.id: plan_offer(plan)
            for plan in plans_on_sale(studio.id)
            if plan.is_monthly and plan.id != membership.plan_id
        }
    )

    def work() -> None:
        if first_use(str(form.form_token.data), "change", now=now()):
            changing.change_plan(membership_id, form.plan_id.data, studio=studio, by=actor(), now=now())

    begins = changing.next_month_day(membership, today())
    return _page(
        person_id, form, work, _("The plan changes."), "memberships/change.html", membership=membership,
        begins=begins,
    )  # fmt: skip


@memberships.post("/<int:membership_id>/change/removal")
@permit(Permission.JOINING_EDIT)
def take_change_back(person_id: int, membership_id: int) -> ResponseReturnValue:
    """They keep the plan they have."""
    studio = current_studio()
    agreement(studio.id, person_id, membership_id)
    return _done(
        person_id,
        lambda: changing.take_change_back(membership_id, studio=studio, by=actor(), now=now()),
        _("The change is cancelled."),
    )


@memberships.post("/bookings/<int:booking_id>/decision")
@permit(Permission.BOOKINGS_EDIT)
def decide_booking(person_id: int, booking_id: int) -> ResponseReturnValue:
    """One booking is kept or cancelled."""
    find_booking(current_studio().id, booking_id)
    form = DecisionForm()
    if not form.validate_on_submit():
        raise Invalid
    decision, version = Decision(form.decision.data), form.version.data
    return _done(
        person_id,
        lambda: decide(
            current_studio(), person_id, booking_id, decision, version=version, by=actor(), now=now()
        ),
        _("Decided."),
    )


def _client(person_id: int) -> Client:
    client = client_of(person_id)
    if client is None:
        raise NotFound
    return client


def _waiver(form: FreezeForm | LeavingForm) -> str:
    """The reason counts from whoever may waive rules; others have no field for it."""
    return (form.waiver.data or "") if may(Permission.RULES_WAIVE) else ""


def _page(
    person_id: int, form: SafeForm, work: Callable[[], None], done: str, template: str, **more: object
) -> ResponseReturnValue:
    """A form, shown until it is right and the rules agree."""
    status = 200
    if form.validate_on_submit():
        try:
            in_transaction(work)
        except NotFound:
            raise
        except DomainError as error:
            add_domain_error(form, error)
            status = error.status
        else:
            flash_done(done)
            return redirect(url_for("memberships.show", person_id=person_id), 303)
    elif form.errors:
        status = 422
    return render_template(template, person=bare_person(person_id), form=form, **more), status


def _done(person_id: int, work: Callable[[], None], done: str) -> ResponseReturnValue:
    in_transaction(work)
    flash_done(done)
    return redirect(url_for("memberships.show", person_id=person_id), 303)
