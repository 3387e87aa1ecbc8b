"""Which members may leave: rules that each say why, from bookings, tickets and check-ins. Nobody is scored.

The limits (`reports/may_leave_rows.py`) say "look here", never what somebody intends.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select

from backoffice.care.tiredness import more_tired_than_usual
from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.core.language import N_
from backoffice.reports.may_leave_rows import (
    BEFORE,
    ENDS_WITHIN,
    IS_ASKED,
    LONGEST,
    NEEDED_BEFORE,
    NO_NEXT_AFTER,
    RECENT,
    last_visits,
    members,
    perhaps,
)
from backoffice.reports.members import are_members_on, lives
from backoffice.staff.models import Trainer
from backoffice.studio.models import Studio
from backoffice.tickets.queries import Balance, balances, ending_next
from backoffice.todos.actions import add_todo
from backoffice.todos.models import Todo, TodoKind

FEW_TICKETS = 2
"""More left over than this at somebody's own pace: one that lapses now and then is no sign."""
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
    """A member who may leave, and why; `todo_id` is the open task about it.

    `ending` of the free tickets end on the first day on which some do.
    """

    person_id: int
    name: str
    kana: str
    trainer_id: int
    joined_on: date
    visits: Attendance28
    tickets: Balance
    ending: int
    reasons: list[Reason]
    todo_id: int | None


class Page(NamedTuple):
    """Some of the list, how many are on the whole of it, and whether more follow."""

    rows: list[MayLeave]
    total: int
    has_more: bool


def may_leave(studio: Studio, *, trainer_id: int | None = None, now: datetime) -> list[MayLeave]:
    """The members of today for whom a rule speaks, those with most reasons first. Six statements.

    Whoever began less than 28 days ago is left alone: there is no past of theirs to compare with. So is whoever rests,
    or did 28 days ago.
    """
    return _with_last_visit(_listed(studio, trainer_id, now), now)


def may_leave_page(
    studio: Studio, *, trainer_id: int | None = None, after: int | None = None, limit: int, now: datetime
) -> Page:
    """A page of the same list: what follows a person, or its beginning when they are not on it (any more)."""
    listed = _listed(studio, trainer_id, now)
    start = next((place for place, one in enumerate(listed, 1) if one.person_id == after), 0)
    page = listed[start : start + limit]
    return Page(_with_last_visit(page, now), len(listed), start + limit < len(listed))


def reasons_of(
    visits: Attendance28, tickets: Balance, ending: int, *, is_tired: bool, today: date, now: datetime
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
        Reason.EXPIRING: days <= ENDS_WITHIN and ending - in_use >= FEW_TICKETS,
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
    known = db.session.scalars(select(Todo).where(Todo.person_id == person_id, *IS_ASKED).limit(1)).first()
    if known is not None:
        return known
    trainer = None if client.main_trainer_id is None else db.session.get(Trainer, client.main_trainer_id)
    return add_todo(
        TodoKind.MAY_LEAVE, TITLE, studio_id=studio.id, person_id=person_id,
        owner_staff_id=None if trainer is None else trainer.staff_id,
        due_at=at_local(today, BY, studio.zone), by=by, now=now,
    )  # fmt: skip


def _listed(studio: Studio, trainer_id: int | None, now: datetime) -> list[MayLeave]:
    """Everybody on the list in its order, with what is known of twelve weeks. Five statements.

    The database names those of whom a rule may speak, which in most gyms are few; the rules decide.
    """
    today = local_date(now, studio.zone)
    present = {row.person_id: row for row in db.session.execute(members(studio, trainer_id, today))}
    tired = more_tired_than_usual(present, today)
    rows = db.session.execute(perhaps(present, tired, today, now)).all()
    people = [row.id for row in rows]
    tickets, ending = balances(people, day=today), ending_next(people, day=today)
    found = [
        MayLeave(
            row.id,
            row.name,
            row.kana,
            member.trainer_id,
            member.joined_on,
            visits,
            left,
            end,
            reasons,
            row.todo_id,
        )
        for row in rows
        for member in [present[row.id]]
        for visits in [Attendance28(row.last_at, row.next_at, row.recent or 0, row.before or 0)]
        for left in [tickets.get(row.id, Balance(0, 0, None))]
        for end in [ending.get(row.id, 0)]
        for reasons in [reasons_of(visits, left, end, is_tired=row.id in tired, today=today, now=now)]
        if reasons
    ]
    return sorted(found, key=lambda one: (-len(one.reasons), one.kana, one.person_id))


def _with_last_visit(rows: list[MayLeave], now: datetime) -> list[MayLeave]:
    """The rows with the last visit of a year where there was none in twelve weeks."""
    last = last_visits([one.person_id for one in rows if one.visits.last_at is None], now)
    return [
        replace(one, visits=replace(one.visits, last_at=one.visits.last_at or last.get(one.person_id)))
        for one in rows
    ]
