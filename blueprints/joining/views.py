"""The papers at the desk: what is agreed, the tablet, and the step that makes a member."""

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.billing.models import PaymentKind
from backoffice.billing.standing_fees import open_fee_of
from backoffice.billing.visit_fees import follow_fee, receive
from backoffice.bookings.attendance import FeeMethod
from backoffice.bookings.suggestions import habits_of
from backoffice.clients.queries import client_of, is_member
from backoffice.core import links
from backoffice.core.clock import local_date
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError, Invalid, NotFound, Stale
from backoffice.core.language import N_
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.files.actions import open_file
from backoffice.files.models import Shelf
from backoffice.joining import actions, money, queries
from backoffice.joining.actions import Agreement
from backoffice.joining.answers import unpacked
from backoffice.joining.contract import contract_rows
from backoffice.joining.doubts import doubts
from backoffice.joining.models import JoiningPaper
from backoffice.leads.models import Lead
from backoffice.leads.queries import lead as find_lead
from backoffice.leads.queries import open_lead_of
from backoffice.memberships.queries import plans
from backoffice.memberships.rejoining import OldTickets, old_lots
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person
from backoffice.people.search import find_people
from backoffice.staff import sessions
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainers
from blueprints.billing.paid_now import day_hint
from blueprints.files.answers import file_answer
from blueprints.joining.forms import AgreementForm, FinishForm
from blueprints.joining.words import DOUBT_WORDS
from blueprints.memberships.words import plan_offer
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name, show_yen
from blueprints.support.forms import add_domain_error, options
from blueprints.support.language import language, say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error

joining = Blueprint("joining", __name__, url_prefix="/joining")

NO_MEMBER = N_("No member is found under this name or number.")
SEVERAL = N_("Several members are found. Please give the member number.")


@dataclass(frozen=True)
class _Candidate:
    """Who is about to join, and through which lead."""

    person: Person
    lead: Lead | None


@joining.route("", methods=["GET", "POST"])
@permit(Permission.JOINING_EDIT)
def new() -> ResponseReturnValue:
    """What is agreed with a lead or a person; POST begins the papers, once however often it is sent."""
    who = _candidate()
    if request.method == "GET" and (there := _further(who)) is not None:
        return redirect(there)
    form = _form(None, who.person)
    if not form.validate_on_submit():
        return _agreement_page(form, who), 422 if request.method == "POST" else 200
    try:
        in_transaction(lambda: _begin(form, who))
    except DomainError as error:
        add_domain_error(form, error)
        return _agreement_page(form, who), error.status
    return redirect(result_of(form.form_token.data or "") or url_for("today.show"), 303)


@joining.get("/<int:paper_id>")
@permit(Permission.JOINING_EDIT)
def show(paper_id: int) -> ResponseReturnValue:
    """The papers: what was agreed and what it costs, what was written and signed, and what comes next."""
    return _page(paper_id, FinishForm(formdata=None))


@joining.route("/<int:paper_id>/agreement", methods=["GET", "POST"])
@permit(Permission.JOINING_EDIT)
def change(paper_id: int) -> ResponseReturnValue:
    """Agree on something else; a signature given before goes."""
    paper = queries.paper(current_studio().id, paper_id)
    if not paper.is_open:
        return redirect(url_for("joining.show", paper_id=paper_id))
    who = _Candidate(find_person(paper.person_id), None)
    form = _form(paper, who.person)
    if not form.validate_on_submit():
        return _agreement_page(form, who, paper), 422 if request.method == "POST" else 200
    try:
        in_transaction(lambda: _change(form, paper_id))
    except DomainError as error:
        add_domain_error(form, error)
        return _agreement_page(form, who, paper), error.status
    flash_done(_("Saved."))
    return redirect(url_for("joining.show", paper_id=paper_id), 303)


@joining.post("/<int:paper_id>/handover")
@permit(Permission.JOINING_EDIT)
def hand_over(paper_id: int) -> ResponseReturnValue:
    """The papers on this screen, for the guest: the pages of the gym are locked from here on (PIN or password)."""
    with transaction():
        actions.hand_over(current_studio(), paper_id, by=actor(), now=now())
        sessions.lock(current_user.session_id)
    return redirect(queries.paper_path(paper_id, with_staff=current_user.id), 303)


@joining.post("/<int:paper_id>/member")
@permit(Permission.JOINING_EDIT)
def finish(paper_id: int) -> ResponseReturnValue:
    """Make a member, once however often it is sent."""
    form = FinishForm()
    if not form.validate_on_submit():
        return _page(paper_id, form), 422
    try:
        in_transaction(lambda: _finish(form, paper_id))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(paper_id, form), error.status
    person = find_person(queries.paper(current_studio().id, paper_id).person_id)
    flash_done(_("%(name)s is a member now.", name=person.shown_name))
    return redirect(result_of(str(form.form_token.data)) or url_for("today.show"), 303)


@joining.get("/<int:paper_id>/copy")
@permit(Permission.JOINING_EDIT)
def copy(paper_id: int) -> ResponseReturnValue:
    """The signed papers as a PDF; that it was opened is recorded."""
    paper = queries.paper(current_studio().id, paper_id)
    if paper.file_id is None:
        raise NotFound
    with transaction():
        file = open_file(current_studio().id, paper.file_id, Shelf.AGREEMENTS, by=actor(), now=now())
    return file_answer(file)


@joining.post("/<int:paper_id>/drop")
@permit(Permission.JOINING_EDIT)
def drop(paper_id: int) -> ResponseReturnValue:
    """Put a draft away."""
    version = request.form.get("version", type=int)
    try:
        with transaction():
            paper = actions.drop(current_studio(), paper_id, version=version, by=actor(), now=now())
    except (actions.Closed, Stale) as error:
        flash_error(say(error))
        return redirect(url_for("joining.show", paper_id=paper_id), 303)
    flash_done(_("The papers were put away."))
    return redirect(url_for("people.show", person_id=paper.person_id), 303)


def _candidate() -> _Candidate:
    lead_id, person_id = request.args.get("lead", type=int), request.args.get("person", type=int)
    if lead_id is not None:
        lead = find_lead(current_studio().id, lead_id)
        return _Candidate(find_person(lead.person_id), lead)
    if person_id is None:
        abort(404)
    return _Candidate(find_person(person_id), open_lead_of(person_id))


def _further(who: _Candidate) -> str | None:
    """Where somebody is who is a member already, or whose papers were begun. Who has left may join again."""
    if is_member(who.person.id, today()):
        return url_for("people.show", person_id=who.person.id)
    paper = queries.open_paper_of(current_studio().id, who.person.id)
    return None if paper is None else url_for("joining.show", paper_id=paper.id)


def _form(paper: JoiningPaper | None, person: Person) -> AgreementForm:
    """The agreement as it stands, or with what is usual."""
    studio = current_studio()
    taken = [] if paper is None else [one.discount_id for one in queries.agreed(paper).discounts]
    form = AgreementForm(data=_usual(person) if paper is None else _agreed(paper, taken))
    form.plan_id.choices = options({plan.id: plan_offer(plan) for plan in plans(studio.id)})
    form.main_trainer_id.choices = options({trainer.id: own_name(trainer) for trainer in trainers(studio.id)})
    form.discount_ids.choices = options(
        {
            one.id: f"{own_name(one)} {_off(one)}"
            for one in queries.discounts_on(studio.id, today(), also=taken)
        }
    )
    return form


def _off(one: object) -> str:
    """−50% or −¥5,500."""
    percent, yen = getattr(one, "percent", None), getattr(one, "yen", None)
    return f"−{percent}%" if percent is not None else f"−{show_yen(yen)}"


def _usual(person: Person) -> dict[str, object]:
    """The main trainer is the one of their visits so far, most often of the trial."""
    studio = current_studio()
    return {
        "starts_on": today(), "joining_fee_yen": studio.joining_fee_yen, "discount_ids": [],
        "main_trainer_id": habits_of(person.id, studio).trainer_id,
    }  # fmt: skip


def _agreed(paper: JoiningPaper, taken: list[int]) -> dict[str, object]:
    referrer = queries.agreed(paper).referrer
    client = None if referrer is None else client_of(referrer.id)
    return {
        "plan_id": paper.plan_id,
        "starts_on": paper.starts_on,
        "main_trainer_id": paper.main_trainer_id,
        "joining_fee_yen": paper.joining_fee_yen,
        "discount_ids": taken,
        "referrer": "" if client is None else str(client.member_number),
        "version": paper.version,
    }


def _agreement(form: AgreementForm) -> Agreement:
    return Agreement(
        form.plan_id.data, form.starts_on.data, form.main_trainer_id.data, form.joining_fee_yen.data or 0,
        form.discount_ids.data or [], _referrer(form.referrer.data or ""),
    )  # fmt: skip


def _referrer(text: str) -> int | None:
    """The one member meant by a number or a name."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10:
        found = queries.member_by_number(int(text))
        members = [] if found is None else [found]
    else:
        members = queries.members_among([one.id for one in find_people(text, limit=20)])
    if len(members) != 1:
        raise Invalid(SEVERAL if members else NO_MEMBER, field="referrer")
    return members[0]


def _begin(form: AgreementForm, who: _Candidate) -> None:
    token = str(form.form_token.data)
    if not first_use(token, "joining", now=now()):
        return
    paper = actions.begin_paper(
        who.person, _agreement(form), studio=current_studio(), lead=who.lead, by=actor(), now=now()
    )
    keep_result(token, url_for("joining.show", paper_id=paper.id))


def _change(form: AgreementForm, paper_id: int) -> None:
    actions.change_agreement(
        current_studio(), paper_id, _agreement(form), version=form.version.data, by=actor(), now=now()
    )


def _finish(form: FinishForm, paper_id: int) -> None:
    token = str(form.form_token.data)
    if not first_use(token, "member", now=now()):
        return
    make = actions.finish_on_paper if form.is_on_paper.data else actions.finish
    paid_with = PaymentKind(form.paid_with.data) if form.paid_with.data else None
    old_tickets = OldTickets(form.old_tickets.data) if form.old_tickets.data else None
    fee = open_fee_of(queries.paper(current_studio().id, paper_id).person_id)
    if form.fee.data and fee is not None:
        receive(fee.participant, FeeMethod(form.fee.data), by=actor(), now=now())
        follow_fee(fee.participant, by=actor(), now=now())
    client = make(
        current_studio(), paper_id, version=form.version.data, paid_with=paid_with, old_tickets=old_tickets,
        by=actor(), now=now(),
    )  # fmt: skip
    keep_result(token, url_for("people.show", person_id=client.person_id))


def _agreement_page(form: AgreementForm, who: _Candidate, paper: JoiningPaper | None = None) -> str:
    client = client_of(who.person.id)
    return render_template("joining/agreement.html", form=form, who=who, paper=paper, client=client)


def _page(paper_id: int, form: FinishForm) -> str:
    studio = current_studio()
    paper = queries.paper(studio.id, paper_id)
    if form.version.data is None:
        form.version.data = paper.version
    fee, agreed = open_fee_of(paper.person_id), queries.agreed(paper)
    return render_template(
        "joining/show.html",
        agreed=agreed,
        lines=money.lines(agreed),
        total_yen=money.total_yen(agreed),
        contract=contract_rows(paper.contract, language()),
        day_hint=day_hint(),
        paper=paper,
        person=find_person(paper.person_id),
        answers=unpacked(paper.answers),
        terms=queries.terms_of(paper),
        form=form,
        doubts=[DOUBT_WORDS[one] for one in doubts(paper, studio.zone)] if paper.is_open else [],
        client=client_of(paper.person_id),
        old_lots=old_lots(paper.person_id, today()),
        fee=fee,
        held_on=None if fee is None else local_date(fee.starts_at, studio.zone),
        link=links.absolute(queries.paper_path(paper_id)),
    )
