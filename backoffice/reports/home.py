"""What a manager opens the day with: what has happened since they looked last, and what waits for somebody to decide.

Each number is a list of rows; count, list and file come from one statement (`_rows`), so they cannot disagree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Select, func, literal, null, select, union_all

from backoffice.billing.models import Invoice, Payment
from backoffice.billing.queries import OPEN
from backoffice.bookings.models import CANCELLED_STATES, Attendance, Booking, BookingState, Participant
from backoffice.core.clock import local_date
from backoffice.core.db import db, stream
from backoffice.leads.models import Lead
from backoffice.people.models import Person
from backoffice.reports.entries import joins
from backoffice.studio.models import Service, ServiceKind, Studio
from backoffice.todos.models import TRAINERS_OWN, Todo

LONGEST_BACK = timedelta(days=60)
"""A visit without an outcome that lies further back is not asked about any more."""


class Count(StrEnum):
    """A number of the page: it happened in a span of time, or waits now."""

    ENQUIRIES = "enquiries"
    TRIALS = "trials"
    JOINED = "joined"
    NO_SHOWS = "no_shows"
    LATE_CANCELS = "late_cancels"
    SESSIONS = "sessions"
    UNDECIDED = "undecided"
    OVERDUE_TASKS = "overdue_tasks"
    OVERDUE_MONEY = "overdue_money"


SESSIONS = (ServiceKind.SESSION, ServiceKind.CARE, ServiceKind.ONLINE)
"""What members come for."""
HAPPENED = (Count.ENQUIRIES, Count.TRIALS, Count.JOINED, Count.NO_SHOWS, Count.LATE_CANCELS)
WAITING = (Count.UNDECIDED, Count.OVERDUE_TASKS, Count.OVERDUE_MONEY)


@dataclass(frozen=True)
class Span:
    """From an instant to the one after its last."""

    since: datetime
    until: datetime


class Row(NamedTuple):
    """One row behind a number: what it is (a lead, a booking, a task, an invoice …), about whom, and when."""

    id: int
    person_id: int | None
    name: str | None
    at: datetime
    booking_id: int | None


def counts(studio: Studio, wanted: tuple[Count, ...], span: Span) -> dict[Count, int]:
    """How many rows each number has; one statement."""
    parts = [
        select(literal(one.value).label("what"), func.count().label("number")).select_from(
            _rows(one, studio, span).subquery()
        )
        for one in wanted
    ]
    return {Count(row.what): row.number for row in db.session.execute(union_all(*parts))}


def rows_behind(count: Count, studio: Studio, span: Span, *, after: int, limit: int) -> list[Row]:
    """The rows a number counts, by id from `after` on."""
    page = _named(_rows(count, studio, span), after=after).limit(limit)
    return [Row._make(row) for row in db.session.execute(page)]


def all_rows_behind(count: Count, studio: Studio, span: Span) -> Iterator[Row]:
    """All of them. Inside `transaction()`."""
    return map(Row._make, stream(_named(_rows(count, studio, span), after=0)))


def received_yen(studio: Studio, first: date, last: date) -> int:
    """Money received on the days from `first` to `last`, refunds taken off."""
    query = select(func.coalesce(func.sum(Payment.amount_yen), 0)).where(
        Payment.studio_id == studio.id, Payment.received_on.between(first, last)
    )
    return int(db.session.scalars(query).one())


def _named(query: Select[*tuple[Any, ...]], *, after: int) -> Select[*tuple[Any, ...]]:
    rows = query.subquery()
    name = func.coalesce(func.nullif(Person.name, ""), Person.kana)
    return (
        select(rows.c.id, rows.c.person_id, name, rows.c.at, rows.c.booking_id)
        .outerjoin(Person, Person.id == rows.c.person_id)
        .where(rows.c.id > after)
        .order_by(rows.c.id)
    )


def _rows(count: Count, studio: Studio, span: Span) -> Select[*tuple[Any, ...]]:
    """The one definition of a number: id, person_id, at, booking_id."""
    if count == Count.ENQUIRIES:
        return _plain(Lead.id, Lead.person_id, Lead.opened_at).where(
            Lead.studio_id == studio.id, Lead.opened_at >= span.since, Lead.opened_at < span.until
        )
    if count == Count.JOINED:
        return _joined(studio, span)
    if count == Count.OVERDUE_TASKS:
        return _plain(Todo.id, Todo.person_id, Todo.due_at).where(
            Todo.studio_id == studio.id,
            Todo.done_at.is_(None),
            Todo.is_parked.is_(False),
            Todo.kind.not_in(TRAINERS_OWN),
            Todo.due_at < span.until,
        )
    if count == Count.OVERDUE_MONEY:
        return _overdue(studio, span)
    return _visits(count, studio, span)


def _plain(row_id: Any, person_id: Any, at: Any) -> Select[*tuple[Any, ...]]:
    return select(
        row_id.label("id"), person_id.label("person_id"), at.label("at"), null().label("booking_id")
    )


def _joined(studio: Studio, span: Span) -> Select[*tuple[Any, ...]]:
    """Who joined as the funnel knows it, each person once."""
    found = joins(studio.id)
    who = found.c.person_id
    joined = _plain(who, who, func.max(found.c.joined_at)).group_by(who)
    return joined.where(found.c.joined_at >= span.since, found.c.joined_at < span.until)


def _overdue(studio: Studio, span: Span) -> Select[*tuple[Any, ...]]:
    """Invoices of which something is open after their last day."""
    today = local_date(span.until, studio.zone)
    return _plain(Invoice.id, Invoice.person_id, Invoice.created_at).where(
        Invoice.studio_id == studio.id, Invoice.credits_id.is_(None), Invoice.due_on < today, OPEN > 0
    )


def _visits(count: Count, studio: Studio, span: Span) -> Select[*tuple[Any, ...]]:
    """Guests of bookings: what they attended or missed in the span, or visits to which nobody gave an outcome."""
    visits: Select[*tuple[Any, ...]] = (
        select(
            Participant.id.label("id"),
            Participant.person_id.label("person_id"),
            Booking.starts_at.label("at"),
            Booking.id.label("booking_id"),
        )
        .join(Booking, Booking.id == Participant.booking_id)
        .where(Booking.studio_id == studio.id)
    )
    if count == Count.UNDECIDED:
        return visits.where(
            Participant.attendance.in_((Attendance.EXPECTED, Attendance.ARRIVED)),
            Booking.state.not_in(CANCELLED_STATES),
            Booking.ends_at < span.until,
            Booking.starts_at >= span.until - LONGEST_BACK,
        )
    visits = visits.where(Booking.starts_at >= span.since, Booking.starts_at < span.until)
    if count in (Count.TRIALS, Count.SESSIONS):
        kinds = (ServiceKind.TRIAL,) if count == Count.TRIALS else SESSIONS
        return visits.join(Service, Service.id == Booking.service_id).where(
            Service.kind.in_(kinds), Participant.attendance == Attendance.ATTENDED
        )
    if count == Count.NO_SHOWS:
        return visits.where(Participant.attendance == Attendance.NO_SHOW)
    return visits.where(Booking.state == BookingState.LATE_CANCELLED)
