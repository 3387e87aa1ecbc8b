"""Which members may leave: rules that each say why, from bookings, tickets and check-ins. Nobody is scored.

The limits are the house's judgement, as those of CARE: they say "look here", never what somebody intends. Attendance is
compared with somebody's own past: the last 28 days with the 56 before them.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, Subquery, func, select

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.care.tiredness import more_tired_than_usual
from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.core.language import N_
from backoffice.people.models import Person
from backoffice.reports.members import are_members_on, is_frozen_on, lives
from backoffice.staff.models import Trainer
from backoffice.studio.models import Studio
from backoffice.tickets.queries import Balance, balances
from backoffice.todos.actions import add_todo
from backoffice.todos.models import Todo, TodoKind

RECENT, BEFORE = timedelta(days=28), timedelta(days=56)
NEEDED_BEFORE = 4
"""Visits needed in the 56 days before for a comparison: fewer are no habit."""
NO_NEXT_AFTER = timedelta(days=10)
"""Who came in the last ten days may still be about to book."""
ENDS_WITHIN = timedelta(days=30)
FEW_TICKETS = 2
"""More left over than this at somebody's own pace: one that lapses now and then is no sign."""
LONGEST = timedelta(days=365)
BY = time(23, 59)
"""By the end of the day; midnight would stand in the lists as the day after."""
TITLE = N_("May be about to leave: please ask how they are")


class Reason(StrEnum):
    """Why somebody is on the list."""

    NO_NEXT = "no_next"
    FALLING = "falling"
    UNUSED = "unused"
    EXPIRING = "expiring"
    TIRED = "tired"


@dataclass(frozen=True)
class Attendance28:
    """What is known of a member's visits: since when there was none, the next one, and how many in both spans."""

    last_at: datetime | None
    next_at: datetime | None
    recent: int
    before: int

    @property
    def usual(self) -> float:
        """Visits in four weeks, as they were in the eight weeks before."""
        return self.before / (BEFORE / RECENT)


@dataclass(frozen=True)
class MayLeave:
    """A member who may leave, and why; `todo_id` is the open task about it."""

    person_id: int
    name: str
    kana: str
    trainer_id: int
    joined_on: date
    visits: Attendance28
    tickets: Balance
    reasons: list[Reason]
    todo_id: int | None


def may_leave(studio: Studio, *, trainer_id: int | None = None, now: datetime) -> list[MayLeave]:
    """The members of today for whom a rule speaks, those with most reasons first. Three statements.

    Whoever began less than 28 days ago is left alone: there is no past of theirs to compare with. So is whoever rests,
    or did 28 days ago.
    """
    today = local_date(now, studio.zone)
    rows = db.session.execute(_members(studio, trainer_id, today, now)).all()
    people = [row.person_id for row in rows]
    tickets, tired = balances(people, day=today), more_tired_than_usual(people, today)
    found = [
        MayLeave(
            row.person_id, row.name, row.kana, row.trainer_id, row.joined_on, visits, left,
            reasons_of(visits, left, is_tired=row.person_id in tired, today=today, now=now), row.todo_id,
        )
        for row in rows
        for visits in [Attendance28(row.last_at, row.next_at, row.recent or 0, row.before or 0)]
        for left in [tickets.get(row.person_id, Balance(0, 0, None))]
    ]  # fmt: skip
    return sorted(
        (one for one in found if one.reasons), key=lambda one: (-len(one.reasons), one.kana, one.person_id)
    )


def reasons_of(
    visits: Attendance28, tickets: Balance, *, is_tired: bool, today: date, now: datetime
) -> list[Reason]:
    """The rules, each by itself. Pure."""
    is_away = visits.last_at is None or visits.last_at <= now - RECENT
    is_quiet = visits.last_at is None or visits.last_at <= now - NO_NEXT_AFTER
    days = LONGEST if tickets.next_end is None else tickets.next_end - today
    in_use = max(visits.usual, visits.recent) * (days / RECENT)
    rules = {
        Reason.NO_NEXT: visits.next_at is None and is_quiet,
        Reason.FALLING: visits.before >= NEEDED_BEFORE and visits.recent <= visits.usual / 2,
        Reason.UNUSED: tickets.free > 0 and tickets.reserved == 0 and is_away,
        Reason.EXPIRING: days <= ENDS_WITHIN and tickets.free - in_use >= FEW_TICKETS,
        Reason.TIRED: is_tired,
    }
    return [reason for reason, holds in rules.items() if holds]


def ask_after(studio: Studio, person_id: int, *, by: Actor, now: datetime) -> Todo:
    """One open task to ask how a member is, for their main trainer if they have an account; asked twice it is the same.

    Raises `NotFound` for somebody who is no member of this studio.
    """
    today = local_date(now, studio.zone)
    people = lives(studio.id)
    is_member = select(people.c.person_id).where(
        people.c.person_id == person_id, are_members_on(people, today)
    )
    held = select(Client).where(Client.person_id.in_(is_member)).with_for_update()
    client = db.session.scalars(held).one_or_none()
    if client is None:
        raise NotFound
    known = db.session.scalars(select(Todo).where(Todo.person_id == person_id, *_IS_ASKED).limit(1)).first()
    if known is not None:
        return known
    trainer = None if client.main_trainer_id is None else db.session.get(Trainer, client.main_trainer_id)
    return add_todo(
        TodoKind.MAY_LEAVE, TITLE, studio_id=studio.id, person_id=person_id,
        owner_staff_id=None if trainer is None else trainer.staff_id,
        due_at=at_local(today, BY, studio.zone), by=by, now=now,
    )  # fmt: skip


def _members(studio: Studio, trainer_id: int | None, today: date, now: datetime) -> Select[Any]:
    people, visits, todos = lives(studio.id), _visits(now), _open_todos()
    query = (
        select(
            people.c.person_id, Person.name, Person.kana, people.c.trainer_id, people.c.joined_on,
            visits.c.last_at, visits.c.next_at, visits.c.recent, visits.c.before, todos.c.todo_id,
        )
        .join(Person, Person.id == people.c.person_id)
        .outerjoin(visits, visits.c.person_id == people.c.person_id)
        .outerjoin(todos, todos.c.person_id == people.c.person_id)
        .where(are_members_on(people, today), people.c.joined_on <= today - RECENT, Person.erased_at.is_(None),
            ~is_frozen_on(people, today), ~is_frozen_on(people, today - RECENT),
        )
    )  # fmt: skip
    return query if trainer_id is None else query.where(people.c.trainer_id == trainer_id)


def _visits(now: datetime) -> Subquery:
    """The visits of everybody in the year before and whatever is booked."""
    at, is_booked = Booking.starts_at, Booking.state.in_((BookingState.HELD, BookingState.BOOKED))
    came = Participant.attendance == Attendance.ATTENDED
    recent = now - RECENT
    return (
        select(
            Participant.person_id,
            func.max(at).filter(came).label("last_at"),
            func.min(at).filter(is_booked, at > now).label("next_at"),
            func.count().filter(came, at > recent).label("recent"),
            func.count().filter(came, at <= recent, at > recent - BEFORE).label("before"),
        )
        .join(Booking, Booking.id == Participant.booking_id)
        .where(at > now - LONGEST)
        .group_by(Participant.person_id)
        .subquery("visits")
    )


_IS_ASKED = (Todo.kind == TodoKind.MAY_LEAVE, Todo.done_at.is_(None))


def _open_todos() -> Subquery:
    newest = select(Todo.person_id, func.max(Todo.id).label("todo_id")).where(*_IS_ASKED)
    return newest.group_by(Todo.person_id).subquery("todos")
