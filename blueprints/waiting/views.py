"""The desk's side of the waiting list: who waits, what they were offered, and their answers by phone."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings.suggestions import habits_of, likely_service
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.submissions import first_use, keep_result
from backoffice.memberships.resting import rests
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person
from backoffice.staff.permissions import Permission
from backoffice.waiting import actions, queries
from blueprints.bookings.offered import offered, trainer_choices
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import honorific, own_name
from blueprints.support.forms import add_domain_error, options
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done
from blueprints.waiting.forms import WaitForm

waiting = Blueprint("waiting", __name__, url_prefix="/waiting")

USUAL_SPAN = timedelta(days=13)


@waiting.get("")
@permit(Permission.BOOKINGS_EDIT)
def index() -> ResponseReturnValue:
    """Everybody who waits, in the order they are asked."""
    rows = queries.waiting_list(current_studio().id)
    resting = rests({row.wait.person_id for row in rows}, today=today())
    return render_template("waiting/index.html", rows=rows, resting=resting)


@waiting.route("/new", methods=["GET", "POST"])
@permit(Permission.BOOKINGS_EDIT)
def new() -> ResponseReturnValue:
    """Put somebody on the list (`person`); sending the form twice does it once."""
    person = _person()
    form = WaitForm() if request.method == "POST" else WaitForm(data=_usual(person), formdata=None)
    form.service_id.choices = options({one.id: own_name(one) for one in offered().services})
    form.trainer_id.choices = trainer_choices()
    if not form.validate_on_submit():
        return _page(form, person, 422 if request.method == "POST" else 200)
    try:
        in_transaction(lambda: _add(form, person))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(form, person, error.status)
    flash_done(_("%(who)s is on the waiting list.", who=honorific(person.shown_name)))
    return redirect(url_for("waiting.index"), 303)


@waiting.post("/<int:wait_id>/end")
@permit(Permission.BOOKINGS_EDIT)
def end(wait_id: int) -> ResponseReturnValue:
    """Take somebody off the list; an open offer is taken back."""
    with transaction():
        actions.end_wait(current_studio().id, wait_id, by=actor(), now=now())
    flash_done(_("Taken off the waiting list."))
    return redirect(url_for("waiting.index"), 303)


def _page(form: WaitForm, person: Person, status: int) -> ResponseReturnValue:
    rest = rests([person.id], today=today()).get(person.id)
    return render_template("waiting/new.html", form=form, person=person, rest=rest), status


def _add(form: WaitForm, person: Person) -> None:
    if not first_use(form.form_token.data, "wait", now=now()):
        return
    wished = ("first_day", "last_day", "from_clock", "until_clock", "trainer_id", "wants_woman")
    actions.add_wait(
        current_studio(), person, form.service_id.data, **{name: form[name].data for name in wished},
        by=actor(), now=now(),
    )  # fmt: skip
    keep_result(form.form_token.data, url_for("waiting.index"))


def _person() -> Person:
    asked = request.args.get("person", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise NotFound
    return find_person(int(asked))


def _usual(person: Person) -> dict[str, object]:
    """What the wish probably is: the usual service, in the next two weeks."""
    service = likely_service(offered().services, habits_of(person.id, current_studio()))
    return {"service_id": service.id, "first_day": today(), "last_day": today() + USUAL_SPAN}
