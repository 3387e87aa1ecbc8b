"""The gym's side: choose up to three free times for somebody, send them, take them back."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings.models import Booking
from backoffice.bookings.queries import booking as find_booking
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import Slot
from backoffice.bookings.suggestions import habits_of, likely_service
from backoffice.choices import actions, suggesting
from backoffice.choices.queries import OpenChoice, open_for_booking
from backoffice.choices.sending import MOST, send_times, send_times_to_move
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.submissions import first_use, keep_result
from backoffice.people.models import Person
from backoffice.people.queries import bare_person, is_reachable
from backoffice.staff.permissions import Permission
from backoffice.studio.models import Service
from backoffice.studio.queries import service as find_service
from blueprints.bookings.desk_forms import ROW_ID, read_pick, write_pick
from blueprints.bookings.offered import offered, trainer_choices
from blueprints.bookings.rest_lines import days_of, rest_line
from blueprints.choices.forms import TimesForm
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import honorific, own_name
from blueprints.support.forms import add_domain_error, options
from blueprints.support.kept import attached
from blueprints.support.next_page import own_path
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

choices = Blueprint("choices", __name__, url_prefix="/choices")


@dataclass(frozen=True)
class Subject:
    """Who is to choose, and the booking that is to be moved, if one is."""

    person: Person
    booking: Booking | None = None

    @property
    def home(self) -> str:
        """Where the page was opened from (`next`), else the booking or the person."""
        if self.booking is not None:
            return own_path(request.args.get("next"), url_for("desk.show", booking_id=self.booking.id))
        return own_path(request.args.get("next"), url_for("people.show", person_id=self.person.id))

    @property
    def address(self) -> dict[str, object]:
        """What the address of the form says."""
        named = {"booking_id": self.booking.id} if self.booking is not None else {"person_id": self.person.id}
        return {**named, "next": request.args.get("next")}


@choices.route("/new", methods=["GET", "POST"])
@permit(Permission.BOOKINGS_EDIT)
def new() -> ResponseReturnValue:
    """Choose times for somebody (`person_id`) or to move a booking (`booking_id`), and send them; twice sends once."""
    subject = _subject()
    form = TimesForm() if request.method == "POST" else TimesForm(data=_usual(subject), formdata=None)
    form.service_id.choices = options({one.id: own_name(one) for one in _services(subject)})
    form.trainer_id.choices = trainer_choices()
    if request.method == "GET" or request.form.get("do") != "send":
        return _page(subject, form)
    if not form.validate():
        return _page(subject, form, 422)
    try:
        in_transaction(lambda: _send(subject, form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(subject, form, error.status)
    who = honorific(subject.person.shown_name)
    if is_reachable(subject.person.id):
        flash_done(_("The times are kept for %(who)s and on their way.", who=who))
    else:
        flash_done(_("The times are kept for %(who)s. Please call: there is neither mail nor LINE.", who=who))
    return redirect(subject.home, 303)


@choices.post("/<int:choice_id>/withdrawal")
@permit(Permission.BOOKINGS_EDIT)
def withdraw(choice_id: int) -> ResponseReturnValue:
    """Take times back that wait for an answer."""
    with transaction():
        choice = actions.withdraw(current_studio().id, choice_id, by=actor(), now=now())
    flash_done(_("The times are free again."))
    home = url_for("people.show", person_id=choice.person_id)
    return redirect(own_path(request.args.get("next"), home), 303)


def _send(subject: Subject, form: TimesForm) -> None:
    if not first_use(str(form.form_token.data), "choice", now=now()):
        return
    studio, by = attached(current_studio()), actor()
    if subject.booking is not None:
        send_times_to_move(studio, subject.booking, subject.person, _picks(), by=by, now=now())
    else:
        service = find_service(studio.id, form.service_id.data)
        send_times(studio, service, subject.person, _picks(), by=by, now=now())
    keep_result(str(form.form_token.data), subject.home)


def _page(subject: Subject, form: TimesForm, status: int = 200) -> ResponseReturnValue:
    """The form with free times: those ticked stay, whatever else is looked for."""
    service = _service(subject, form)
    day = form.day.data if form.day.data and today() <= form.day.data else today()
    wish = suggesting.wish_for(current_studio(), service, subject.person.id, subject.booking)
    if request.form.get("do") == "day":
        times = suggesting.times_of_day(wish, day, trainer_id=form.trainer_id.data, now=now())
    else:
        times = suggesting.suggested_times(
            wish, subject.person.id, day, trainer_id=form.trainer_id.data, now=now()
        )
    picks = _picks()
    if request.method == "GET":
        picks = suggesting.first_picks(times, service.minutes, current_studio().zone)
    shown = sorted({*picks, *times})
    page = render_template(
        "choices/new.html", form=form, subject=subject, service=service, times=shown, picks=picks, value=write_pick,
        names={one.id: own_name(one) for one in offered().trainers}, most=MOST,
        has_found=bool(times), day=day, replaced=_replaced(subject),
        rest=rest_line([subject.person], days_of([one.starts_at for one in shown])),
        whole_day=request.form.get("do") == "day", is_reachable=is_reachable(subject.person.id),
    )  # fmt: skip
    return page, status


def _replaced(subject: Subject) -> list[OpenChoice]:
    """Times for the same booking that are open: sending others takes them back."""
    return [] if subject.booking is None else open_for_booking(subject.booking.id)


def _picks() -> list[Slot]:
    """The times that are ticked and that could be ours; a few more than can be sent, so that too many is said."""
    names = {one.id for one in offered().trainers}
    found = [
        pick for value in request.form.getlist("pick")[: MOST + 3] if (pick := read_pick(value)) is not None
    ]
    return [Slot(*pick) for pick in found if pick.trainer_id in names]


def _services(subject: Subject) -> list[Service]:
    """What can be offered; a booking that is moved keeps its service."""
    if subject.booking is None:
        return offered().services
    return [find_service(subject.booking.studio_id, subject.booking.service_id)]


def _service(subject: Subject, form: TimesForm) -> Service:
    services = _services(subject)
    return next((one for one in services if one.id == form.service_id.data), services[0])


def _usual(subject: Subject) -> dict[str, object]:
    """What the form begins with: the usual service, from tomorrow on."""
    habits = habits_of(subject.person.id, current_studio())
    service = likely_service(_services(subject), habits)
    trainer = None if subject.booking is None else subject.booking.trainer_id
    return {"service_id": service.id, "trainer_id": trainer, "day": today()}


def _subject() -> Subject:
    booking_id, person_id = _id("booking_id"), _id("person_id")
    if booking_id is None and person_id is None:
        raise NotFound
    if booking_id is None:
        return Subject(bare_person(person_id or 0))
    booking = find_booking(current_studio().id, booking_id)
    guests = [one.person_id for one in guests_of(booking.id)]
    if person_id is not None and person_id not in guests:
        raise NotFound
    return Subject(bare_person(person_id or guests[0]), booking)


def _id(name: str) -> int | None:
    asked = request.args.get(name, "")
    return int(asked) if ROW_ID.fullmatch(asked) else None
