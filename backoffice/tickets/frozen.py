"""Frozen days do not count: tickets can be used longer by as many. The ledger follows whatever becomes of a freeze."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.tickets.following import hold_grants
from backoffice.tickets.models import EntryKind, TicketEntry
from backoffice.tickets.queries import lots_of

FROZEN = N_("Frozen days do not count")
THAWED = N_("Fewer days are frozen")


class Frozen(NamedTuple):
    """First and last of some frozen days."""

    first: date
    last: date


class Longer(NamedTuple):
    """A line that stands: by how many days tickets can be used longer because of it."""

    entry_id: int
    days: int


def frozen_end(first: date, last: date, frozen: Iterable[Frozen]) -> date:
    """The last day of use of tickets given from a first to a last day. Pure.

    Frozen spans come in order and do not overlap. Tickets that have ended when a span begins stay as they are.
    """
    for span in frozen:
        begins = max(span.first, first)
        if begins <= min(last, span.last):
            last += span.last - begins + timedelta(days=1)
    return last


def follow_frozen(person_id: int, frozen: Sequence[Frozen], *, by: Actor, now: datetime) -> bool:
    """Make the tickets of a person last longer by their frozen days, or take that back; whether a line was written.

    Asked twice it writes nothing twice. What was too much is reversed, line by line, the newest first.
    """
    hold_grants([person_id])
    has_changed = False
    for lot in lots_of(person_id):
        if lot.expires_on is None:
            continue
        stand = _standing(lot.grant.id)
        if not (lot.free or lot.reserved or stand):
            continue
        agreed = lot.expires_on - timedelta(days=sum(one.days for one in stand))
        wanted = (frozen_end(lot.grant.valid_from, agreed, frozen) - agreed).days
        for entry in _lines(lot.grant.id, lot.expires_on, stand, wanted):
            entry.at = entry.created_at = now
            entry.created_by = by.label
            db.session.add(entry)
            db.session.flush()
            has_changed = True
    return has_changed


def _standing(grant_id: int) -> list[Longer]:
    """The lines of freezes that were not reversed, the oldest first."""
    query = (
        select(TicketEntry)
        .where(TicketEntry.grant_id == grant_id, TicketEntry.expires_on.is_not(None))
        .order_by(TicketEntry.id)
    )
    stand: dict[int, Longer] = {}
    end: date | None = None
    for line in db.session.scalars(query):
        if line.kind == EntryKind.EXTEND and line.reason == FROZEN and end and line.expires_on:
            stand[line.id] = Longer(line.id, (line.expires_on - end).days)
        if line.reverses_id is not None:
            stand.pop(line.reverses_id, None)
        end = line.expires_on
    return list(stand.values())


def _lines(grant_id: int, end: date, stand: Sequence[Longer], wanted: int) -> Iterator[TicketEntry]:
    """What leads from the days that stand to those wanted."""
    left = list(stand)
    while sum(one.days for one in left) > wanted:
        newest = left.pop()
        end -= timedelta(days=newest.days)
        back = _line(grant_id, EntryKind.REVERSE, end, THAWED)
        back.reverses_id = newest.entry_id
        yield back
    more = wanted - sum(one.days for one in left)
    if more:
        yield _line(grant_id, EntryKind.EXTEND, end + timedelta(days=more), FROZEN)


def _line(grant_id: int, kind: EntryKind, until: date, reason: str) -> TicketEntry:
    return TicketEntry(
        grant_id=grant_id, kind=kind.value, free=0, reserved=0, used=0, expires_on=until, reason=reason
    )
