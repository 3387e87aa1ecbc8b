"""Quick booking: a caller is found by name, the likely service and times are there, Enter books.

Only the way to the form is short: what is sent is the ordinary form of a new booking, with its checks and refusals.
"""

import re
from datetime import date
from typing import NamedTuple

from flask import render_template, request
from flask.typing import ResponseReturnValue

from backoffice.bookings.suggestions import Fitting, Habits, fitting_times, habits_of, likely_service
from backoffice.core.errors import NotFound
from backoffice.core.submissions import new_token
from backoffice.leads.queries import open_lead_of
from backoffice.people import queries as people
from backoffice.people.models import Person
from backoffice.staff.permissions import Permission
from backoffice.studio.models import Service
from blueprints.bookings.days import asked_day
from blueprints.bookings.desk_booking import desk
from blueprints.bookings.desk_forms import write_pick
from blueprints.bookings.offered import offered
from blueprints.bookings.rest_lines import RestLine, days_of, rest_lines
from blueprints.bookings.ticket_lines import Line, ticket_lines
from blueprints.bookings.words import CHANNEL_WORDS
from blueprints.support.access import permit
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name
from blueprints.support.studio import current_studio

LONGEST = 60
PHONE = re.compile(r"[\d０-９+＋()（）ー－\- ]{4,}")
KANA = re.compile(r"[\u3040-\u30ff\uff66-\uff9f\s]+")


class Caller(NamedTuple):
    """Who is on the phone: somebody known, or what was typed of somebody new."""

    person: Person | None
    name: str = ""
    kana: str = ""
    phone: str = ""


@desk.post("/bookings/quick")
@permit(Permission.BOOKINGS_EDIT)
def quick() -> ResponseReturnValue:
    """The form of a quick booking for whom was chosen (a fragment); asked for again when a choice in it changes."""
    caller = _caller()
    studio, choices = current_studio(), offered()
    habits, interest = Habits(), ""
    if caller.person is not None:
        habits = habits_of(caller.person.id, studio)
        lead = open_lead_of(caller.person.id)
        interest = lead.interest if lead is not None else ""
    asked = request.form.get("service_id", type=int)
    service = next((one for one in choices.services if one.id == asked), None) or likely_service(
        choices.services, habits, interest
    )
    day = max(asked_day("day", request.form), today())
    times = fitting_times(
        studio, service, habits, day, now=now(), trainer_id=request.form.get("trainer_id", type=int),
        person_ids=[] if caller.person is None else [caller.person.id],
    )  # fmt: skip
    return render_template(
        "bookings/_quick.html", caller=caller, services=choices.services, trainers=choices.trainers, service=service,
        trainer_id=request.form.get("trainer_id", type=int), day=day, times=times, token=new_token(),
        names={one.id: own_name(one) for one in choices.trainers}, value=write_pick,
        tickets=_tickets(caller, service, times), rest=_rest(caller, times),
        channels=CHANNEL_WORDS, channel=request.form.get("channel", "PHONE")[:5],
    )  # fmt: skip


def _tickets(caller: Caller, service: Service, times: Fitting) -> Line | None:
    """What a member has left, where the service asks for a ticket, and on which of the offered days there is none."""
    if caller.person is None:
        return None
    return ticket_lines([caller.person.id], service, _days(times)).get(caller.person.id)


def _rest(caller: Caller, times: Fitting) -> RestLine | None:
    """Which of the offered days lie in a freeze of a member, or after their last day."""
    return (
        None if caller.person is None else rest_lines([caller.person.id], _days(times)).get(caller.person.id)
    )


def _days(times: Fitting) -> set[date]:
    return days_of([one.starts_at for one in [*times.usual, *times.others]])


def _caller() -> Caller:
    """Whom the request names: an id, or fields of somebody new, or what stood in the search box."""
    asked = request.form.get("first_person_id", "")
    if asked:
        if not re.fullmatch(r"[0-9]{1,18}", asked):
            raise NotFound
        return Caller(people.person(int(asked)))
    fields = ("first_name", "first_kana", "first_phone")
    if any(field in request.form for field in fields):
        return Caller(None, *(request.form.get(field, "")[:LONGEST] for field in fields))
    typed = request.form.get("typed", "").strip()[:LONGEST]
    if PHONE.fullmatch(typed):
        return Caller(None, phone=typed)
    return Caller(None, kana=typed) if KANA.fullmatch(typed) else Caller(None, name=typed)
