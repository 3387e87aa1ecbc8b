"""Whose tickets run low or end, and whose monthly plan ends: to be asked before they stop coming."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, case, cast, exists, func, select
from sqlalchemy.orm import aliased

from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.clock import day_span, local_date
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.core.language import N_
from backoffice.memberships.models import Membership, Plan
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.studio.models import Studio
from backoffice.tickets.models import TicketEntry, TicketGrant
from backoffice.tickets.queries import last_day
from backoffice.todos.actions import add_todo
from backoffice.todos.models import Todo, TodoKind

FEW = 2
SOON = timedelta(days=30)
LONG_AGO = timedelta(days=60)
"""Whose tickets ended earlier than that is asked by other means."""
TITLE = N_("Ask about more tickets or another plan")


class Why(StrEnum):
    """Why somebody is asked."""

    FEW = "FEW"
    ENDING = "ENDING"
    ENDED = "ENDED"
    MONTHLY_ENDS = "MONTHLY_ENDS"


class Renewal(NamedTuple):
    """A client to be asked: tickets that are free, when the last of them (or the plan) ends, whether a task is open."""

    person_id: int
    name: str
    kana: str
    phone: str | None
    free: int
    ends_on: date | None
    why: Why
    is_asked: bool


def renewals(studio: Studio, *, now: datetime) -> list[Renewal]:
    """Who is to be asked, the first to end first. Two statements.

    Packs with two tickets or thirty days left and no newer one, packs that are used up or ended within sixty days (what
    never ends, ended with its last line once it is used up), and monthly plans that end
    within thirty days with nothing after them.
    """
    today = local_date(now, studio.zone)
    found = [_pack(row) for row in db.session.execute(_packs(studio.id, today))]
    found += [_month(row) for row in db.session.execute(_months(studio.id, today))]
    return sorted(found, key=lambda one: (one.ends_on or date.max, one.person_id))


def ask_to_renew(studio: Studio, person_id: int, *, by: Actor, now: datetime) -> None:
    """A task for today about somebody on the list; one at a time. Raises `NotFound` for who is not on it."""
    row = next((one for one in renewals(studio, now=now) if one.person_id == person_id), None)
    if row is None:
        raise NotFound
    if not row.is_asked:
        until = day_span(local_date(now, studio.zone), studio.zone)[1] - timedelta(minutes=1)
        add_todo(
            TodoKind.RENEW, TITLE, studio_id=studio.id, person_id=person_id, due_at=until, by=by, now=now
        )


def _pack(row: Any) -> Renewal:
    left = Why.FEW if row.free <= FEW else Why.ENDING
    ends_on = row.ends_on or row.ended_on
    return Renewal(
        row.id, row.name, row.kana, row.phone, row.free, None if ends_on == date.max else ends_on,
        left if row.free else Why.ENDED, row.is_asked,
    )  # fmt: skip


def _month(row: Any) -> Renewal:
    return Renewal(
        row.id, row.name, row.kana, row.phone, row.free, row.ends_on, Why.MONTHLY_ENDS, row.is_asked
    )


def low_packs(studio_id: int, today: date) -> Select[Any]:
    """Clients whose packs together have little left: person_id, free, ends_on (of what is left), ended_on (of all).

    Who has a monthly plan gets more tickets by themselves. What never ends, ends on the last day there is.
    """
    ends = last_day()
    has_any = func.sum(TicketEntry.free + TicketEntry.reserved) > 0
    last_line = cast(func.timezone(Studio.zone, func.max(TicketEntry.at)), Date)
    lots = (
        select(
            TicketGrant.person_id, func.sum(TicketEntry.free).label("free"), ends.label("ends_on"),
            func.coalesce(ends, case((has_any, date.max), else_=last_line)).label("done_on"),
        )
        .join(TicketEntry, TicketEntry.grant_id == TicketGrant.id)
        .join(Membership, Membership.id == TicketGrant.membership_id)
        .join(Studio, Studio.id == TicketGrant.studio_id)
        .where(TicketGrant.studio_id == studio_id, ~Membership.is_monthly, Membership.undone_at.is_(None))
        .group_by(TicketGrant.id, Studio.id)
        .subquery()
    )  # fmt: skip
    live = (lots.c.free > 0) & (lots.c.ends_on.is_(None) | (lots.c.ends_on >= today))
    free = func.coalesce(func.sum(lots.c.free).filter(live), 0)
    ends_on = func.max(func.coalesce(lots.c.ends_on, date.max)).filter(live)
    ended_on = func.max(func.coalesce(lots.c.ends_on, date.max))
    people = (
        select(lots.c.person_id, free.label("free"), ends_on.label("ends_on"), ended_on.label("ended_on"))
        .group_by(lots.c.person_id)
        .having(((free <= FEW) | (ends_on <= today + SOON)) & (func.max(lots.c.done_on) >= today - LONG_AGO))
        .subquery()
    )
    runs = select(Membership.id).where(
        Membership.client_id == Client.id, Membership.is_monthly, Membership.sessions > 0,
        Membership.undone_at.is_(None),
        Membership.ends_on.is_(None) | (Membership.ends_on >= today),
    )  # fmt: skip
    clients = select(people).join(Client, Client.person_id == people.c.person_id)
    return clients.where(Client.left_on.is_(None), ~runs.exists())


def _packs(studio_id: int, today: date) -> Select[Any]:
    low = low_packs(studio_id, today).subquery()
    return (
        select(
            Person.id, Person.name, Person.kana, first_phone().label("phone"), low.c.free, low.c.ends_on,
            low.c.ended_on, _is_asked().label("is_asked"),
        )
        .join(low, low.c.person_id == Person.id)
        .where(Person.erased_at.is_(None))
    )  # fmt: skip


def _months(studio_id: int, today: date) -> Select[Any]:
    """Monthly plans that end soon with nothing after them, also of those who leave: perhaps they need not."""
    after = aliased(Membership)
    follows = select(after.id).where(
        after.client_id == Membership.client_id, after.id != Membership.id, after.is_monthly,
        after.undone_at.is_(None),
        after.ends_on.is_(None) | (after.ends_on > Membership.ends_on),
    )  # fmt: skip
    free = (
        select(func.coalesce(func.sum(TicketEntry.free), 0))
        .join(TicketGrant, TicketGrant.id == TicketEntry.grant_id)
        .where(TicketGrant.person_id == Person.id)
        .scalar_subquery()
    )
    return (
        select(
            Person.id, Person.name, Person.kana, first_phone().label("phone"), free.label("free"), Membership.ends_on,
            _is_asked().label("is_asked"),
        )
        .join(Client, Client.person_id == Person.id)
        .join(Membership, Membership.client_id == Client.id)
        .join(Plan, Plan.id == Membership.plan_id)
        .where(
            Plan.studio_id == studio_id, Membership.is_monthly, Person.erased_at.is_(None),
            Membership.undone_at.is_(None), ~follows.exists(), Membership.ends_on >= today,
            Membership.ends_on <= today + SOON,
        )
    )  # fmt: skip


def _is_asked() -> ColumnElement[bool]:
    """Whether a task about it is open for the person of the enclosing statement."""
    return exists().where(Todo.person_id == Person.id, Todo.kind == TodoKind.RENEW, Todo.done_at.is_(None))
