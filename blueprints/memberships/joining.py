"""From the trial to member in one short form."""

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings.attendance import FeeMethod, receive_fee
from backoffice.bookings.fees import open_trial_fee
from backoffice.clients.queries import client_of
from backoffice.core.clock import local_date
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.leads.models import Lead
from backoffice.leads.queries import lead as find_lead
from backoffice.leads.queries import open_lead_of
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.queries import plans
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainers
from blueprints.memberships.forms import JoiningForm
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name, show_yen
from blueprints.support.forms import add_domain_error, options
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

joining = Blueprint("joining", __name__)


@dataclass(frozen=True)
class _Candidate:
    """Who is about to join, through which lead, with which trial fee still open."""

    person: Person
    lead: Lead | None


@joining.route("/joining", methods=["GET", "POST"])
@permit(Permission.JOINING_EDIT)
def new() -> ResponseReturnValue:
    """Show the form for a lead or a person; POST makes them a member, once however often it is sent."""
    who = _candidate()
    if client_of(who.person.id) is not None and request.method == "GET":
        return redirect(url_for("people.show", person_id=who.person.id))
    form = _form(who)
    if not form.validate_on_submit():
        return _page(form, who), 422 if request.method == "POST" else 200
    try:
        in_transaction(lambda: _join(form, who))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(form, who), error.status
    flash_done(_("%(name)s is a member now.", name=who.person.shown_name))
    return redirect(result_of(form.form_token.data or "") or url_for("today.show"))


def _candidate() -> _Candidate:
    lead_id, person_id = request.args.get("lead", type=int), request.args.get("person", type=int)
    if lead_id is not None:
        lead = find_lead(current_studio().id, lead_id)
        return _Candidate(find_person(lead.person_id), lead)
    if person_id is None:
        abort(404)
    return _Candidate(find_person(person_id), open_lead_of(person_id))


def _form(who: _Candidate) -> JoiningForm:
    studio = current_studio()
    form = JoiningForm(starts_on=today())
    form.plan_id.choices = options(
        {plan.id: f"{own_name(plan)} · {show_yen(plan.price_yen)}" for plan in plans(studio.id)}
    )
    form.main_trainer_id.choices = options({trainer.id: own_name(trainer) for trainer in trainers(studio.id)})
    if open_trial_fee(who.person.id) is None:
        del form.fee
    return form


def _join(form: JoiningForm, who: _Candidate) -> None:
    token = form.form_token.data or ""
    if not first_use(token, "joining", now=now()):
        return
    terms = Joining(form.plan_id.data, form.starts_on.data, form.main_trainer_id.data)
    join(who.person, terms, studio_id=current_studio().id, lead=who.lead, by=actor(), now=now())
    fee = open_trial_fee(who.person.id)
    if "fee" in form and form.fee.data and fee is not None:
        receive_fee(fee.participant, FeeMethod(form.fee.data), by=actor(), now=now())
    keep_result(token, url_for("people.show", person_id=who.person.id))


def _page(form: JoiningForm, who: _Candidate) -> str:
    fee = open_trial_fee(who.person.id)
    held_on = None if fee is None else local_date(fee.starts_at, current_studio().zone)
    return render_template("memberships/joining.html", form=form, who=who, fee=fee, held_on=held_on)
