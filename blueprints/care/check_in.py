"""The page on which a client tells how they are, by their own link. Opening it changes nothing and shows no answers."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backoffice.care import check_ins, queries
from backoffice.care.measures import Extra
from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.files.agreed import may_be_shown
from backoffice.files.reading import MOST_UPLOADED, read_photo
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
from blueprints.support.limits import body_limit, limiter
from blueprints.support.studio import current_studio

check_in = Blueprint("check_in", __name__, url_prefix="/checkin/<token>")
explain_gone_links(check_in)

WORDING = "check-in 2026-11"
POSTS = "30 per minute"
MOST_SENT = 2 * MOST_UPLOADED
"""In bytes: a photo that is too large is told beside its field and the other answers stay; what is larger still is not
read at all."""


@check_in.get("")
@link_holder("care")
def show(token: str) -> ResponseReturnValue:
    """The questions; `short=1` for the three of a session day."""
    person, _handed_by = _read(token)
    return _page(token, person, check_in_form(queries.plan_of(person.id), is_short=_short(), is_sent=False))


@check_in.post("")
@link_holder("care")
@limiter.limit(POSTS)
@body_limit(MOST_SENT, if_=lambda token: queries.person_by_token(token) is not None)
def tell(token: str) -> ResponseReturnValue:
    """Keep today's answers; sent twice they are the same day's. A photo is drawn anew before the transaction begins."""
    person, handed_by = _read(token)
    form = check_in_form(queries.plan_of(person.id), is_short=_short(), is_sent=True)
    if not form.validate_on_submit():
        return _page(token, person, form), 422
    try:
        meal = _meal(form)
        in_transaction(lambda: _tell(person.id, handed_by, form, meal))
    except DomainError as error:
        error.field = Extra.MEAL.value if error.field == "file" else error.field
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


def _meal(form: CheckInForm) -> bytes | None:
    """The photo, drawn anew, if one was asked for and chosen."""
    chosen = form.meal_photo.data if Extra.MEAL in form.extras else None
    return read_photo(chosen.stream.read(MOST_UPLOADED + 1), "").content if chosen else None


def _tell(person_id: int, handed_by: int, form: CheckInForm, meal: bytes | None) -> None:
    names = {one.id: one.name for one in kept("team", lambda: team(current_studio().id))}
    more = {extra.value: getattr(form, extra.value).data or "" for extra in form.extras}
    check_ins.check_in(
        current_studio(), person_id, form.answers(), words=more.get(Extra.WORDS, ""), video=more.get(Extra.VIDEO, ""),
        meal=meal, agrees=form.agrees.data, wording=WORDING, language=language(),
        answered_with=names.get(handed_by, ""), by=_holder(person_id), now=now(),
    )  # fmt: skip


def _holder(person_id: int) -> Actor:
    return Actor("link", person_id, "link holder")


def _short() -> bool:
    return request.args.get("short") == "1"


def _page(token: str, person: Person, form: CheckInForm) -> str:
    return render_template(
        "care/check_in.html",
        form=form,
        is_short=_short(),
        takes_photo=Extra.MEAL in form.extras and may_be_shown(person.id),
        **_about(token, person),
    )


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
