"""The tickets an agreement brings: those of a pack at once, those of a month when the month begins.

A month that would begin in a freeze brings none.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select

from backoffice.bookings.ticket_steps import catch_up
from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.memberships.freezes import freezes_of, frozen_days, is_frozen
from backoffice.memberships.models import Freeze, Membership, Plan
from backoffice.memberships.periods import begun, last_day, months_after
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from backoffice.tickets.actions import Given, grant
from backoffice.tickets.frozen import follow_frozen
from backoffice.tickets.models import TicketGrant


class Days(NamedTuple):
    """First and last day of use; without a last one there is no end."""

    first: date
    last: date | None


def give_first(
    membership: Membership, person_id: int, studio: Studio, *, off_yen: int = 0, by: Actor, now: datetime
) -> None:
    """The tickets of a pack or of the first month, reserved at once for the visits that are booked.

    `off_yen` was taken off their price: one of them is worth that much less.
    """
    if not membership.sessions:
        return
    if membership.is_monthly:
        _give(membership, person_id, studio.id, month(membership, 0), off_yen=off_yen, by=by, now=now)
    else:
        months = membership.valid_months
        ends = None if months is None else last_day(membership.starts_on, months)
        days = Days(membership.starts_on, ends)
        _grant(membership, person_id, studio.id, days, off_yen=off_yen, by=by, now=now)
    _settle(person_id, studio, by=by, now=now)


def begin_changed(studio: Studio, *, by: Actor, now: datetime) -> int:
    """Give the first tickets of agreements that a change of plan began by now; how many there were."""
    query = (
        select(Membership, Client.person_id)
        .join(Client, Client.id == Membership.client_id)
        .join(Plan, Plan.id == Membership.plan_id)
        .join(Person, Person.id == Client.person_id)
        .outerjoin(TicketGrant, TicketGrant.membership_id == Membership.id)
        .where(
            Person.erased_at.is_(None), Plan.studio_id == studio.id, Membership.replaces_id.is_not(None),
            Membership.starts_on <= local_date(now, studio.zone), TicketGrant.id.is_(None), Membership.sessions > 0,
        )
        .order_by(Membership.id)
        .with_for_update(of=Membership)
    )  # fmt: skip
    begun_now = db.session.execute(query).all()
    for membership, person_id in begun_now:
        give_first(membership, person_id, studio, by=by, now=now)
    return len(begun_now)


def give_months(studio: Studio, *, by: Actor, now: datetime) -> int:
    """Give the tickets of every month that has begun, can still be used and has none yet; how many months there were.

    Asked twice it gives nothing twice.
    """
    today = local_date(now, studio.zone)
    query = (
        select(Membership, Client.person_id, func.array_agg(TicketGrant.valid_from))
        .join(Client, Client.id == Membership.client_id)
        .join(Plan, Plan.id == Membership.plan_id)
        .join(Person, Person.id == Client.person_id)
        # Whoever began before there were tickets has none of their months here: those are given by hand.
        .join(TicketGrant, TicketGrant.membership_id == Membership.id)
        .where(
            Person.erased_at.is_(None), Plan.studio_id == studio.id, Membership.is_monthly, Membership.sessions > 0,
            Membership.starts_on <= today, Membership.undone_at.is_(None),
            or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
        )
        .group_by(Membership.id, Client.person_id)
        .order_by(Membership.id)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    freezes = freezes_of([membership.id for membership, _person_id, _have in rows])
    count = 0
    for membership, person_id, have in rows:
        months = _usable_months(membership, freezes[membership.id], today)
        missing = [days for days in months if days.first not in have]
        given = sum(_give(membership, person_id, studio.id, days, by=by, now=now) for days in missing)
        if given:
            _settle(person_id, studio, by=by, now=now)
        count += given
    return count


def month(membership: Membership, number: int) -> Days:
    """When the tickets of a month (0 is the first) can be used: in that month and as long as they are carried over."""
    last = last_day(membership.starts_on, number + 1 + membership.carries_months)
    return Days(months_after(membership.starts_on, number), last)


def _usable_months(membership: Membership, freezes: Sequence[Freeze], today: date) -> list[Days]:
    """The months that have begun, not in a freeze, and whose tickets can be used today."""
    latest = begun(membership.starts_on, today)
    earliest = max(0, latest - 1 - membership.carries_months)
    months = [month(membership, number) for number in range(earliest, latest)]
    return [days for days in months if is_frozen(freezes, days.first) is None]


def _settle(person_id: int, studio: Studio, *, by: Actor, now: datetime) -> None:
    """What was just given lasts as the freezes of the person say, and goes to visits that have no ticket."""
    follow_frozen(person_id, frozen_days(person_id, local_date(now, studio.zone)), by=by, now=now)
    catch_up(person_id, studio, by=by, now=now)


def _give(
    membership: Membership,
    person_id: int,
    studio_id: int,
    days: Days,
    *,
    off_yen: int = 0,
    by: Actor,
    now: datetime,
) -> int:
    """The tickets of one month, unless they were given."""
    db.session.get(Membership, membership.id, with_for_update=True)
    same = (TicketGrant.membership_id == membership.id, TicketGrant.valid_from == days.first)
    if db.session.scalar(select(TicketGrant.id).where(*same)) is not None:
        return 0
    _grant(membership, person_id, studio_id, days, off_yen=off_yen, by=by, now=now)
    return 1


def _grant(
    membership: Membership,
    person_id: int,
    studio_id: int,
    days: Days,
    *,
    off_yen: int,
    by: Actor,
    now: datetime,
) -> None:
    each = max(membership.price_yen - off_yen, 0) // membership.sessions
    given = Given(
        membership.sessions,
        membership.name_ja,
        membership.name_en,
        each,
        days.first,
        days.last,
        membership.id,
    )
    grant(person_id, given, studio_id=studio_id, by=by, now=now)
