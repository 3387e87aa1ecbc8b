"""A series at the desk: the dates are looked at before they are booked; later it is moved, cut or filled up."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple, TypeVar

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from backoffice.bookings import series as domain
from backoffice.bookings.models import Booking, Series
from backoffice.bookings.refusals import Slot
from backoffice.bookings.series import Outcome, PlannedDate
from backoffice.bookings.suggestions import habits_of, likely_service
from backoffice.bookings.ticket_steps import needs_ticket
from backoffice.core.clock import local
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, Invalid, NotFound
from backoffice.core.language import N_
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.memberships.covering import covers
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person
from backoffice.staff.permissions import Permission
from backoffice.studio.models import Service
from backoffice.studio.queries import service as find_service
from blueprints.bookings.desk_forms import read_pick, write_pick
from blueprints.bookings.offered import offered
from blueprints.bookings.rest_lines import rest_line, tell_resting
from blueprints.bookings.series_forms import SeriesForm, SeriesMoveForm
from blueprints.bookings.ticket_lines import tell_without_ticket
from blueprints.bookings.words import STATE_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name, show_day
from blueprints.support.forms import add_domain_error, options
from blueprints.support.language import language, say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error

series = Blueprint("series", __name__, url_prefix="/series")

SKIP = "skip"

Form = TypeVar("Form", SeriesForm, SeriesMoveForm)


class Row(NamedTuple):
    """A date of the plan and what is chosen for it: a slot as a button sends it, or `SKIP`."""

    planned: PlannedDate
    chosen: str


@series.get("/new")
@permit(Permission.BOOKINGS_EDIT)
def new() -> ResponseReturnValue:
    """What is wished for, begun with what the person usually books."""
    person = _person()
    form = _form(SeriesForm(data=_usual(person), formdata=None))
    return render_template("bookings/series_new.html", form=form, person=person, rows=None)


@series.post("/new")
@permit(Permission.BOOKINGS_EDIT)
def create() -> ResponseReturnValue:
    """Show the dates; once they are shown and chosen, book them. Sent twice, it is one series."""
    person, form = _person(), _form(SeriesForm())
    if not form.validate():
        return render_template("bookings/series_new.html", form=form, person=person, rows=None), 422
    try:
        days = domain.dates_of(form.first_day.data, form.every_weeks.data, form.count.data)
        _check_ahead(days)
    except DomainError as error:
        add_domain_error(form, error)
        return render_template("bookings/series_new.html", form=form, person=person, rows=None), error.status
    if not request.form.get("book"):
        return _plan_page(form, person, days), 200
    try:
        in_transaction(lambda: _book(form, person, days))
    except DomainError as error:
        add_domain_error(form, error)
        return _plan_page(form, person, days), error.status
    return redirect(result_of(str(form.form_token.data)) or url_for("calendar.show"), 303)


@series.get("/<int:series_id>")
@permit(Permission.BOOKINGS_EDIT)
def show(series_id: int) -> ResponseReturnValue:
    """All dates of a series: booked, skipped, called off; with free times for those that are missing."""
    found = domain.find_series(current_studio().id, series_id)
    form = SeriesMoveForm(data=_where(found), formdata=None)
    return _page(found, form)


@series.post("/<int:series_id>/dates")
@permit(Permission.BOOKINGS_EDIT)
def add_date(series_id: int) -> ResponseReturnValue:
    """Book a date that is missing."""
    found, day = domain.find_series(current_studio().id, series_id), _day("day")
    pick = read_pick(request.form.get("pick"))
    if pick is None:
        raise Invalid(N_("Please choose a free time or type one."))
    slot = Slot(pick.starts_at, pick.trainer_id, pick.room_id)
    try:
        in_transaction(
            lambda: domain.add_date(found, day, slot, studio=current_studio(), by=actor(), now=now())
        )
        flash_done(_("%(day)s is booked.", day=show_day(day)))
        _tell_about(found, domain.persons_of(found), [day])
    except DomainError as error:
        flash_error(say(error))
    return redirect(url_for("series.show", series_id=series_id), 303)


@series.post("/<int:series_id>/time")
@permit(Permission.BOOKINGS_EDIT)
def move(series_id: int) -> ResponseReturnValue:
    """Another weekday, hour or trainer from a date on."""
    found, form = domain.find_series(current_studio().id, series_id), _form(SeriesMoveForm())
    if not form.validate():
        return _page(found, form, status=422)
    outcome = in_transaction(
        lambda: domain.move_from(
            found, form.from_day.data, weekday=form.weekday.data, clock=form.clock.data,
            trainer_id=form.trainer_id.data, studio=current_studio(), by=actor(), now=now(),
        )
    )  # fmt: skip
    _report(ngettext("%(num)s date was moved.", "%(num)s dates were moved.", len(outcome.done)), outcome)
    moved = _booked(found, outcome.done)
    tell_resting(domain.persons_of(found), [one.starts_at for one in moved])
    return redirect(url_for("series.show", series_id=series_id), 303)


@series.post("/<int:series_id>/cut")
@permit(Permission.BOOKINGS_EDIT)
def cut(series_id: int) -> ResponseReturnValue:
    """Call off everything from a date on."""
    found, day = domain.find_series(current_studio().id, series_id), _day("from_day")
    outcome = in_transaction(lambda: domain.cut_from(found, day, by=actor(), now=now()))
    _report(
        ngettext("%(num)s date was called off.", "%(num)s dates were called off.", len(outcome.done)), outcome
    )
    return redirect(url_for("series.show", series_id=series_id), 303)


def _book(form: SeriesForm, person: Person, days: list[date]) -> None:
    token = str(form.form_token.data)
    if not first_use(token, "series", now=now()):
        return
    chosen = {day: slot for day in days if (slot := _chosen(day, request.form)) is not None}
    made, outcome = domain.book_series(
        current_studio(), _service(form), chosen, persons=[person], days=days, every_weeks=form.every_weeks.data,
        channel=form.channel.data, by=actor(), now=now(),
    )  # fmt: skip
    keep_result(token, url_for("series.show", series_id=made.id))
    _report(ngettext("%(num)s date is booked.", "%(num)s dates are booked.", len(outcome.done)), outcome)
    _tell_about(made, [person], outcome.done)


def _chosen(day: date, sent: MultiDict[str, str]) -> Slot | None:
    pick = read_pick(sent.get(f"day-{day.isoformat()}"))
    return None if pick is None else Slot(pick.starts_at, pick.trainer_id, pick.room_id)


def _report(text: str, outcome: Outcome) -> None:
    flash_done(text)
    if outcome.refused:
        days = "、".join(show_day(day) for day in outcome.refused)
        flash_error(_("Not possible: %(days)s", days=days))


def _tell_about(found: Series, persons: list[Person], days: Collection[date]) -> None:
    """For how many of these dates there is no ticket, and which fall into a freeze or after the last day."""
    booked = _booked(found, days)
    tell_without_ticket(persons, [one.id for one in booked])
    tell_resting(persons, [one.starts_at for one in booked])


def _booked(found: Series, days: Collection[date]) -> list[Booking]:
    return [one.booking for one in domain.dates(found) if one.booking is not None and one.day in days]


def _plan_page(form: SeriesForm, person: Person, days: list[date]) -> str:
    planned = domain.plan(
        current_studio(), _service(form), days, form.clock.data, trainer_id=form.trainer_id.data,
        person_ids=[person.id], language=language(), now=now(),
    )  # fmt: skip
    rows = [Row(one, write_pick(one.slot) if one.slot else SKIP) for one in planned]
    chosen = [one.day for one in planned if one.slot]
    found = (
        covers([person.id], current_studio(), days=days, now=now()) if needs_ticket(_service(form)) else {}
    )
    without = found[person.id].without(chosen) if found else []
    return render_template(
        "bookings/series_new.html",
        form=form,
        person=person,
        rows=rows,
        value=write_pick,
        skip=SKIP,
        names=_names(),
        without=without,
        rest=rest_line([person], days),
        of=len(chosen),
    )


def _page(found: Series, form: SeriesMoveForm, *, status: int = 200) -> ResponseReturnValue:
    studio = current_studio()
    form = _form(form)
    dates, persons = domain.dates(found), domain.persons_of(found)
    missing = [one.day for one in dates if one.booking is None and one.day >= today()]
    clock, trainer_id = form.clock.data, form.trainer_id.data
    planned = {}
    if missing and clock is not None and trainer_id is not None:
        looked_at = domain.plan(
            studio, find_service(studio.id, found.service_id), missing, clock, trainer_id=trainer_id,
            person_ids=[one.id for one in persons], language=language(), now=now(),
        )  # fmt: skip
        planned = {one.day: one for one in looked_at}
    page = render_template(
        "bookings/series.html", series=found, dates=dates, persons=persons, planned=planned, form=form, names=_names(),
        value=write_pick, states=STATE_WORDS, service=find_service(studio.id, found.service_id), today=today(),
        rest=rest_line(persons, missing),
    )  # fmt: skip
    return page, status


def _where(found: Series) -> dict[str, object]:
    """Where the series stands now: day, hour and trainer of its next date."""
    booked = [one.booking for one in domain.dates(found) if one.booking is not None]
    ahead = next((one for one in booked if one.starts_at > now()), booked[-1] if booked else None)
    if ahead is None:
        return {"from_day": today()}
    at = local(ahead.starts_at, current_studio().zone)
    return {
        "from_day": at.date(),
        "weekday": at.weekday(),
        "clock": at.time(),
        "trainer_id": ahead.trainer_id,
    }


def _form(form: Form) -> Form:
    """Fill in what can be chosen."""
    form.trainer_id.choices = options(_names())
    if isinstance(form, SeriesForm):
        form.service_id.choices = options({one.id: own_name(one) for one in offered().services})
    return form


def _names() -> dict[int, str]:
    return {one.id: own_name(one) for one in offered().trainers}


def _service(form: SeriesForm) -> Service:
    return find_service(current_studio().id, form.service_id.data)


def _check_ahead(days: list[date]) -> None:
    if days[0] < today():
        raise Invalid(N_("This time has already passed."), field="first_day")


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, "")[:10])
    except ValueError:
        raise NotFound from None


def _person() -> Person:
    asked = request.args.get("person", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise NotFound
    return find_person(int(asked))


def _usual(person: Person) -> dict[str, object]:
    habits = habits_of(person.id, current_studio())
    usual: dict[str, object] = {
        "service_id": likely_service(offered().services, habits).id,
        "first_day": today(),
    }
    if habits.trainer_id is not None:
        usual["trainer_id"] = habits.trainer_id
    if habits.times:
        usual["clock"] = habits.times[0][1]
    return usual
