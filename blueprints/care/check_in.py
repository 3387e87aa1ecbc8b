"""The page on which a client tells how they are, by their own link. Opening it changes nothing and shows no answers."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backoffice.care import check_ins, queries
from backoffice.care.measures import Extra
from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import MergedAway, bare_person, consent
from backoffice.screening.queries import sheet_path
from backoffice.staff.queries import team
from blueprints.bookings.visit_page import LinkGone, explain_gone_links, speak
from blueprints.care.forms import CheckInForm, check_in_form
from blueprints.care.words import HABIT_WORDS
from blueprints.support.access import link_holder
from blueprints.support.clock import now, today
from blueprints.support.forms import add_domain_error
from blueprints.support.kept import kept
from blueprints.support.language import language
from blueprints.support.limits import limiter
from blueprints.support.studio import current_studio

check_in = Blueprint("check_in", __name__, url_prefix="/checkin/<token>")
explain_gone_links(check_in)

WORDING = "check-in 2026-11"
POSTS = "30 per minute"


@check_in.get("")
@link_holder("care")
def show(token: str) -> ResponseReturnValue:
    """The questions; `short=1` for the three of a session day."""
    person, _handed_by = _read(token)
    return _page(token, person, check_in_form(queries.plan_of(person.id), is_short=_short(), is_sent=False))


@check_in.post("")
@link_holder("care")
@limiter.limit(POSTS)
def tell(token: str) -> ResponseReturnValue:
    """Keep today's answers; sent twice they are the same day's."""
    person, handed_by = _read(token)
    form = check_in_form(queries.plan_of(person.id), is_short=_short(), is_sent=True)
    if not form.validate_on_submit():
        return _page(token, person, form), 422
    try:
        in_transaction(lambda: _tell(person.id, handed_by, form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(token, person, form), error.status
    return redirect(url_for("check_in.done", token=token), 303)


@check_in.get("/done")
@link_holder("care")
def done(token: str) -> ResponseReturnValue:
    """Thank you, and the habits of today."""
    person, handed_by = _read(token)
    return render_template("care/check_in_done.html", handed_by=handed_by, **_about(token, person))


@check_in.post("/habits")
@link_holder("care")
@limiter.limit(POSTS)
def habits(token: str) -> ResponseReturnValue:
    """Which habits were done today, all of them at once."""
    person, _handed_by = _read(token)
    ticked = request.form.getlist("habit")
    in_transaction(
        lambda: check_ins.tick_habits(
            current_studio(), person.id, ticked, by=_holder(person.id), now=now()
        )
    )  # fmt: skip
    return redirect(url_for("check_in.done", token=token), 303)


@check_in.post("/withdrawal")
@link_holder("care")
@limiter.limit(POSTS)
def withdraw(token: str) -> ResponseReturnValue:
    """Take back the consent to keep health answers: from then on nobody sees them."""
    person, _handed_by = _read(token)
    in_transaction(
        lambda: record_consent(
            person.id, Purpose.HEALTH, False, wording=WORDING, language=language(), source="check-in",
            by=_holder(person.id), now=now(),
        )
    )  # fmt: skip
    return redirect(url_for("check_in.done", token=token), 303)


def _tell(person_id: int, handed_by: int, form: CheckInForm) -> None:
    names = {one.id: one.name for one in kept("team", lambda: team(current_studio().id))}
    more = {extra.value: getattr(form, extra.value).data or "" for extra in form.extras}
    check_ins.check_in(
        current_studio(), person_id, form.answers(), words=more.get(Extra.WORDS, ""), video=more.get(Extra.VIDEO, ""),
        agrees=form.agrees.data, wording=WORDING, language=language(), answered_with=names.get(handed_by, ""),
        by=_holder(person_id), now=now(),
    )  # fmt: skip


def _holder(person_id: int) -> Actor:
    return Actor("link", person_id, "link holder")


def _short() -> bool:
    return request.args.get("short") == "1"


def _page(token: str, person: Person, form: CheckInForm) -> str:
    return render_template("care/check_in.html", form=form, is_short=_short(), **_about(token, person))


def _about(token: str, person: Person) -> dict[str, object]:
    """What both pages show. Of the day only whether it was told about and which habits are ticked."""
    row = next(iter(queries.check_ins_of(person.id, today(), today())), None)
    return {
        "token": token,
        "person": person,
        "row": row,
        "listed": queries.plan_of(person.id).habits,
        "habits": HABIT_WORDS,
        "has_agreed": (given := consent(person.id, Purpose.HEALTH)) is True,
        "sheet": sheet_path(person.id) if given is False else None,
    }


def _read(token: str) -> tuple[Person, int]:
    found = queries.person_by_token(token)
    if found is None:
        raise LinkGone
    try:
        person = bare_person(found[0])
    except (NotFound, MergedAway) as error:
        raise LinkGone from error
    speak(person.language)
    return person, found[1]
