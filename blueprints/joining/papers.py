"""The papers on a tablet or a phone, by a link of their own: filled in, put aside and gone on with, signed."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.submissions import first_use, keep_result
from backoffice.joining import actions, money, queries
from backoffice.joining.actions import Signing
from backoffice.joining.age import latest_birth_of_age
from backoffice.joining.answers import unpacked
from backoffice.joining.contract import contract_rows
from backoffice.joining.models import JoiningPaper
from backoffice.joining.signing import HEIGHT, WIDTH
from backoffice.people.models import Person
from backoffice.people.queries import MergedAway, bare_person
from backoffice.staff.queries import team
from blueprints.bookings.visit_page import LinkGone, explain_gone_links, speak
from blueprints.files.answers import file_answer
from blueprints.joining.forms import PaperForm
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.kept import kept
from blueprints.support.language import language
from blueprints.support.limits import limiter
from blueprints.support.studio import current_studio

papers = Blueprint("papers", __name__, url_prefix="/papers/<token>")
explain_gone_links(papers)

TRIES = "20 per minute"


@papers.get("")
@link_holder("joining")
def show(token: str) -> ResponseReturnValue:
    """The papers as far as they were filled in, never with a signature."""
    paper, person, _handed_by = _read(token)
    if paper.signed_at is not None or not paper.is_open:
        return redirect(url_for("papers.done", token=token))
    terms = queries.newest_terms(current_studio().id)
    form = PaperForm.of(unpacked(paper.answers), terms_number=terms.number, version=paper.version)
    return _page(token, paper, person, form)


@papers.post("")
@link_holder("joining")
@limiter.limit(TRIES)
def write(token: str) -> ResponseReturnValue:
    """Sign, or put it aside as far as it is (`step=keep`); each once however often it is sent."""
    paper, person, handed_by = _read(token)
    form, is_kept = PaperForm(), request.form.get("step") == "keep"
    if not is_kept and not form.validate_on_submit():
        _add_faults(form, paper, handed_by)
        return _page(token, paper, person, form), 422
    try:
        in_transaction(lambda: _keep(paper.id, form) if is_kept else _sign(paper.id, handed_by, form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(token, paper, person, form), error.status
    return redirect(url_for("papers.done", token=token), 303)


@papers.get("/done")
@link_holder("joining")
def done(token: str) -> ResponseReturnValue:
    """Thank you; from here the tablet goes back."""
    paper, _person, handed_by = _read(token)
    back = url_for("joining.show", paper_id=paper.id) if handed_by else ""
    return render_template("joining/done.html", paper=paper, token=token, back=back)


@papers.get("/copy")
@link_holder("joining")
@limiter.limit(TRIES)
def copy(token: str) -> ResponseReturnValue:
    """The signed papers as a PDF, by the guest's own link only: nothing is left on a tablet of the gym."""
    paper, _person, handed_by = _read(token)
    if handed_by:
        raise LinkGone
    try:
        with transaction():
            file = actions.hand_out_copy(current_studio(), paper.id, by=_holder(paper.id), now=now())
    except (actions.Unsigned, NotFound) as error:
        raise LinkGone from error
    return file_answer(file)


def _keep(paper_id: int, form: PaperForm) -> None:
    token = str(form.form_token.data)
    if first_use(token, "paper", now=now()):
        actions.keep_answers(
            current_studio(),
            paper_id,
            form.answers(),
            version=form.version.data,
            by=_holder(paper_id),
            now=now(),
        )
        keep_result(token, "")


def _sign(paper_id: int, handed_by: int, form: PaperForm) -> None:
    token = str(form.form_token.data)
    if not first_use(token, "paper", now=now()):
        return
    actions.sign(
        current_studio(),
        paper_id,
        form.answers(),
        _signing(form, handed_by),
        version=form.version.data,
        by=_holder(paper_id),
        now=now(),
    )
    keep_result(token, "")


def _signing(form: PaperForm, handed_by: int) -> Signing:
    names = {one.id: one.name for one in kept("team", lambda: team(current_studio().id))}
    return Signing(
        form.signature.data or "", form.guardian_signature.data or "", form.agrees.data, form.terms_number.data or 0,
        language(), names.get(handed_by, ""),
    )  # fmt: skip


def _add_faults(form: PaperForm, paper: JoiningPaper, handed_by: int) -> None:
    """What else is wrong beside what the form itself saw, so that nothing is left for the next try."""
    for one in actions.faults(paper, form.answers(), _signing(form, handed_by), now=now()):
        if not form._fields[str(one.field)].errors:
            add_domain_error(form, one)


def _holder(paper_id: int) -> Actor:
    return Actor("link", queries.paper(current_studio().id, paper_id).person_id, "link holder")


def _read(token: str) -> tuple[JoiningPaper, Person, int]:
    """Which paper, whose it is and who handed it over (0: nobody). Raises `LinkGone`; speaks their language."""
    found = queries.paper_by_token(token)
    if found is None:
        raise LinkGone
    try:
        paper = queries.paper(current_studio().id, found[0])
        person = bare_person(paper.person_id)
    except (NotFound, MergedAway) as error:
        raise LinkGone from error
    if paper.dropped_at is not None:
        raise LinkGone
    speak(person.language)
    return paper, person, found[1]


def _page(token: str, paper: JoiningPaper, person: Person, form: PaperForm) -> str:
    agreed = queries.agreed(paper)
    return render_template(
        "joining/paper.html",
        token=token,
        paper=paper,
        person=person,
        form=form,
        agreed=agreed,
        lines=money.lines(agreed),
        total_yen=money.total_yen(agreed),
        contract=contract_rows(paper.contract, language()),
        terms=queries.newest_terms(current_studio().id),
        is_minor=form.answers().needs_guardian(paper.starts_on),
        of_age=latest_birth_of_age(paper.starts_on),
        field_size=(WIDTH, HEIGHT),
    )
