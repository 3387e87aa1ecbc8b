"""What a manager opens the day with: what has happened since they looked last, and what waits for somebody to decide.

Each number is a list of rows; count, list and file come from one statement (`_rows`), so they cannot disagree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Select,
    Text,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)

from backoffice.billing.models import Invoice, Payment
from backoffice.billing.queries import OPEN
from backoffice.bookings.models import CANCELLED_STATES, Attendance, Booking, BookingState, Participant
from backoffice.clients.models import Client
from backoffice.core.clock import local_date
from backoffice.core.db import db, stream
from backoffice.leads.models import Lead
from backoffice.memberships.models import Membership
from backoffice.people.models import Person
from backoffice.reports.members import lives
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
    RECEIVED = "received"


SESSIONS = (ServiceKind.SESSION, ServiceKind.CARE, ServiceKind.ONLINE)
"""What members come for."""
HAPPENED = (Count.ENQUIRIES, Count.TRIALS, Count.JOINED, Count.NO_SHOWS, Count.LATE_CANCELS)
WAITING = (Count.UNDECIDED, Count.OVERDUE_TASKS, Count.OVERDUE_MONEY)

_NO_NUMBER: ColumnElement[Any] = cast(null(), BigInteger)
_NO_TEXT: ColumnElement[Any] = cast(null(), Text)


@dataclass(frozen=True)
class Span:
    """From an instant to the one after its last."""

    since: datetime
    until: datetime


class Row(NamedTuple):
    """One row behind a number: a lead, a booking, a task, an invoice, a payment. About whom, and when (or until when).

    `what` is the title of a task or the number of an invoice, `yen` what is open of it or was paid, `owner_id` who of
    the staff a task is for.
    """

    id: int
    person_id: int | None
    name: str | None
    at: datetime
    booking_id: int | None
    what: str | None
    yen: int | None
    owner_id: int | None


def counts(studio: Studio, wanted: tuple[Count, ...], span: Span) -> dict[Count, int]:
    """How many rows each number has; one statement."""
    parts = [
        select(literal(one.value).label("what"), func.count().label("number")).select_from(
            _rows(one, studio, span).subquery()
        )
        for one in wanted
    ]
    return {Count(row.what): row.number for row in db.session.execute(union_all(*parts))}


def rows_behind(
    count: Count, studio: Studio, span: Span, *, after: tuple[datetime, int] | None = None, limit: int
) -> list[Row]:
    """The rows a number counts: what waits begins with the oldest, what happened with the newest.

    `after` continues behind an (instant, id).
    """
    page = _named(count, studio, span, after).limit(limit)
    return [Row._make(row) for row in db.session.execute(page)]


def all_rows_behind(count: Count, studio: Studio, span: Span) -> Iterator[Row]:
    """All of them. Inside `transaction()`."""
    return map(Row._make, stream(_named(count, studio, span)))


def received_yen(studio: Studio, first: date, last: date) -> int:
    """Money received on the days from `first` to `last`, refunds taken off."""
    query = select(func.coalesce(func.sum(Payment.amount_yen), 0))
    return int(db.session.scalars(query.where(*_received(studio, first, last))).one())


def days_of(span: Span, zone: str) -> tuple[date, date]:
    """The first and last day of a span; one that ends at midnight ends with the day before."""
    return local_date(span.since, zone), local_date(span.until - timedelta(microseconds=1), zone)


def _named(
    count: Count, studio: Studio, span: Span, after: tuple[datetime, int] | None = None
) -> Select[*tuple[Any, ...]]:
    rows = _rows(count, studio, span).subquery()
    name = func.coalesce(func.nullif(Person.name, ""), Person.kana)
    place = tuple_(rows.c.at, rows.c.id)
    query = select(
        rows.c.id,
        rows.c.person_id,
        name,
        rows.c.at,
        rows.c.booking_id,
        rows.c.what,
        rows.c.yen,
        rows.c.owner_id,
    ).outerjoin(Person, Person.id == rows.c.person_id)
    if count in WAITING:
        return (query if after is None else query.where(place > after)).order_by(rows.c.at, rows.c.id)
    query = query if after is None else query.where(place < after)
    return query.order_by(rows.c.at.desc(), rows.c.id.desc())


def _rows(count: Count, studio: Studio, span: Span) -> Select[*tuple[Any, ...]]:
    """The one definition of a number, with the columns of `_plain`."""
    if count == Count.ENQUIRIES:
        return _plain(Lead.id, Lead.person_id, Lead.opened_at).where(
            Lead.studio_id == studio.id, Lead.opened_at >= span.since, Lead.opened_at < span.until
        )
    if count == Count.JOINED:
        return _joined(studio, span)
    if count == Count.OVERDUE_TASKS:
        task = _plain(Todo.id, Todo.person_id, Todo.due_at, what=Todo.title, owner_id=Todo.owner_staff_id)
        return task.where(
            Todo.studio_id == studio.id,
            Todo.done_at.is_(None),
            Todo.is_parked.is_(False),
            Todo.kind.not_in(TRAINERS_OWN),
            Todo.due_at < span.until,
        )
    if count == Count.OVERDUE_MONEY:
        return _overdue(studio, span)
    if count == Count.RECEIVED:
        at = _midnight(Payment.received_on, studio)
        return _plain(Payment.id, Payment.person_id, at, yen=Payment.amount_yen).where(
            *_received(studio, *days_of(span, studio.zone))
        )
    return _visits(count, studio, span)


def _plain(
    row_id: Any,
    person_id: Any,
    at: Any,
    *,
    booking_id: Any = _NO_NUMBER,
    what: Any = _NO_TEXT,
    yen: Any = _NO_NUMBER,
    owner_id: Any = _NO_NUMBER,
) -> Select[*tuple[Any, ...]]:
    return select(
        row_id.label("id"), person_id.label("person_id"), at.label("at"), booking_id.label("booking_id"),
        what.label("what"), yen.label("yen"), owner_id.label("owner_id"),
    )  # fmt: skip


def _joined(studio: Studio, span: Span) -> Select[*tuple[Any, ...]]:
    """Who joined as the report of members knows it, by the first day of the stay, each person once.

    Within that day it is the moment the agreement was made, if it was made on it: who joins at three in the afternoon
    is new to somebody who has looked at noon.
    """
    people = lives(studio.id)
    made = (
        select(func.max(Membership.created_at))
        .join(Client, Client.id == Membership.client_id)
        .where(
            Client.person_id == people.c.person_id,
            Membership.undone_at.is_(None),
            cast(func.timezone(studio.zone, Membership.created_at), Date) == people.c.joined_on,
        )
        .correlate(people)
        .scalar_subquery()
    )
    found = (
        select(
            people.c.person_id, func.coalesce(made, _midnight(people.c.joined_on, studio)).label("joined_at")
        )
        .where(people.c.joined_on.between(*days_of(span, studio.zone)))
        .subquery()
    )
    joined = _plain(found.c.person_id, found.c.person_id, func.max(found.c.joined_at))
    inside = (found.c.joined_at >= span.since, found.c.joined_at < span.until)
    return joined.where(*inside).group_by(found.c.person_id)


def _overdue(studio: Studio, span: Span) -> Select[*tuple[Any, ...]]:
    """Invoices of which something is open after their last day."""
    today = local_date(span.until, studio.zone)
    at = _midnight(Invoice.due_on, studio)
    number = func.concat(Invoice.year, "-", func.to_char(Invoice.number, "FM00000"))
    return _plain(Invoice.id, Invoice.person_id, at, what=number, yen=OPEN).where(
        Invoice.studio_id == studio.id, Invoice.credits_id.is_(None), Invoice.due_on < today, OPEN > 0
    )


def _received(studio: Studio, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (Payment.studio_id == studio.id, Payment.received_on.between(first, last))


def _midnight(day: Any, studio: Studio) -> ColumnElement[datetime]:
    """The instant at which a day begins in the studio."""
    return func.timezone(studio.zone, cast(day, DateTime(timezone=False)))


def _visits(count: Count, studio: Studio, span: Span) -> Select[*tuple[Any, ...]]:
    """Guests of bookings: what they attended or missed in the span, or visits to which nobody gave an outcome."""
    visits = (
        _plain(Participant.id, Participant.person_id, Booking.starts_at, booking_id=Booking.id)
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
