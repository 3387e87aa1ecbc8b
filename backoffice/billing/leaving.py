"""The leaving statement: what was charged and paid, what was delivered at the price agreed, and what goes back.

paid − delivered = refund, line by line. A session of a pack is worth the pack's price, less its discounts, divided by
its sessions (whole yen, the rest to the client; all sessions together are worth just the price). Sessions used and
those that ended unused (their last day has passed, or they were taken off without a refund) are delivered, reserved
ones are not. A month that has begun is delivered, one that has
not is not; a deposit goes back; all else was delivered as it was charged.

As of a day means what the books said at its end: invoices and credits issued and money received until then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from backoffice.billing.models import CreditWhy, Invoice, InvoiceLine, LineKind, Payment
from backoffice.core.clock import day_span, local_date
from backoffice.core.db import db
from backoffice.memberships.models import Leaving, Membership
from backoffice.studio.models import Studio
from backoffice.tickets.models import EntryKind, TicketEntry, TicketGrant


class Charge(NamedTuple):
    """A line of the books that was not taken back: what for, yen with tax (discounts below zero), and of which day.

    `back_yen` (below zero) is what of it was taken back when somebody was paid out.
    """

    kind: LineKind
    name_ja: str
    name_en: str
    amount_yen: int
    membership_id: int | None = None
    month_on: date | None = None
    back_yen: int = 0
    line_id: int = 0
    invoice_id: int = 0


class Pack(NamedTuple):
    """What became of the sessions of a pack: how many it had, and how many were used, ended unused, are reserved."""

    sessions: int
    used: int
    ended: int = 0
    reserved: int = 0


class Settled(NamedTuple):
    """A line of the statement in yen; of a pack also the price of one session and how many are delivered.

    `charge` is the line of the books it is about.
    """

    name_ja: str
    name_en: str
    charged_yen: int
    delivered_yen: int
    unit_yen: int | None = None
    delivered: int | None = None
    sessions: int | None = None
    charge: Charge | None = None

    @property
    def goes_back_yen(self) -> int:
        """What of it was charged and not delivered."""
        return max(self.charged_yen - self.delivered_yen, 0)


@dataclass(frozen=True)
class Statement:
    """What somebody is paid back who leaves on a day, or (below zero) still owes."""

    left_on: date
    lines: Sequence[Settled]
    paid_yen: int
    reserved: int

    @property
    def charged_yen(self) -> int:
        """The sum of what was charged."""
        return sum(line.charged_yen for line in self.lines)

    @property
    def delivered_yen(self) -> int:
        """The sum of what was delivered."""
        return sum(line.delivered_yen for line in self.lines)

    @property
    def refund_yen(self) -> int:
        """Paid less delivered; below zero is still owed."""
        return self.paid_yen - self.delivered_yen

    @property
    def mark(self) -> str:
        """Another one as soon as anything in it is another."""
        said = repr(
            (self.left_on, [line._replace(charge=None) for line in self.lines], self.paid_yen, self.reserved)
        )
        return sha256(said.encode()).hexdigest()[:24]


def statement(studio: Studio, person_id: int, left_on: date, *, paid_out: Leaving | None = None) -> Statement:
    """The statement of a person as of the end of a day. Three statements to the database.

    `paid_out`: as it was before that leaving was paid out, if the day is not a later one.
    """
    at = None if paid_out is None else paid_out.settled_at
    if at is not None and left_on > local_date(at, studio.zone):
        at = None
    charges = _charges(studio.id, person_id, left_on, at)
    packs = _packs(person_id, day_span(left_on, studio.zone)[1], at)
    lines = settle(charges, packs, left_on)
    paid_yen, reserved = _paid(studio.id, person_id, left_on, at), sum(one.reserved for one in packs.values())
    return Statement(left_on, lines, paid_yen, reserved)


def moved_later(studio_id: int, person_id: int, day: date) -> bool:
    """Whether anything was charged, taken back, received or paid back after a day. Two statements at most."""
    charged = select(Invoice.id).where(
        Invoice.person_id == person_id, Invoice.studio_id == studio_id, Invoice.issued_on > day
    )
    paid = select(Payment.id).where(
        Payment.person_id == person_id, Payment.studio_id == studio_id, Payment.received_on > day
    )
    return any(db.session.scalar(query.limit(1)) is not None for query in (charged, paid))


def settle(charges: Sequence[Charge], packs: Mapping[int, Pack], left_on: date) -> list[Settled]:
    """What of each charge is delivered by the end of a day, discounts of a pack counted into its price. Pure.

    A discount on a month is delivered with its first month: taken off what was not delivered it would be paid back.
    """
    off: dict[int, int] = {}
    for one in charges:
        if _is_of_pack(one, packs) and one.kind is LineKind.DISCOUNT:
            off[one.membership_id or 0] = off.get(one.membership_id or 0, 0) + one.amount_yen
    begun = {one.membership_id for one in charges if one.kind is LineKind.MONTH and has_begun(one, left_on)}
    ahead = {one.membership_id for one in charges if one.kind is LineKind.MONTH} - begun - {None}
    found = []
    for one in charges:
        if not _is_of_pack(one, packs):
            left = one.amount_yen + one.back_yen
            is_off_ahead = one.kind is LineKind.DISCOUNT and one.membership_id in ahead
            delivered = 0 if is_off_ahead else _delivered(one, left_on)
            found.append(Settled(one.name_ja, one.name_en, left, delivered, charge=one))
        elif one.kind is LineKind.PACK:
            price = one.amount_yen + off.get(one.membership_id or 0, 0)
            found.append(_of_pack(one, price, packs[one.membership_id or 0]))
    return found


def _is_of_pack(one: Charge, packs: Mapping[int, Pack]) -> bool:
    return one.kind in (LineKind.PACK, LineKind.DISCOUNT) and one.membership_id in packs


def _of_pack(one: Charge, price: int, pack: Pack) -> Settled:
    unit, taken = price // pack.sessions, min(pack.used + pack.ended, pack.sessions)
    delivered = price if taken == pack.sessions else unit * taken
    left = price + one.back_yen
    return Settled(one.name_ja, one.name_en, left, delivered, unit, taken, pack.sessions, one)


def _delivered(one: Charge, left_on: date) -> int:
    if one.kind is LineKind.DEPOSIT:
        return 0
    if one.kind in (LineKind.MONTH, LineKind.FREEZE) and not has_begun(one, left_on):
        return 0
    return one.amount_yen + one.back_yen


def has_begun(month: Charge, day: date) -> bool:
    """Whether the month that was charged has begun by the end of a day; what names no month has. Pure."""
    return month.month_on is None or month.month_on <= day


def _charges(studio_id: int, person_id: int, day: date, paid_out_at: datetime | None) -> list[Charge]:
    """Every line of a person that was not taken back by the end of a day, in the order of the books.

    Paying out takes back no more of a line than was not delivered: then it stays, with what went.
    """
    credited, line = aliased(Invoice), aliased(InvoiceLine)
    counts = [credited.issued_on <= day]
    if paid_out_at is not None:
        counts.append(not_(and_(credited.why == CreditWhy.LEFT, credited.created_at == paid_out_at)))
    back = (
        select(line.credits_line_id, (line.quantity * line.unit_price_yen).label("yen"))
        .join(credited, credited.id == line.invoice_id)
        .where(credited.person_id == person_id, credited.credits_id.is_not(None), *counts)
        .subquery("back")
    )
    query = (
        select(InvoiceLine, func.coalesce(back.c.yen, 0))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .outerjoin(back, back.c.credits_line_id == InvoiceLine.id)
        .where(
            Invoice.person_id == person_id, Invoice.studio_id == studio_id, InvoiceLine.credits_line_id.is_(None),
            Invoice.issued_on <= day,
        )
        .order_by(InvoiceLine.id)
    )  # fmt: skip
    return [
        Charge(
            LineKind(line.kind), line.name_ja, line.name_en, line.amount_yen, line.membership_id, line.month_on,
            back_yen, line.id, line.invoice_id,
        )
        for line, back_yen in db.session.execute(query)
        if not back_yen or line.amount_yen + back_yen > 0
    ]  # fmt: skip


def _paid(studio_id: int, person_id: int, day: date, paid_out_at: datetime | None) -> int:
    """What was received until the end of a day less what went back, by the day of the books.

    What paying out wrote is its refunds, and after them what was open elsewhere and paid from them.
    """
    query = select(func.coalesce(func.sum(Payment.amount_yen), 0)).where(
        Payment.person_id == person_id, Payment.studio_id == studio_id, Payment.received_on <= day
    )
    if paid_out_at is not None:
        refund = aliased(Payment)
        first = select(func.min(refund.id)).where(
            refund.person_id == person_id, refund.amount_yen < 0, refund.created_at == paid_out_at
        )
        is_before = Payment.id < func.coalesce(first.scalar_subquery(), Payment.id + 1)
        query = query.where(or_(Payment.created_at != paid_out_at, is_before))
    return int(db.session.execute(query).scalar_one())


def _packs(person_id: int, before: datetime, paid_out_at: datetime | None) -> dict[int, Pack]:
    """What became of the sessions of each pack of a person by an instant."""
    reversed_line = aliased(TicketEntry)
    is_adjusted = (TicketEntry.kind == EntryKind.ADJUST) | (reversed_line.kind == EntryKind.ADJUST)
    expired = func.coalesce(func.sum(TicketEntry.free).filter(TicketEntry.kind == EntryKind.EXPIRE), 0)
    adjusted = func.coalesce(func.sum(TicketEntry.free).filter(is_adjusted), 0)
    # Taken off by hand is not paid back (a refund has a line of its own); what was added makes no session dearer.
    ended = -(expired + func.least(adjusted, 0))
    is_asked: ColumnElement[bool] = true()
    if paid_out_at is not None:
        is_asked = or_(TicketEntry.kind != EntryKind.REFUND, TicketEntry.at != paid_out_at)
    query = (
        select(
            Membership.id, Membership.sessions, func.sum(TicketEntry.used), ended, func.sum(TicketEntry.reserved)
        )
        .join(TicketGrant, TicketGrant.membership_id == Membership.id)
        .join(TicketEntry, TicketEntry.grant_id == TicketGrant.id)
        .outerjoin(reversed_line, reversed_line.id == TicketEntry.reverses_id)
        .where(
            TicketGrant.person_id == person_id, ~Membership.is_monthly, Membership.sessions > 0,
            TicketEntry.at < before, is_asked,
        )
        .group_by(Membership.id)
    )  # fmt: skip
    return {row[0]: Pack(*row[1:]) for row in db.session.execute(query)}
