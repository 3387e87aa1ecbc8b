"""The ledger follows the bookings: what a guest's ticket should be, what it is, and the lines between."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.tickets.models import EntryKind, TicketEntry, TicketGrant
from backoffice.tickets.queries import Lot, Standing, lots_of, standings


class Use(StrEnum):
    """What a visit does to a ticket of its guest."""

    NONE = "NONE"
    RESERVED = "RESERVED"
    USED = "USED"


@dataclass(frozen=True)
class Wish:
    """What should be true of one guest of a booking on a day of the studio, and why (a marked text).

    With `at_least_until` a ticket that comes back can be used until that day, also when it would have ended before.
    """

    participant_id: int
    person_id: int
    day: date
    use: Use
    reason: str = ""
    at_least_until: date | None = None


def follow(wishes: Collection[Wish], *, by: Actor, now: datetime) -> bool:
    """Write the lines that make the wishes true; whether there were any. The caller holds the booking.

    Of several grants the one that ends first is taken. Who has no ticket for the day gets none: the visit is shown
    as one without. Nothing is written for what is true already, so it may be asked twice.
    """
    now_are = standings([wish.participant_id for wish in wishes])
    open_wishes = [wish for wish in wishes if _may_change(wish, now_are.get(wish.participant_id))]
    if not open_wishes:
        return False
    lots = _held_lots({wish.person_id for wish in open_wishes})
    has_changed = False
    for wish in open_wishes:
        for entry in _lines(wish, now_are.get(wish.participant_id), lots[wish.person_id]):
            entry.at = entry.created_at = now
            entry.created_by = by.label
            db.session.add(entry)
            has_changed = True
        db.session.flush()
        if has_changed and len(open_wishes) > 1:
            lots[wish.person_id] = lots_of(wish.person_id)
    return has_changed


def _may_change(wish: Wish, is_now: Standing | None) -> bool:
    """Whether there may be something to write; a reserved ticket may be one that ends before the new day."""
    if is_now is None:
        return wish.use is not Use.NONE
    return not (is_now.is_used and wish.use is Use.USED)


def hold_grants(person_ids: Collection[int]) -> None:
    """Hold everything given to these people until the end of the transaction."""
    query = select(TicketGrant.id).where(TicketGrant.person_id.in_(person_ids)).order_by(TicketGrant.id)
    db.session.execute(query.with_for_update())


def _held_lots(person_ids: Collection[int]) -> dict[int, list[Lot]]:
    """The lots of these people, held until the end of the transaction: one ticket is never taken twice."""
    hold_grants(person_ids)
    return {person_id: lots_of(person_id) for person_id in person_ids}


def _lines(wish: Wish, is_now: Standing | None, lots: Sequence[Lot]) -> Iterator[TicketEntry]:
    if is_now is None:
        yield from _taken(wish, lots)
        return
    lot = next((lot for lot in lots if lot.grant.id == is_now.grant_id), None)
    if is_now.is_used and wish.use is not Use.USED:
        yield _use_taken_back(wish, is_now.grant_id)
    if wish.use is Use.USED and not is_now.is_used:
        yield _line(wish, is_now.grant_id, EntryKind.USE, reserved=-1, used=1)
    elif wish.use is Use.NONE:
        yield from _returned(wish, lot, is_now.grant_id)
    elif wish.use is Use.RESERVED and (lot is None or not lot.is_usable_on(wish.day)):
        yield from _returned(wish, lot, is_now.grant_id)
        yield from _taken(wish, lots)


def _taken(wish: Wish, lots: Sequence[Lot]) -> Iterator[TicketEntry]:
    lot = next((lot for lot in lots if lot.free > 0 and lot.is_usable_on(wish.day)), None)
    if lot is None or wish.use is Use.NONE:
        return
    yield _line(wish, lot.grant.id, EntryKind.RESERVE, free=-1, reserved=1)
    if wish.use is Use.USED:
        yield _line(wish, lot.grant.id, EntryKind.USE, reserved=-1, used=1)


def _returned(wish: Wish, lot: Lot | None, grant_id: int) -> Iterator[TicketEntry]:
    yield _line(wish, grant_id, EntryKind.RETURN, free=1, reserved=-1)
    ends, until = None if lot is None else lot.expires_on, wish.at_least_until
    if ends is not None and until is not None and ends < until:
        yield TicketEntry(
            grant_id=grant_id, kind=EntryKind.EXTEND.value, free=0, reserved=0, used=0, expires_on=until,
            reason=wish.reason,
        )  # fmt: skip


def _use_taken_back(wish: Wish, grant_id: int) -> TicketEntry:
    """The use did not happen: the line is reversed, never removed."""
    use = db.session.scalars(
        select(TicketEntry.id)
        .where(TicketEntry.participant_id == wish.participant_id, TicketEntry.kind == EntryKind.USE)
        .order_by(TicketEntry.id.desc())
        .limit(1)
    ).one()
    back = _line(wish, grant_id, EntryKind.REVERSE, reserved=1, used=-1)
    back.reverses_id = use
    return back


def _line(
    wish: Wish, grant_id: int, kind: EntryKind, *, free: int = 0, reserved: int = 0, used: int = 0
) -> TicketEntry:
    return TicketEntry(
        grant_id=grant_id, kind=kind.value, free=free, reserved=reserved, used=used,
        participant_id=wish.participant_id, reason=wish.reason,
    )  # fmt: skip
