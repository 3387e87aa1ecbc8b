"""The page on which somebody answers the sheet, by their own link. Opening it changes nothing and shows no answers."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.submissions import first_use, keep_result
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import MergedAway, bare_person, is_health_kept
from backoffice.people.wordings import WORDINGS
from backoffice.reports.own_guests import is_own_guest
from backoffice.screening.actions import answer_sheet
from backoffice.screening.queries import newest_version, person_by_token, standing
from backoffice.staff.queries import team
from blueprints.bookings.visit_page import LinkGone, explain_gone_links, speak
from blueprints.screening.forms import SheetForm, sheet_form
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.kept import kept
from blueprints.support.language import language
from blueprints.support.limits import limiter
from blueprints.support.studio import current_studio

sheet = Blueprint("sheet", __name__, url_prefix="/screening/<token>")
explain_gone_links(sheet)

POSTS = "20 per minute"


@sheet.get("")
@link_holder("screening")
def show(token: str) -> ResponseReturnValue:
    """The questions, and until when a sheet given before is valid."""
    person, _handed_by = read_link(token)
    return _page(token, person, sheet_form(newest_version(current_studio().id), is_sent=False))


@sheet.post("")
@link_holder("screening")
@limiter.limit(POSTS)
def answer(token: str) -> ResponseReturnValue:
    """Keep the answers, once however often they are sent."""
    person, handed_by = read_link(token)
    form = sheet_form(newest_version(current_studio().id), is_sent=True)
    if not form.validate_on_submit():
        return _page(token, person, form), 422
    try:
        in_transaction(lambda: _answer(person.id, handed_by, form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(token, person, form), error.status
    return redirect(url_for("sheet.done", token=token), 303)


@sheet.get("/done")
@link_holder("screening")
def done(token: str) -> ResponseReturnValue:
    """Thank you."""
    person, handed_by = read_link(token)
    return render_template(
        "screening/done.html",
        standing=_standing(person),
        token=token,
        back=way_back(person.id, handed_by, "/screening"),
    )


def _answer(person_id: int, handed_by: int, form: SheetForm) -> None:
    token = str(form.form_token.data)
    if not first_use(token, "screening", now=now()):
        return
    names = {one.id: one.name for one in kept("team", lambda: team(current_studio().id))}
    answer_sheet(
        current_studio(), person_id, form.answers(), form.details(), version=form.version.data or 0,
        signature=form.signature.data or "", agrees=form.agrees.data, wording=WORDINGS[Purpose.HEALTH].version,
        also_agrees=form.also_agrees(), language=language(), answered_with=names.get(handed_by, ""),
        by=holder(person_id), now=now(),
    )  # fmt: skip
    keep_result(token, "")


def way_back(person_id: int, handed_by: int, page: str) -> str:
    """Where whoever handed over the tablet goes on: a trainer on the guest's page of that name, the desk on the
    guest's own; nothing on a link that was sent."""
    if not handed_by:
        return ""
    return f"/people/{person_id}" + (page if is_own_guest(handed_by, person_id) else "")


def holder(person_id: int) -> Actor:
    """Whoever holds the link."""
    return Actor("link", person_id, "link holder")


def _standing(person: Person) -> object:
    return standing(current_studio(), person.id, now=now())


def _page(token: str, person: Person, form: SheetForm) -> str:
    return render_template(
        "screening/sheet.html",
        token=token,
        person=person,
        form=form,
        standing=_standing(person),
        is_health_taken_back=not is_health_kept(person.id),
    )


def read_link(token: str) -> tuple[Person, int]:
    """Whose link it is, and which staff member handed it over (0: nobody). Raises `LinkGone`; speaks their language."""
    found = person_by_token(token)
    if found is None:
        raise LinkGone
    try:
        person = bare_person(found[0])
    except (NotFound, MergedAway) as error:
        raise LinkGone from error
    speak(person.language)
    return person, found[1]
