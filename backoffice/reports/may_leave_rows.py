"""What the rules of `may_leave` are asked of: members, visits and tickets that end soon, narrowed by the database.

The limits are the house's judgement, as those of CARE: they say "look here", never what somebody intends. Attendance is
compared with somebody's own past: the last 28 days with the 56 before them.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, Subquery, exists, func, or_, select, true

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core.db import any_of_ids, db
from backoffice.people.models import Person
from backoffice.reports.members import are_members_on, is_frozen_on, lives
from backoffice.studio.models import Studio
from backoffice.tickets.models import TicketEntry, TicketGrant
from backoffice.todos.models import Todo, TodoKind

RECENT, BEFORE = timedelta(days=28), timedelta(days=56)
NEEDED_BEFORE = 4
"""Visits needed in the 56 days before for a comparison: fewer are no habit."""
NO_NEXT_AFTER = timedelta(days=10)
"""Who came in the last ten days may still be about to book."""
ENDS_WITHIN = timedelta(days=30)
LONGEST = timedelta(days=365)

IS_ASKED = (Todo.kind == TodoKind.MAY_LEAVE, Todo.done_at.is_(None))


def members(studio: Studio, trainer_id: int | None, today: date) -> Select[Any]:
    """The members of today with four weeks behind them who do not rest, nor did four weeks ago."""
    people = lives(studio.id)
    query = select(people.c.person_id, people.c.trainer_id, people.c.joined_on).where(
        are_members_on(people, today), people.c.joined_on <= today - RECENT,
        ~is_frozen_on(people, today), ~is_frozen_on(people, today - RECENT),
    )  # fmt: skip
    return query if trainer_id is None else query.where(people.c.trainer_id == trainer_id)


def perhaps(members: Collection[int], tired: Collection[int], today: date, now: datetime) -> Select[Any]:
    """Every member of whom a rule may speak (`reasons_of`), and some more: those with tickets that end soon."""
    visits, todos = _visits(now), _open_todos()
    recent, before = func.coalesce(visits.c.recent, 0), func.coalesce(visits.c.before, 0)
    ends_soon = exists().where(
        TicketGrant.person_id == Person.id,
        TicketEntry.grant_id == TicketGrant.id,
        TicketEntry.expires_on.between(today, today + ENDS_WITHIN),
    )
    may_speak = or_(
        recent == 0,  # no visit in four weeks: tickets unused, or nothing booked
        visits.c.next_at.is_(None) & (visits.c.last_at <= now - NO_NEXT_AFTER),
        (before >= NEEDED_BEFORE) & (recent * 2 * (BEFORE // RECENT) <= before),
        Person.id == any_of_ids(tired),
        ends_soon,
    )
    return (
        select(
            Person.id, Person.name, Person.kana, visits.c.last_at, visits.c.next_at, visits.c.recent,
            visits.c.before, todos.c.todo_id,
        )
        .outerjoin(visits, visits.c.person_id == Person.id)
        .outerjoin(todos, todos.c.person_id == Person.id)
        .where(Person.id == any_of_ids(members), Person.erased_at.is_(None), may_speak)
    )  # fmt: skip


def last_visits(person_ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """When each of these people came last within a year. One statement."""
    query = (
        select(Participant.person_id, func.max(Booking.starts_at))
        .join(Booking, Booking.id == Participant.booking_id)
        .where(
            Participant.person_id == any_of_ids(person_ids),
            Participant.attendance == Attendance.ATTENDED,
            Booking.starts_at > now - LONGEST,
        )
        .group_by(Participant.person_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _visits(now: datetime) -> Subquery:
    """The visits of everybody in the twelve weeks that are compared, and whatever is booked."""
    at, is_booked = Booking.starts_at, Booking.state.in_((BookingState.HELD, BookingState.BOOKED))
    recent = now - RECENT
    # with OFFSET the guests are looked up by booking: the server would rather read all of ten years once
    guests = select(Participant.person_id, Participant.attendance).where(Participant.booking_id == Booking.id)
    guest = guests.offset(0).lateral("guest")
    came = guest.c.attendance == Attendance.ATTENDED
    return (
        select(
            guest.c.person_id,
            func.max(at).filter(came).label("last_at"),
            func.min(at).filter(is_booked, at > now).label("next_at"),
            func.count().filter(came, at > recent).label("recent"),
            func.count().filter(came, at <= recent).label("before"),
        )
        .select_from(Booking)
        .join(guest, true())
        .where(at > recent - BEFORE)
        .group_by(guest.c.person_id)
        .subquery("visits")
    )


def _open_todos() -> Subquery:
    newest = select(Todo.person_id, func.max(Todo.id).label("todo_id")).where(*IS_ASKED)
    return newest.group_by(Todo.person_id).subquery("todos")
