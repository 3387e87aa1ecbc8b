"""The desk takes a booking: who (known or new), what, when; refusals keep everything that was typed."""

from datetime import date, datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings import actions
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking
from backoffice.bookings.queries import booking_view
from backoffice.bookings.refusals import NotFree
from backoffice.bookings.suggestions import habits_of, likely_service
from backoffice.core.clock import local, local_date
from backoffice.core.db import transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.leads import queries as leads
from backoffice.leads.models import Lead
from backoffice.people import queries as people
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.people.recognition import Candidate, maybe_known, recognise
from backoffice.staff.permissions import Permission
from backoffice.studio.models import Service
from blueprints.bookings.days import FARTHEST, asked_day
from blueprints.bookings.desk_forms import (
    ANY_SIZE,
    GUESTS,
    ROW_ID,
    BookingForm,
    read_instant,
)
from blueprints.bookings.free_times import free_times, waiver_of, wanted
from blueprints.bookings.offered import Offered, offered, trainer_choices
from blueprints.bookings.rest_lines import rest_line, rest_lines, tell_resting
from blueprints.bookings.ticket_lines import Line, tell_without_ticket, ticket_lines
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import honorific, own_name, show_daytime
from blueprints.support.forms import add_domain_error, options
from blueprints.support.kept import attached
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

desk = Blueprint("desk", __name__)


@desk.get("/bookings/new")
@permit(Permission.BOOKINGS_EDIT)
def new() -> ResponseReturnValue:
    """An empty form, or one prefilled from the address: person, lead, at, trainer, service, day."""
    form = BookingForm(data=_asked(), formdata=None)
    _fill_choices(form)
    return _page(form)


@desk.post("/bookings/new")
@permit(Permission.BOOKINGS_EDIT)
def create() -> ResponseReturnValue:
    """Book, or say what stands in the way; sending the same form twice shows the booking made first."""
    form = BookingForm()
    choices = _fill_choices(form)
    if request.form.get("show") or request.form.get("forget"):
        if request.form.get("forget") in GUESTS:
            form._fields[f"{request.form['forget']}_person_id"].data = ""
        return _page(form)
    if not form.validate():
        return _page(form, status=422)
    try:
        with transaction():
            if not first_use(form.form_token.data, "booking", now=now()):
                return redirect(result_of(form.form_token.data) or url_for("today.show"), 303)
            booking, guests = _book(form, choices)
            address = url_for("desk.show", booking_id=booking.id)
            keep_result(form.form_token.data, address)
    except NotFree as error:
        return _page(form, status=error.status, clash=error)
    except DomainError as error:
        add_domain_error(form, error)
        return _page(form, status=error.status)
    who = honorific("・".join(guest.shown_name for guest in guests))
    when = show_daytime(booking.starts_at)
    if booking.held_until is None:
        flash_done(_("%(who)s is booked: %(when)s", who=who, when=when))
        tell_without_ticket(guests, [booking.id])
        tell_resting(guests, [booking.starts_at])
    else:
        until = show_daytime(booking.held_until)
        flash_done(_("Kept for %(who)s: %(when)s (until %(until)s)", who=who, when=when, until=until))
    return redirect(address, 303)


@desk.get("/bookings/slots")
@permit(Permission.BOOKINGS_EDIT)
def slots() -> ResponseReturnValue:
    """The free times of a day as buttons (a fragment of the form); of a booking to be moved, who rests then."""
    service = _service(request.args.get("service_id", type=int))
    moved = request.args.get("instead_of", type=int)
    times = free_times(
        service, asked_day(), request.args.get("trainer_id", type=int),
        women_only=bool(request.args.get("wants_woman")), instead_of=moved,
        channel=request.args.get("channel", ""),
    )  # fmt: skip
    guests = [] if moved is None else [one.person for one in booking_view(current_studio().id, moved).guests]
    return render_template("bookings/_slots.html", times=times, rest=rest_line(guests, times.days))


@desk.post("/bookings/guests/<any(first, second):which>")
@permit(Permission.BOOKINGS_EDIT)
def guests(which: str) -> ResponseReturnValue:
    """Who the guest being typed may already be (a fragment of the form). Sent as a POST: logs keep addresses."""
    typed = {
        name: request.form.get(f"{which}_{name}", "")[:200] for name in ("name", "kana", "phone", "mail")
    }
    chosen = request.form.get(f"{which}_person_id", "")[:20]
    return render_template("bookings/_known.html", which=which, known=_known(typed), chosen=chosen)


@desk.post("/bookings/guests/<any(first, second):which>/tickets")
@permit(Permission.BOOKINGS_EDIT)
def guest_tickets(which: str) -> ResponseReturnValue:
    """What the chosen guest can book with and whether they rest then (a fragment of the form), for service and day."""
    form = BookingForm()
    person_id = _person_id(form, which)
    chosen = [] if person_id is None else [person_id]
    line, rest = _tickets(form, chosen).get(person_id), rest_lines(chosen, _days(form)).get(person_id)
    return render_template("bookings/_guest_tickets.html", person_id=person_id, line=line, rest=rest)


def _book(form: BookingForm, choices: Offered) -> tuple[Booking, list[Person]]:
    studio = attached(current_studio())
    service = attached(next(one for one in choices.services if one.id == form.service_id.data))
    channel = form.channel.data
    pick = wanted(form, service, women_only=form.wants_woman.data, channel=channel)
    for trainer in choices.trainers:
        if trainer.id == pick.trainer_id:
            attached(trainer)
    persons = [_person(form, which) for which in GUESTS if form.has_guest(which)]
    booking = actions.book(
        studio=studio,
        service=service,
        trainer_id=pick.trainer_id,
        starts_at=pick.starts_at,
        participants=[_guest(form, which, person) for which, person in zip(GUESTS, persons, strict=False)],
        channel=channel,
        lead=_lead(form, persons[0]),
        room_id=form.room_id.data,
        is_named=form.is_named.data,
        wants_woman=form.wants_woman.data,
        note=form.note.data or "",
        waiver=waiver_of(form),
        held_until=_held_until(form, pick.starts_at),
        by=actor(),
        now=now(),
    )
    return booking, persons


def _held_until(form: BookingForm, starts_at: datetime) -> datetime | None:
    """Until when a tentative booking is kept; never beyond the visit."""
    hours = form.hold_hours.data
    return None if hours is None else min(now() + timedelta(hours=hours), starts_at)


def _person(form: BookingForm, which: str) -> Person:
    """The person chosen; else the one this certainly is; else a new one. Errors name the field of this guest."""
    typed = form.guest(which)
    if typed["person_id"]:
        if not typed["person_id"].isdecimal():
            raise NotFound
        return people.bare_person(int(typed["person_id"]))
    name, kana, phone, mail = (typed[key] or "" for key in ("name", "kana", "phone", "mail"))
    known = recognise(name=name, kana=kana, phone=phone, mail=mail)
    if known is not None:
        return known
    try:
        return create_person(
            name=name,
            kana=kana,
            phones=[phone] if phone else [],
            mails=[mail] if mail else [],
            by=actor(),
            now=now(),
        )
    except DomainError as error:
        error.field = f"{which}_{error.field}"
        raise


def _guest(form: BookingForm, which: str, person: Person) -> Guest:
    typed = form.guest(which)
    size = "" if typed["wear"] == ANY_SIZE else typed["wear"]
    return Guest(
        person, needs_wear=bool(typed["wear"] or typed["shoe"]), wear_size=size, shoe_cm=typed["shoe"]
    )


def _lead(form: BookingForm, person: Person) -> Lead | None:
    """The lead the booking was opened from, when it is still open and belongs to the guest."""
    if not (form.lead_id.data or "").isdecimal():
        return None
    lead = leads.lead(current_studio().id, int(form.lead_id.data))
    return lead if lead.person_id == person.id and lead.closed_at is None else None


def _service(service_id: int | None) -> Service:
    services = offered().services
    return next((service for service in services if service.id == service_id), services[0])


def _fill_choices(form: BookingForm) -> Offered:
    choices = offered()
    form.service_id.choices = options({one.id: own_name(one) for one in choices.services})
    form.trainer_id.choices = trainer_choices()
    form.room_id.choices = options({"": _("automatic"), **{one.id: own_name(one) for one in choices.rooms}})
    return choices


def _asked() -> dict[str, object]:
    """What the address says already."""
    values: dict[str, object] = {"day": max(asked_day(), today())}
    interest = ""
    for name, column in (
        ("trainer", "trainer_id"),
        ("room", "room_id"),
        ("person", "first_person_id"),
        ("lead", "lead_id"),
    ):
        if request.args.get(name, "").isdecimal():
            values[column] = request.args[name][:18]
    if "lead_id" in values:
        lead = leads.lead(current_studio().id, int(str(values["lead_id"])))
        values["first_person_id"], interest = str(lead.person_id), lead.interest
    for name in {"trainer_id", "room_id"} & values.keys():
        values[name] = int(str(values[name]))
    service = request.args.get("service", "")
    for one in offered().services:
        if service in (one.slug, str(one.id)):
            values["service_id"] = one.id
    if offered().services and "service_id" not in values and "first_person_id" in values:
        habits = habits_of(int(str(values["first_person_id"])), current_studio())
        values["service_id"] = likely_service(offered().services, habits, interest).id
    at = read_instant(request.args.get("at", ""))
    if at is not None and abs(at - now()) < FARTHEST:
        zone = current_studio().zone
        values["day"], values["clock"] = local_date(at, zone), local(at, zone).time()
    return values


def _known(typed: dict[str, str]) -> list[Candidate]:
    return maybe_known(**typed) if any(typed.values()) else []


def _person_id(form: BookingForm, which: str) -> int | None:
    """The guest that was chosen, by id."""
    typed = form.guest(which)["person_id"] or ""
    return int(typed) if ROW_ID.fullmatch(typed) else None


def _tickets(form: BookingForm, person_ids: list[int]) -> dict[int, Line]:
    """What the chosen guests can book with, for the service and the day in the form."""
    return ticket_lines(person_ids, _service(form.service_id.data), _days(form))


def _days(form: BookingForm) -> list[date]:
    """The day the form asks for, a chosen time first; none when there is none or it is years away."""
    day, picked = form.day.data, form.picked
    if picked is not None and abs(picked.starts_at - now()) < FARTHEST:
        day = local_date(picked.starts_at, current_studio().zone)
    return [day] if day and abs(day - today()) < FARTHEST else []


def _page(form: BookingForm, *, status: int = 200, clash: NotFree | None = None) -> ResponseReturnValue:
    chosen: dict[str, Person] = {}
    known: dict[str, list[Candidate]] = {}
    for which in GUESTS:
        typed = form.guest(which)
        if (typed["person_id"] or "").isdecimal():
            chosen[which] = people.person(int(typed["person_id"]))
        known[which] = _known({name: typed[name] or "" for name in ("name", "kana", "phone", "mail")})
    service = _service(form.service_id.data)
    day = form.day.data if form.day.data and abs(form.day.data - today()) < FARTHEST else today()
    times = free_times(
        service, day, form.trainer_id.data, women_only=bool(form.wants_woman.data),
        chosen=form.pick.data or "", channel=form.channel.data or "",
    )  # fmt: skip
    ids = {which: person.id for which, person in chosen.items()}
    lines, rests = _tickets(form, list(ids.values())), rest_lines(ids.values(), _days(form))
    page = render_template(
        "bookings/new.html", form=form, clash=clash, said=say(clash) if clash else "", times=times, chosen=chosen,
        known=known, tickets={which: lines.get(ids.get(which)) for which in GUESTS},
        resting={which: rests.get(ids.get(which)) for which in GUESTS},
    )  # fmt: skip
    return page, status
