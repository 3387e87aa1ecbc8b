"""What staff do to a ledger by hand: give, extend, refund, correct, reverse. Nothing is ever changed or removed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.clock import at_local, local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, NotFound
from backoffice.core.language import N_
from backoffice.studio.models import Studio
from backoffice.tickets.models import EntryKind, TicketEntry, TicketGrant
from backoffice.tickets.queries import Lot, last_day, lots

MOST = 200
LONGEST_NOTE = 300
FARTHEST = timedelta(days=3 * 366)

EXPIRED = N_("Its last day has passed.")
BY_HAND = (EntryKind.GRANT, EntryKind.EXTEND, EntryKind.REFUND, EntryKind.ADJUST)
NUMBER = N_("Please enter a number of tickets from 1 to %(most)s.")
WHY = N_("Please say why.")
EARLIER = N_("The new last day has to be later than %(day)s.")
LATER_DAY = N_("A later line sets the last day. Please take that one back first.")
TOO_FAR = N_("A last day more than three years ahead is not possible.")


class NotThatMany(DomainError):
    """Fewer tickets are free than that."""

    status = 409
    message = N_("Only %(free)s of these tickets are free; the others are used or reserved for bookings.")


class NotReversible(DomainError):
    """The line follows a booking or a freeze, or was reversed before."""

    status = 409
    message = N_(
        "This line follows a booking or a freeze, or was reversed already. Please change the booking or the freeze."
    )


@dataclass(frozen=True)
class Given:
    """Tickets to give: how many, what they are called, yen each (tax included), first and last day of use."""

    count: int
    name_ja: str
    name_en: str
    unit_price_yen: int
    valid_from: date
    expires_on: date | None = None
    membership_id: int | None = None


def grant(
    person_id: int, given: Given, *, studio_id: int, note: str = "", by: Actor, now: datetime
) -> TicketGrant:
    """Give a person tickets. Refuses (Invalid) none or more than 200, a last day before the first or after years."""
    if not 1 <= given.count <= MOST:
        raise Invalid(NUMBER, field="count", most=MOST)
    if given.expires_on is not None and given.expires_on < given.valid_from:
        raise Invalid(EARLIER, field="expires_on", day=given.valid_from)
    if given.expires_on is not None and given.expires_on > given.valid_from + FARTHEST:
        raise Invalid(TOO_FAR, field="expires_on")
    row = TicketGrant(
        studio_id=studio_id, person_id=person_id, membership_id=given.membership_id, name_ja=given.name_ja,
        name_en=given.name_en, unit_price_yen=given.unit_price_yen, valid_from=given.valid_from, created_at=now,
        created_by=by.label,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    line = _line(row.id, EntryKind.GRANT, free=given.count, expires_on=given.expires_on, note=note)
    _add(line, row, by=by, now=now)
    return row


def extend(grant_id: int, until: date, *, note: str, by: Actor, now: datetime) -> None:
    """Let tickets be used longer. Refuses (Invalid) an earlier day, or no reason."""
    lot = _held(grant_id)
    if lot.expires_on is None or until <= lot.expires_on:
        raise Invalid(EARLIER, field="until", day=lot.expires_on or "–")
    if until > now.date() + FARTHEST:
        raise Invalid(TOO_FAR, field="until")
    _add(_line(grant_id, EntryKind.EXTEND, expires_on=until, note=_why(note)), lot.grant, by=by, now=now)


def refund(grant_id: int, count: int, *, note: str, by: Actor, now: datetime) -> None:
    """Take tickets back that are paid back. Refuses (NotThatMany) more than are free."""
    _take(grant_id, count, EntryKind.REFUND, note, by=by, now=now)


def adjust(grant_id: int, change: int, *, note: str, by: Actor, now: datetime) -> None:
    """Correct a number by so many, up or down, with a reason. Refuses (NotThatMany) below nothing."""
    if change < 0:
        _take(grant_id, -change, EntryKind.ADJUST, note, by=by, now=now)
        return
    if not 1 <= change <= MOST:
        raise Invalid(NUMBER, field="count", most=MOST)
    lot = _held(grant_id)
    _add(_line(grant_id, EntryKind.ADJUST, free=change, note=_why(note)), lot.grant, by=by, now=now)


def reverse(entry_id: int, *, note: str, by: Actor, now: datetime) -> None:
    """Take back a line that was written by hand, with a line that says the opposite.

    Refuses (NotReversible) what follows a booking and what was reversed; (NotThatMany) when the tickets are in use.
    """
    entry = db.session.get(TicketEntry, entry_id)
    if entry is None:
        raise NotFound
    lot = _held(entry.grant_id)
    was_reversed = select(TicketEntry.id).where(TicketEntry.reverses_id == entry.id)
    if not is_by_hand(entry) or db.session.scalar(was_reversed) is not None:
        raise NotReversible
    if lot.free - entry.free < 0:
        raise NotThatMany(free=lot.free)
    if entry.kind == EntryKind.EXTEND and entry.expires_on != lot.expires_on:
        raise NotReversible(LATER_DAY)
    line = _line(entry.grant_id, EntryKind.REVERSE, free=-entry.free, note=_why(note))
    line.reverses_id = entry.id
    if entry.kind == EntryKind.EXTEND:
        line.expires_on = _end_before(entry)
    _add(line, lot.grant, by=by, now=now)


def is_by_hand(entry: TicketEntry) -> bool:
    """Whether somebody wrote this line; those that follow a booking or a freeze say why in words of ours. Pure."""
    return entry.kind in BY_HAND and not entry.reason


def expire(*, by: Actor, now: datetime) -> int:
    """Write down which tickets have ended, each from the end of its last day; how many grants there were.

    What came back after that day ends when it came: on no day are there fewer tickets than none.
    """
    free = select(func.sum(TicketEntry.free)).where(TicketEntry.grant_id == TicketGrant.id).scalar_subquery()
    today = func.date(func.timezone(Studio.zone, now))
    query = (
        select(TicketGrant.id)
        .join(Studio, Studio.id == TicketGrant.studio_id)
        .where(last_day() < today, free > 0)
        .order_by(TicketGrant.id)
        .with_for_update(of=TicketGrant, skip_locked=True)
    )
    zones: dict[int, str] = {}
    ended = 0
    grant_ids = db.session.scalars(query).all()
    newest = _newest_lines(grant_ids)
    for lot in lots(grant_ids):
        zone = zones.setdefault(lot.grant.studio_id, db.session.get_one(Studio, lot.grant.studio_id).zone)
        if lot.expires_on is None or lot.free <= 0 or lot.expires_on >= local_date(now, zone):
            continue  # somebody changed it while we waited
        line = _line(lot.grant.id, EntryKind.EXPIRE, free=-lot.free)
        line.reason = EXPIRED
        end = at_local(lot.expires_on + timedelta(days=1), datetime.min.time(), zone)
        line.at = max(end, newest[lot.grant.id])
        line.created_at, line.created_by = now, by.label
        db.session.add(line)
        ended += 1
    db.session.flush()
    return ended


def _newest_lines(grant_ids: Collection[int]) -> dict[int, datetime]:
    """From when the newest line of each of these grants holds."""
    query = select(TicketEntry.grant_id, func.max(TicketEntry.at)).where(TicketEntry.grant_id.in_(grant_ids))
    return {row[0]: row[1] for row in db.session.execute(query.group_by(TicketEntry.grant_id))}


def _take(grant_id: int, count: int, kind: EntryKind, note: str, *, by: Actor, now: datetime) -> None:
    if not 1 <= count <= MOST:
        raise Invalid(NUMBER, field="count", most=MOST)
    lot = _held(grant_id)
    if lot.free < count:
        raise NotThatMany(free=lot.free)
    _add(_line(grant_id, kind, free=-count, note=_why(note)), lot.grant, by=by, now=now)


def _held(grant_id: int) -> Lot:
    """One grant with its sums, held until the end of the transaction."""
    if db.session.get(TicketGrant, grant_id, with_for_update=True, populate_existing=True) is None:
        raise NotFound
    return lots([grant_id])[0]


def _end_before(entry: TicketEntry) -> date | None:
    """The last day of use as it was before a line that changed it."""
    query = select(TicketEntry.expires_on).where(
        TicketEntry.grant_id == entry.grant_id, TicketEntry.id < entry.id, TicketEntry.expires_on.is_not(None)
    )
    return db.session.scalar(query.order_by(TicketEntry.id.desc()).limit(1))


def _line(
    grant_id: int, kind: EntryKind, *, free: int = 0, expires_on: date | None = None, note: str = ""
) -> TicketEntry:
    return TicketEntry(
        grant_id=grant_id, kind=kind.value, free=free, reserved=0, used=0, expires_on=expires_on, reason="",
        note=plain_text(note, LONGEST_NOTE) or None,
    )  # fmt: skip


def _add(line: TicketEntry, row: TicketGrant, *, by: Actor, now: datetime) -> None:
    line.at = line.created_at = now
    line.created_by = by.label
    db.session.add(line)
    db.session.flush()
    after: dict[str, Any] = {"kind": line.kind, "tickets": line.free, "expires_on": line.expires_on}
    record("tickets.written", "ticket_grant", row.id, person_id=row.person_id, by=by, now=now, after=after)


def _why(note: str) -> str:
    if not note.strip():
        raise Invalid(WHY, field="note")
    return note
