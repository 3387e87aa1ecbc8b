"""The events that let people into playbooks, as statements over the rows as they are."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Integer, Select, cast, exists, func, literal, null, select
from sqlalchemy.orm import aliased

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.care.models import CheckIn
from backoffice.clients.models import Client
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.instants import freezes_ending, packs_low
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.models import Person
from backoffice.screening.models import Screening
from backoffice.studio.models import Service, ServiceKind, Studio

QUIET_AFTER = timedelta(days=14)
SHEET_AHEAD = timedelta(days=30)
REMEMBERED = timedelta(days=90)
"""Visits and check-in requests that are older let nobody in any more."""
KEPT_OR_MISSED = (BookingState.HELD, BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW)

Entrants = Select[Any]
"""Columns `person_id`, `lead_id` and `entered_at`, one row for each person and event."""


def _leads(studio_id: int, now: datetime, event_at: Any) -> Entrants:
    """Open leads without a visit ahead."""
    return (
        select(Lead.person_id.label("person_id"), Lead.id.label("lead_id"), event_at.label("entered_at"))
        .join(Person, Person.id == Lead.person_id)
        .where(Lead.studio_id == studio_id, Lead.closed_at.is_(None), *_is_welcome(), ~_lead_comes(now))
    )


def counselled(studio_id: int, now: datetime) -> Entrants:
    """Open leads whose counselling was held, without a trial; the event is the step to it."""
    trial = exists().where(
        Booking.lead_id == Lead.id,
        Booking.service_id == Service.id,
        Service.kind == ServiceKind.TRIAL,
        Booking.state.in_(KEPT_OR_MISSED),
    )
    return _leads(studio_id, now, Lead.stage_since).where(Lead.stage == Stage.COUNSELLED, ~trial)


def trialled(studio_id: int, now: datetime) -> Entrants:
    """Open leads whose trial was held; the event is the step to it."""
    return _leads(studio_id, now, Lead.stage_since).where(Lead.stage == Stage.TRIALLED)


def no_show(studio_id: int, now: datetime) -> Entrants:
    """Open leads who did not come and have booked nothing since; the event is the start they missed."""
    later = aliased(Booking)
    came_later = exists().where(
        later.lead_id == Lead.id, later.starts_at > Booking.starts_at, later.state.in_(KEPT_OR_MISSED)
    )
    missed = _leads(studio_id, now, Booking.starts_at).join(Booking, Booking.lead_id == Lead.id)
    return missed.where(Booking.state == BookingState.NO_SHOW, ~came_later)


def no_next_booking(studio_id: int, now: datetime) -> Entrants:
    """Members who were here and have nothing booked; the event is their last visit."""
    return _last_visits(studio_id, now, timedelta(0))


def quiet(studio_id: int, now: datetime) -> Entrants:
    """Members whose last visit is two weeks ago, with none ahead; the event is the end of that time."""
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


def sheet_expiring(studio_id: int, now: datetime) -> Entrants:
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


def check_in_unanswered(studio_id: int, now: datetime) -> Entrants:
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


def tickets_low(studio_id: int, now: datetime) -> Entrants:
    """Members whose packs are low; the event is as `packs_low` says."""
    return _clients(packs_low(studio_id, now))


def freeze_ending(studio_id: int, now: datetime) -> Entrants:
    """Members whose freeze ends; the event is as `freezes_ending` says."""
    return _clients(freezes_ending(studio_id, now))


def _clients(events: Select[Any]) -> Entrants:
    """Clients by their events: person_id and `at`."""
    found = events.subquery()
    return (
        select(
            found.c.person_id.label("person_id"),
            cast(null(), Integer).label("lead_id"),
            found.c.at.label("entered_at"),
        )
        .join(Person, Person.id == found.c.person_id)
        .where(*_is_welcome())
    )


def joined(studio_id: int, _now: datetime) -> Entrants:
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
