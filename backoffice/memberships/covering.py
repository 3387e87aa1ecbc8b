"""What the visits of a client have tickets for: those booked ahead that have none yet, and days somebody asks about.

Tickets that a running agreement will bring count too, for the visits in their months: nobody is told that there are
none for December because December has not begun.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select

from backoffice.bookings.ticket_history import Ahead, ahead_without_ticket
from backoffice.clients.models import Client
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.memberships.freezes import frozen_days_of, is_frozen
from backoffice.memberships.models import Freeze, Membership, Plan
from backoffice.memberships.periods import last_day
from backoffice.memberships.tickets import Days, month
from backoffice.studio.models import Studio
from backoffice.tickets.frozen import Frozen, frozen_end
from backoffice.tickets.models import TicketGrant
from backoffice.tickets.queries import Balance, Lot, balance, lots_of_clients


class Found(NamedTuple):
    """A visit (`booking_id` of one that is booked, None of a day that is asked about) and the tickets it would use."""

    day: date
    booking_id: int | None
    lot: Lot | None


@dataclass(frozen=True)
class Cover:
    """What a client can book with on a day of the studio, and their visits that still find no ticket or wait for one.

    `lots` holds what was given and, of months still to begin, what will be; the first to end first.
    """

    balance: Balance
    lots: Sequence[Lot]
    ahead: Sequence[Ahead]

    def found(self, days: Iterable[date] = ()) -> list[Found]:
        """Which tickets the visits ahead, and one more on each of these days, would use; the soonest comes first. Pure.

        The rule is the ledger's (`tickets.following`): of those that can be used on the day the first to end.
        """
        free = {id(lot): lot.free for lot in self.lots}
        visits = [(one.day, one.booking_id) for one in self.ahead] + [(day, None) for day in days]
        found = []
        for day, booking_id in sorted(visits, key=lambda visit: (visit[0], visit[1] is None)):
            lot = next((lot for lot in self.lots if free[id(lot)] > 0 and lot.is_usable_on(day)), None)
            if lot is not None:
                free[id(lot)] -= 1
            found.append(Found(day, booking_id, lot))
        return found

    def without(self, days: Iterable[date]) -> list[date]:
        """Those of some days, booked together, for which there would be no ticket. Pure."""
        return [one.day for one in self.found(days) if one.booking_id is None and one.lot is None]

    def comes_on(self, day: date) -> date | None:
        """When the tickets come that a visit on that day would use; None when they are here or there are none. Pure."""
        lot = next((one.lot for one in self.found([day]) if one.booking_id is None), None)
        return None if lot is None or lot.grant.id is not None else lot.grant.valid_from

    def bookings_without(self) -> list[int]:
        """The bookings ahead for which there is no ticket, and none will come. Pure."""
        return [one.booking_id for one in self.found() if one.booking_id is not None and one.lot is None]


def covers(
    person_ids: Collection[int],
    studio: Studio,
    *,
    days: Collection[date] = (),
    made: Collection[int] = (),
    now: datetime,
) -> dict[int, Cover]:
    """What each of these people can book with who is a client; the others are not in it.

    `days` are those that will be asked about, `made` bookings just made: they count also when they have begun. One
    statement where what was given is enough for all of the days, else four, however many people and days.
    """
    today = local_date(now, studio.zone)
    given = lots_of_clients(person_ids)
    covers = {id_: Cover(balance(lots, day=today), lots, []) for id_, lots in given.items()}
    if not given or (days and not any(cover.without(days) for cover in covers.values())):
        return covers
    ahead: dict[int, list[Ahead]] = {}
    for one in ahead_without_ticket(list(given), studio, also=made, now=now):
        ahead.setdefault(one.person_id, []).append(one)
    last = max([today, *days, *(one.day for visits in ahead.values() for one in visits)])
    coming = _coming(list(given), studio, today, last)
    return {
        id_: Cover(cover.balance, sorted([*cover.lots, *coming.get(id_, [])], key=_ends), ahead.get(id_, []))
        for id_, cover in covers.items()
    }


def _ends(lot: Lot) -> tuple[date, date]:
    return lot.expires_on or date.max, lot.grant.valid_from


def _coming(person_ids: Sequence[int], studio: Studio, today: date, last: date) -> dict[int, list[Lot]]:
    """The tickets that agreements will bring from today on for days until a last one, as lots nobody has yet.

    Today too: a month is given by the hourly sweep, some time after midnight. What was given already is left out.
    A month that begins before somebody's last day can be used to its own end, and longer by the days they rest.
    """
    given_on = select(func.array_agg(TicketGrant.valid_from)).where(
        TicketGrant.membership_id == Membership.id
    )
    query = (
        select(Membership, Client.person_id, given_on.scalar_subquery(), Freeze)
        .join(Client, Client.id == Membership.client_id)
        .join(Plan, Plan.id == Membership.plan_id)
        .outerjoin(Freeze, (Freeze.membership_id == Membership.id) & Freeze.cancelled_at.is_(None))
        .where(
            Client.person_id.in_(person_ids), Plan.studio_id == studio.id, Membership.sessions > 0,
            Membership.undone_at.is_(None),
            or_(Membership.is_monthly, Membership.replaces_id.is_not(None)),
            or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
        )
    )  # fmt: skip
    agreements: dict[Membership, tuple[int, list[date], list[Freeze]]] = {}
    for membership, person_id, have, freeze in db.session.execute(query):
        agreements.setdefault(membership, (person_id, have or [], []))[2].extend([freeze] if freeze else [])
    frozen = frozen_days_of(person_ids, today)
    coming: dict[int, list[Lot]] = {}
    for membership, (person_id, have, freezes) in agreements.items():
        if not have and membership.replaces_id is None:
            continue  # began before there were tickets: its months are given by hand
        for days in _days_to_come(membership, freezes, today, last):
            if days.first not in have:
                grant = TicketGrant(person_id=person_id, valid_from=days.first)
                ends = _end(days, frozen.get(person_id, []))
                coming.setdefault(person_id, []).append(Lot(grant, membership.sessions, 0, 0, ends))
    return coming


def _end(days: Days, frozen: Sequence[Frozen]) -> date | None:
    return None if days.last is None else frozen_end(days.first, days.last, frozen)


def _days_to_come(
    membership: Membership, freezes: Sequence[Freeze], today: date, last: date
) -> Iterable[Days]:
    """The months of an agreement (a pack that follows a change of plan: its days) that begin today or later. Pure."""
    if not membership.is_monthly:
        months = membership.valid_months
        ends = None if months is None else last_day(membership.starts_on, months)
        if membership.starts_on >= today:
            yield Days(membership.starts_on, ends)
        return
    until = last if membership.ends_on is None else min(last, membership.ends_on)
    number = 0
    while (days := month(membership, number)).first <= until:
        number += 1
        if days.first >= today and is_frozen(freezes, days.first) is None:
            yield days
