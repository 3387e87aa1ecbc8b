"""Questions about tickets. A balance is always a sum over the ledger, so it can be asked for any moment."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import aliased

from backoffice.clients.models import Client
from backoffice.core.db import any_of_ids, db
from backoffice.core.errors import NotFound
from backoffice.tickets.models import TicketEntry, TicketGrant


class Lot(NamedTuple):
    """What is left of one grant: tickets free, reserved for bookings, used; and the last day of use (None: no end)."""

    grant: TicketGrant
    free: int
    reserved: int
    used: int
    expires_on: date | None

    def is_usable_on(self, day: date) -> bool:
        """Whether a visit on that day may use one of these tickets."""
        return self.grant.valid_from <= day and (self.expires_on is None or day <= self.expires_on)


class Balance(NamedTuple):
    """The tickets of a person: free to book with, reserved for bookings ahead, and the next day some of them end."""

    free: int
    reserved: int
    next_end: date | None


class Standing(NamedTuple):
    """Where one guest's ticket of a booking stands: its grant, and whether it is used by now."""

    grant_id: int
    is_used: bool


def lots_of(person_id: int, *, at: datetime | None = None) -> list[Lot]:
    """Every grant of a person with what is left of it, as of a moment (None: now), the first to end first."""
    return _lots(TicketGrant.person_id == person_id, at=at)


def lots(grant_ids: Collection[int]) -> list[Lot]:
    """What is left of these grants, the first to end first."""
    return _lots(TicketGrant.id.in_(grant_ids), at=None) if grant_ids else []


def lot_of(grant_id: int, person_id: int, studio_id: int) -> Lot:
    """What is left of one grant of a person at a studio. Raises `NotFound`."""
    found = _lots(
        (TicketGrant.id == grant_id)
        & (TicketGrant.person_id == person_id)
        & (TicketGrant.studio_id == studio_id),
        at=None,
    )
    if not found:
        raise NotFound
    return found[0]


def balance_of(person_id: int, *, day: date, at: datetime | None = None) -> Balance:
    """The tickets of a person on a day of the studio: those that can still be used on it or later."""
    return balance(lots_of(person_id, at=at), day=day)


def balance(lots: Sequence[Lot], *, day: date) -> Balance:
    """The sum of some lots on a day: those that have ended count no more, whether that was written down yet or not."""
    live = [lot for lot in lots if lot.expires_on is None or lot.expires_on >= day]
    ends = [lot.expires_on for lot in live if lot.expires_on is not None and lot.free]
    return Balance(
        sum(lot.free for lot in live), sum(lot.reserved for lot in lots), min(ends) if ends else None
    )


def lots_of_clients(person_ids: Collection[int]) -> dict[int, list[Lot]]:
    """The lots of each of these people who is a client, first to end first; the others are not in it. One statement."""
    if not person_ids:
        return {}
    entry = TicketEntry
    query = (
        select(
            Client.person_id, TicketGrant, func.sum(entry.free), func.sum(entry.reserved), func.sum(entry.used),
            last_day(),
        )
        .outerjoin(TicketGrant, TicketGrant.person_id == Client.person_id)
        .outerjoin(entry, entry.grant_id == TicketGrant.id)
        .where(Client.person_id.in_(person_ids))
        .group_by(Client.person_id, TicketGrant.id)
    )  # fmt: skip
    found: dict[int, list[Lot]] = {}
    for person_id, *lot in db.session.execute(query):
        found.setdefault(person_id, []).extend([Lot._make(lot)] if lot[0] is not None else [])
    return {person_id: _in_order(lots) for person_id, lots in found.items()}


def balances(person_ids: Collection[int], *, day: date) -> dict[int, Balance]:
    """The balance of each of these people who was ever given a ticket. One statement: `balance`, by the database."""
    if not person_ids:
        return {}
    lots = _lots_left(person_ids).subquery()
    is_live = lots.c.ends_on.is_(None) | (lots.c.ends_on >= day)
    query = select(
        lots.c.person_id,
        func.coalesce(func.sum(lots.c.free).filter(is_live), 0),
        func.sum(lots.c.reserved),
        func.min(lots.c.ends_on).filter(is_live, lots.c.free > 0),
    ).group_by(lots.c.person_id)
    return {row[0]: Balance(int(row[1]), int(row[2]), row[3]) for row in db.session.execute(query)}


def ending_next(person_ids: Collection[int], *, day: date) -> dict[int, int]:
    """Free tickets of each of these people that end on the first day on which some do (`next_end`). One statement."""
    if not person_ids:
        return {}
    lots = _lots_left(person_ids).cte("lots")
    first = (
        select(lots.c.person_id, func.min(lots.c.ends_on).label("ends_on"))
        .where(lots.c.ends_on >= day, lots.c.free > 0)
        .group_by(lots.c.person_id)
        .subquery("first")
    )
    query = (
        select(lots.c.person_id, func.sum(lots.c.free))
        .join(first, (first.c.person_id == lots.c.person_id) & (first.c.ends_on == lots.c.ends_on))
        .group_by(lots.c.person_id)
    )
    return {person_id: int(free) for person_id, free in db.session.execute(query)}


def _lots_left(person_ids: Collection[int]) -> Select[int, int, int, date | None]:
    """What is left of every grant of these people, and the last day of its use."""
    return (
        select(
            TicketGrant.person_id, func.sum(TicketEntry.free).label("free"),
            func.sum(TicketEntry.reserved).label("reserved"), last_day().label("ends_on"),
        )
        .join(TicketEntry, TicketEntry.grant_id == TicketGrant.id)
        .where(TicketGrant.person_id == any_of_ids(person_ids))
        .group_by(TicketGrant.id)
    )  # fmt: skip


def lots_of_people(person_ids: Collection[int]) -> dict[int, list[Lot]]:
    """The lots of each of these people who was ever given a ticket, the first to end first. One statement."""
    found: dict[int, list[Lot]] = {}
    for lot in _lots(TicketGrant.person_id.in_(person_ids), at=None):
        found.setdefault(lot.grant.person_id, []).append(lot)
    return found


def standings(participant_ids: Collection[int]) -> dict[int, Standing]:
    """Where the ticket of each of these guests stands; who has none is not in it. One statement."""
    if not participant_ids:
        return {}
    rows = db.session.execute(
        select(
            TicketEntry.participant_id, TicketEntry.grant_id, func.sum(TicketEntry.used)
        )
        .where(TicketEntry.participant_id.in_(participant_ids))
        .group_by(TicketEntry.participant_id, TicketEntry.grant_id)
        .having(func.sum(TicketEntry.reserved) + func.sum(TicketEntry.used) > 0)
    )  # fmt: skip
    return {participant: Standing(grant, used > 0) for participant, grant, used in rows if participant}


def entries_of(person_id: int, *, at: datetime | None = None) -> list[tuple[TicketEntry, TicketGrant]]:
    """The lines of a person's ledger, in the order in which they hold."""
    query = (
        select(TicketEntry, TicketGrant)
        .join(TicketGrant, TicketGrant.id == TicketEntry.grant_id)
        .where(TicketGrant.person_id == person_id, *_until(at))
        .order_by(TicketEntry.at, TicketEntry.id)
    )
    return [(entry, grant) for entry, grant in db.session.execute(query)]


def _lots(which: ColumnElement[bool], *, at: datetime | None) -> list[Lot]:
    rows = db.session.execute(_sums(which, at)).all()
    return _in_order(Lot._make(row) for row in rows)


def _in_order(lots: Iterable[Lot]) -> list[Lot]:
    """The order in which they are used: the first to end first."""
    return sorted(lots, key=lambda lot: (lot.expires_on or date.max, lot.grant.id))


def last_day(at: datetime | None = None) -> ScalarSelect[date | None]:
    """The last day of use of the grant of an enclosing statement: what the latest line that names one says."""
    line = aliased(TicketEntry)
    named = (line.grant_id == TicketGrant.id, line.expires_on.is_not(None))
    until = () if at is None else (line.at <= at,)
    query = select(line.expires_on).where(*named, *until).order_by(line.id.desc()).limit(1)
    return query.correlate(TicketGrant).scalar_subquery()


def _sums(which: ColumnElement[bool], at: datetime | None) -> Select[TicketGrant, int, int, int, date | None]:
    entry = TicketEntry
    return (
        select(
            TicketGrant, func.sum(entry.free), func.sum(entry.reserved), func.sum(entry.used), last_day(at)
        )
        .join(entry, entry.grant_id == TicketGrant.id)
        .where(which, *_until(at))
        .group_by(TicketGrant.id)
    )


def _until(at: datetime | None) -> tuple[ColumnElement[bool], ...]:
    return () if at is None else (TicketEntry.at <= at,)
