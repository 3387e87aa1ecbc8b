"""Paying somebody out who has left: the leaving statement becomes rows of books and ledger, once, or nothing.

What was not delivered is taken back, line by line; the tickets of those packs are taken off the ledger; what was paid
too much goes back, and what else is open is paid from it. Afterwards paid − delivered is 0, or what is owed still.
Nobody takes this back as a whole: what was wrong is corrected by rows of its own, in the account and the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from backoffice.billing import actions
from backoffice.billing.days import first_open_day
from backoffice.billing.leaving import Charge, Settled, Statement, moved_later, statement
from backoffice.billing.models import CreditWhy, Invoice, LineKind, PaymentKind
from backoffice.billing.queries import Item, items_of, payments_of
from backoffice.clients.models import Client
from backoffice.core.audit import Actor, record
from backoffice.core.clock import day_span, local_date
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, NotFound
from backoffice.core.language import N_
from backoffice.memberships.models import Leaving
from backoffice.memberships.queries import leaving_of
from backoffice.studio.models import Studio
from backoffice.tickets import actions as ledger
from backoffice.tickets.models import TicketEntry, TicketGrant
from backoffice.tickets.queries import Lot, lots_of

NOT_GONE = N_("Their last day is still to come.")
OTHER_DAY = N_("It is paid out as of a day from their last one to today.")
BY_HAND = N_("The books do not allow to take that much back. Please settle it in the account by hand.")


class Changed(DomainError):
    """The statement is not the one that was looked at."""

    status = 409
    message = N_("Something has changed since the statement was opened. Please look at it again.")


class SettledAlready(DomainError):
    """Somebody paid it out before."""

    status = 409
    message = N_("This was paid out already.")


class BookingsFirst(DomainError):
    """Tickets are reserved for bookings nobody decided about."""

    status = 409
    message = N_("Tickets reserved for bookings: %(n)s. Please decide about the bookings first.")


class UsedLater(DomainError):
    """Tickets were used after the day of the statement."""

    status = 409
    message = N_("Tickets were used after that day. Please choose a later day for the statement.")


class MoneyLater(DomainError):
    """Something was charged, received or paid back after the day of the statement."""

    status = 409
    message = N_("Money moved after that day. Please choose a later day for the statement.")


@dataclass(frozen=True)
class PayOut:
    """What was looked at and decided: the statement's day and mark, how the money goes back, and why."""

    day: date
    mark: str
    kind: PaymentKind
    reason: str


def pay_out(studio: Studio, person_id: int, decided: PayOut, *, by: Actor, now: datetime) -> Leaving:
    """Write the leaving statement of a day into books and ledger, once.

    Raises `NotFound` for who has no last day, `SettledAlready`, `Changed` when it is not what was looked at,
    `BookingsFirst`, `UsedLater`, `MoneyLater`, `DayClosed`; refuses (Invalid) a day before the last one
    or to come, and no reason.
    """
    leaving = _held(person_id)
    if leaving.settled_at is not None:
        raise SettledAlready
    _check_day(decided.day, leaving, local_date(now, studio.zone))
    made, lots = statement(studio, person_id, decided.day), packs_left(studio.id, person_id)
    if made.mark != decided.mark:
        raise Changed
    if moved_later(studio.id, person_id, decided.day):
        raise MoneyLater
    _check_tickets(studio, person_id, decided.day, lots)
    for lot in taken_off(made, lots):
        ledger.refund(lot.grant.id, lot.free, note=decided.reason, by=by, now=now)
    _take_back(studio.id, person_id, made, decided.reason, by=by, now=now)
    _even_out(studio, person_id, decided, by=by, now=now)
    leaving.settled_at, leaving.settled_by, leaving.refund_yen = now, by.label, made.refund_yen
    leaving.version += 1
    db.session.flush()
    after = {"refund_yen": made.refund_yen, "kind": decided.kind.value}
    record("leaving.paid_out", "leaving", leaving.id, person_id=person_id, by=by, now=now, after=after)
    return leaving


def packs_left(studio_id: int, person_id: int) -> list[Lot]:
    """What is left of each pack and month of a person at a studio, as of now."""
    return [
        lot
        for lot in lots_of(person_id)
        if lot.grant.studio_id == studio_id and lot.grant.membership_id is not None
    ]


def taken_off(made: Statement, lots: Sequence[Lot]) -> list[Lot]:
    """Those of some lots whose free tickets are paid back by a statement. Pure."""
    packs = {
        line.charge.membership_id
        for line in made.lines
        if line.unit_yen is not None and line.charge is not None
    }
    return [lot for lot in lots if lot.free and lot.grant.membership_id in packs]


def paid_by_way(person_id: int, studio_id: int) -> dict[PaymentKind, int]:
    """How what was received and did not go back was paid, in yen, the most first."""
    ways: dict[PaymentKind, int] = {}
    for one in payments_of(person_id, studio_id):
        if one.payment.amount_yen > 0 and one.left_yen > 0:
            kind = PaymentKind(one.payment.kind)
            ways[kind] = ways.get(kind, 0) + one.left_yen
    return dict(sorted(ways.items(), key=lambda way: -way[1]))


def _held(person_id: int) -> Leaving:
    """The leaving, held with everything that is counted: client, invoices and tickets, until the transaction ends."""
    client = db.session.scalar(
        select(Client)
        .where(Client.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    leaving = None if client is None else leaving_of(client.id)
    if leaving is None:
        raise NotFound
    db.session.refresh(leaving, with_for_update=True)
    for rows in (Invoice, TicketGrant):
        db.session.execute(
            select(rows.id)
            .where(rows.person_id == person_id)
            .order_by(rows.id)
            .with_for_update(key_share=True)
        )
    return leaving


def _check_day(day: date, leaving: Leaving, today: date) -> None:
    if today < leaving.left_on:
        raise Invalid(NOT_GONE)
    if not leaving.left_on <= day <= today:
        raise Invalid(OTHER_DAY)


def _check_tickets(studio: Studio, person_id: int, day: date, lots: Sequence[Lot]) -> None:
    reserved = sum(lot.reserved for lot in lots)
    if reserved:
        raise BookingsFirst(n=reserved)
    later = (
        select(func.coalesce(func.sum(TicketEntry.used), 0))
        .join(TicketGrant, TicketGrant.id == TicketEntry.grant_id)
        .where(
            TicketGrant.person_id == person_id, TicketGrant.studio_id == studio.id,
            TicketEntry.at >= day_span(day, studio.zone)[1],
        )
    )  # fmt: skip
    if db.session.scalar(later):
        raise UsedLater


def _take_back(
    studio_id: int, person_id: int, made: Statement, reason: str, *, by: Actor, now: datetime
) -> None:
    """Take back what was charged and not delivered, an invoice at a time."""
    back: dict[int, dict[int, int]] = {}
    for line in made.lines:
        if line.charge is not None and line.goes_back_yen:
            back.setdefault(line.charge.invoice_id, {})[line.charge.line_id] = line.goes_back_yen
    _credited_trial(back, made.lines, items_of(person_id, studio_id))
    for invoice_id, yen_by_line in sorted(back.items()):
        actions.take_back_parts(invoice_id, yen_by_line, why=CreditWhy.LEFT, reason=reason, by=by, now=now)


def _credited_trial(back: dict[int, dict[int, int]], lines: Sequence[Settled], found: Sequence[Item]) -> None:
    """A trial fee that was credited paid a part of the pack: if the pack goes back as a whole, so does that fee.

    Raises `Invalid` when an invoice asks for less than goes back for any other reason.
    """
    due = {item.invoice.id: item.due_yen for item in found}
    charges = [line.charge for line in lines if line.charge is not None]
    for invoice_id, of_invoice in list(back.items()):
        over = sum(of_invoice.values()) - due[invoice_id]
        if over <= 0:
            continue
        credit = next(
            (one for one in charges if one.invoice_id == invoice_id and one.kind is LineKind.TRIAL_CREDIT),
            None,
        )
        trial = None if credit is None else _trial(charges, -credit.amount_yen)
        if credit is None or trial is None or over > -credit.amount_yen:
            raise Invalid(BY_HAND)
        of_invoice[credit.line_id] = credit.amount_yen
        back.setdefault(trial.invoice_id, {})[trial.line_id] = -credit.amount_yen


def _trial(charges: Sequence[Charge], yen: int) -> Charge | None:
    """The newest trial that was charged and not taken back, if its fee is as high as that."""
    trials = [one for one in charges if one.kind is LineKind.TRIAL and one.amount_yen + one.back_yen >= yen]
    return trials[-1] if trials else None


def _even_out(studio: Studio, person_id: int, decided: PayOut, *, by: Actor, now: datetime) -> None:
    """Pay back what is paid too much on some invoices, and with it pay what is open of others."""
    received_on = first_open_day(studio.id, local_date(now, studio.zone))
    went = 0
    for item in items_of(person_id, studio.id):
        if item.open_yen < 0:
            _refund(item, person_id, decided, received_on, by=by, now=now)
            went -= item.open_yen
    still_open = [item for item in items_of(person_id, studio.id) if item.open_yen > 0]
    kept = min(went, sum(item.open_yen for item in still_open))
    if kept:
        ids = [item.invoice.id for item in still_open]
        actions.take(ids, decided.kind, kept, received_on=received_on, by=by, now=now)


def _refund(
    item: Item, person_id: int, decided: PayOut, received_on: date, *, by: Actor, now: datetime
) -> None:
    """Pay back what was paid too much on one invoice, from its newest payments."""
    left = -item.open_yen
    for one in payments_of(person_id, item.invoice.studio_id):
        if one.payment.amount_yen < 0 or not left:
            continue
        part = min(left, actions.left_of(one.payment, item.invoice.id))
        if part > 0:
            actions.refund(
                one.payment, decided.kind, part, reason=decided.reason, received_on=received_on,
                invoice_id=item.invoice.id, by=by, now=now,
            )  # fmt: skip
            left -= part
