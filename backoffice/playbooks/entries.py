"""The entry rules as statements: whom an event of the rows as they are lets into a playbook, and since when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Integer, Select, cast, exists, func, literal, null, select
from sqlalchemy.orm import aliased

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.care.models import CheckIn
from backoffice.clients.models import Client
from backoffice.core.language import N_
from backoffice.leads.models import Lead, Stage
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.models import Person
from backoffice.playbooks.models import Entry, Stop
from backoffice.screening.models import Screening
from backoffice.studio.models import Service, ServiceKind, Studio

QUIET_AFTER = timedelta(days=14)
SHEET_AHEAD = timedelta(days=30)
REMEMBERED = timedelta(days=90)
"""Visits and check-in requests that are older let nobody in any more."""
KEPT_OR_MISSED = (BookingState.HELD, BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW)

Entrants = Select[Any]
"""Columns `person_id`, `lead_id` and `entered_at`, one row for each person and event."""


@dataclass(frozen=True)
class EntryRule:
    """An entry rule: its name and its sentence for screens, whom it lets in, and the stops that make sense with it."""

    label: str
    sentence: str
    entrants: Callable[[int, datetime], Entrants]
    stops: tuple[Stop, ...]


def _leads(studio_id: int, now: datetime, event_at: Any) -> Entrants:
    """Open leads without a visit ahead."""
    return (
        select(Lead.person_id.label("person_id"), Lead.id.label("lead_id"), event_at.label("entered_at"))
        .join(Person, Person.id == Lead.person_id)
        .where(Lead.studio_id == studio_id, Lead.closed_at.is_(None), *_is_welcome(), ~_lead_comes(now))
    )


def _counselled(studio_id: int, now: datetime) -> Entrants:
    trial = exists().where(
        Booking.lead_id == Lead.id,
        Booking.service_id == Service.id,
        Service.kind == ServiceKind.TRIAL,
        Booking.state.in_(KEPT_OR_MISSED),
    )
    return _leads(studio_id, now, Lead.stage_since).where(Lead.stage == Stage.COUNSELLED, ~trial)


def _trialled(studio_id: int, now: datetime) -> Entrants:
    return _leads(studio_id, now, Lead.stage_since).where(Lead.stage == Stage.TRIALLED)


def _no_show(studio_id: int, now: datetime) -> Entrants:
    later = aliased(Booking)
    came_later = exists().where(
        later.lead_id == Lead.id, later.starts_at > Booking.starts_at, later.state.in_(KEPT_OR_MISSED)
    )
    missed = _leads(studio_id, now, Booking.starts_at).join(Booking, Booking.lead_id == Lead.id)
    return missed.where(Booking.state == BookingState.NO_SHOW, ~came_later)


def _no_next_booking(studio_id: int, now: datetime) -> Entrants:
    return _last_visits(studio_id, now, timedelta(0))


def _quiet(studio_id: int, now: datetime) -> Entrants:
    return _last_visits(studio_id, now, QUIET_AFTER)


def _last_visits(studio_id: int, now: datetime, since: timedelta) -> Entrants:
    """Members whose last visit is at least `since` ago, with none ahead; the event is the end of that time."""
    last = (
        select(Participant.person_id, func.max(Booking.starts_at).label("at"))
        .join(Booking, Booking.id == Participant.booking_id)
        .where(
            Booking.studio_id == studio_id,
            Participant.attendance == Attendance.ATTENDED,
            Booking.starts_at.between(now - REMEMBERED, now),
        )
        .group_by(Participant.person_id)
        .subquery()
    )
    return (
        select(
            last.c.person_id.label("person_id"),
            cast(null(), Integer).label("lead_id"),
            (last.c.at + literal(since)).label("entered_at"),
        )
        .join(Person, Person.id == last.c.person_id)
        .join(Client, Client.person_id == Person.id)
        .where(last.c.at <= now - since, *_is_welcome(), ~comes(last.c.person_id, now))
    )


def _sheet_expiring(studio_id: int, now: datetime) -> Entrants:
    """Members whose newest sheet ends within a month; the event is the midnight thirty days before."""
    newest = (
        select(Screening.person_id, func.max(Screening.valid_until).label("until"))
        .group_by(Screening.person_id)
        .subquery()
    )
    at = func.timezone(Studio.zone, cast(newest.c.until, DateTime) - literal(SHEET_AHEAD))
    return (
        select(
            newest.c.person_id.label("person_id"),
            cast(null(), Integer).label("lead_id"),
            at.label("entered_at"),
        )
        .join(Person, Person.id == newest.c.person_id)
        .join(Client, Client.person_id == Person.id)
        .join(Studio, Studio.id == studio_id)
        .where(at <= now, *_is_welcome())
    )


def _check_in_unanswered(studio_id: int, now: datetime) -> Entrants:
    """Members who were sent the link of the check-in and have told nothing since."""
    asked = (
        select(Message.person_id, func.max(Message.accepted_at).label("at"))
        .where(
            Message.studio_id == studio_id,
            Message.kind == Kind.CARE_ASKED,
            Message.state == MessageState.SENT,
            Message.accepted_at >= now - REMEMBERED,
        )
        .group_by(Message.person_id)
        .subquery()
    )
    told = exists().where(CheckIn.person_id == asked.c.person_id, CheckIn.told_at >= asked.c.at)
    return (
        select(
            asked.c.person_id.label("person_id"),
            cast(null(), Integer).label("lead_id"),
            asked.c.at.label("entered_at"),
        )
        .join(Person, Person.id == asked.c.person_id)
        .where(*_is_welcome(), ~told)
    )


def _joined(studio_id: int, _now: datetime) -> Entrants:
    """Members; the event is the midnight at which their first day began."""
    at = func.timezone(Studio.zone, cast(Client.joined_on, DateTime))
    return (
        select(
            Client.person_id.label("person_id"),
            cast(null(), Integer).label("lead_id"),
            at.label("entered_at"),
        )
        .join(Person, Person.id == Client.person_id)
        .join(Studio, Studio.id == studio_id)
        .where(*_is_welcome())
    )


def comes(person_id: Any, now: datetime) -> ColumnElement[bool]:
    """Whether this person has a visit ahead."""
    ahead, guest = aliased(Booking), aliased(Participant)
    live = ahead.state.in_([BookingState.HELD, BookingState.BOOKED])
    return exists().where(
        guest.person_id == person_id, guest.booking_id == ahead.id, ahead.starts_at > now, live
    )


def _lead_comes(now: datetime) -> ColumnElement[bool]:
    ahead = aliased(Booking)
    live = ahead.state.in_([BookingState.HELD, BookingState.BOOKED])
    return exists().where(ahead.lead_id == Lead.id, ahead.starts_at > now, live)


def _is_welcome() -> tuple[ColumnElement[bool], ...]:
    return (Person.archived_at.is_(None), Person.caution == "")


_LEAD_STOPS = (Stop.JOINED, Stop.LOST, Stop.BOOKED, Stop.OPTED_OUT, Stop.REPLIED)
_MEMBER_STOPS = (Stop.BOOKED, Stop.OPTED_OUT, Stop.GATE_OPEN, Stop.REPLIED)

ENTRIES: dict[Entry, EntryRule] = {
    Entry.COUNSELLED: EntryRule(
        N_("Counselling without a trial"), N_("The counselling was held; no trial is booked."), _counselled, _LEAD_STOPS
    ),
    Entry.TRIALLED: EntryRule(
        N_("Trial without joining"), N_("The trial was held; they have not joined."), _trialled, _LEAD_STOPS
    ),
    Entry.NO_SHOW: EntryRule(
        N_("No-show of an enquiry"), N_("They did not come and have booked nothing since."), _no_show, _LEAD_STOPS
    ),
    Entry.NO_NEXT_BOOKING: EntryRule(
        N_("Member without a next booking"), N_("A member was here and has nothing booked."), _no_next_booking,
        _MEMBER_STOPS,
    ),
    Entry.QUIET: EntryRule(
        N_("Member quiet for 14 days"), N_("The last visit of a member is two weeks ago; nothing is booked."), _quiet,
        _MEMBER_STOPS,
    ),
    Entry.SHEET_EXPIRING: EntryRule(
        N_("Health check sheet running out"), N_("The sheet of a member ends within 30 days."), _sheet_expiring, ()
    ),
    Entry.CHECK_IN_UNANSWERED: EntryRule(
        N_("Check-in unanswered"), N_("The link was sent; nothing was told since."), _check_in_unanswered, ()
    ),
    Entry.JOINED: EntryRule(
        N_("First month of a member"), N_("They have joined."), _joined, (Stop.OPTED_OUT, Stop.GATE_OPEN, Stop.REPLIED)
    ),
}  # fmt: skip

STOP_WORDS = {
    Stop.JOINED: N_("They join"),
    Stop.LOST: N_("The lead is closed as lost"),
    Stop.BOOKED: N_("They book a visit"),
    Stop.OPTED_OUT: N_("They take back the consent to follow-ups"),
    Stop.GATE_OPEN: N_("A trainer has to decide on their health check"),
    Stop.REPLIED: N_("They write to the gym"),
}

LEAD_ENTRIES = (Entry.COUNSELLED, Entry.TRIALLED, Entry.NO_SHOW)
LEAD_KINDS = (Kind.AFTER_COUNSELLING, Kind.AFTER_TRIAL, Kind.AFTER_NO_SHOW)
MEMBER_KINDS = (
    Kind.NO_NEXT_BOOKING,
    Kind.MISSED_YOU,
    Kind.FIRST_MONTH,
    Kind.SHEET_EXPIRING,
    Kind.CARE_REMINDED,
)
STEP_KINDS = (*LEAD_KINDS, *MEMBER_KINDS)
"""The messages that a step can send."""


def kinds_for(entry: Entry) -> tuple[Kind, ...]:
    """The messages that go with an entry rule: to enquiries, or to members."""
    return LEAD_KINDS if entry in LEAD_ENTRIES else MEMBER_KINDS
