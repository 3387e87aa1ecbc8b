"""What memberships cost: charged when they are sold, and month by month when a month begins."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from backoffice.billing.actions import Charge, Line, charge, charge_all, pay
from backoffice.billing.days import first_open_day
from backoffice.billing.models import Invoice, InvoiceLine, LineKind, PaymentKind
from backoffice.billing.queries import default_due, settings_of
from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.memberships import actions as memberships
from backoffice.memberships.freezes import MonthDue, freezes_of, months_due
from backoffice.memberships.models import Membership, Plan
from backoffice.memberships.periods import last_day
from backoffice.memberships.rejoining import OldTickets
from backoffice.people.models import Person
from backoffice.studio.models import Studio


@dataclass(frozen=True)
class Paid:
    """Money given at the moment of the sale: a part in yen, or (None) all of it."""

    kind: PaymentKind
    amount_yen: int | None = None


def sell(
    client: Client,
    plan_id: int,
    starts_on: date,
    *,
    studio: Studio,
    paid: Paid | None,
    old_tickets: OldTickets | None = None,
    by: Actor,
    now: datetime,
) -> Membership:
    """Sell a member a pack or a month, charge it, and write down what was paid at once; refusals are those of each."""
    sold = memberships.sell(
        client, plan_id, starts_on, studio_id=studio.id, old_tickets=old_tickets, by=by, now=now
    )
    charge_membership(sold, client.person_id, studio=studio, paid=paid, by=by, now=now)
    return sold


def charge_membership(
    membership: Membership,
    person_id: int,
    *,
    studio: Studio,
    extra: Sequence[Line] = (),
    paid: Paid | None = None,
    by: Actor,
    now: datetime,
) -> Invoice | None:
    """Charge what a membership costs at its beginning: the pack or the first month, its deposit, and what is added.

    `extra` are lines of the joining (fee, discounts, trial credit). None when there is nothing to pay at all. Due on
    the first day at the earliest. Raises what `charge` and `pay` raise.
    """
    lines = [*_first_lines(membership), *extra]
    if not any(line.unit_price_yen for line in lines):
        return None
    today = local_date(now, studio.zone)
    due_on = max(default_due(studio.id, today), membership.starts_on)
    made = charge(person_id, lines, studio_id=studio.id, due_on=due_on, by=by, now=now)
    if paid is not None and made.total_yen:
        amount = made.total_yen if paid.amount_yen is None else paid.amount_yen
        pay(made, paid.kind, amount, received_on=first_open_day(studio.id, today), by=by, now=now)
    return made


def uncharged(studio: Studio, *, now: datetime) -> list[int]:
    """The memberships of which a month has begun and is not charged; nothing is held."""
    query = _monthly(studio, now)
    return sorted(
        {
            membership.id
            for membership, _person_id, _month in _due(studio, query, local_date(now, studio.zone))
        }
    )


def months_ahead(studio: Studio, person_id: int, until: date) -> list[MonthDue]:
    """The months of somebody that begin by a day, cost something and are not charged yet, the earliest first."""
    query = _agreements(studio).where(Client.person_id == person_id, Membership.starts_on <= until)
    return sorted(month for _membership, _person_id, month in _due(studio, query, until))


def charge_months(studio: Studio, *, only: Collection[int] | None = None, by: Actor, now: datetime) -> int:
    """Charge every month that has begun since the books were opened and is not charged yet; how many there were.

    `only`: of these memberships; a membership that somebody else holds is left for the next time. A frozen month costs
    the fee of the freeze. Asked twice it charges nothing twice: the database holds a month of a membership to one line.
    """
    # Not against rows that only name the agreement: a credit has its number, which is wanted here, before its lines.
    query = _monthly(studio, now).with_for_update(of=Membership, key_share=True, skip_locked=True)
    if only is not None:
        query = query.where(Membership.id.in_(only))
    own = settings_of(studio.id)
    charges = [
        Charge(person_id, [_month_line(membership, month)], own.due_on(month.first))
        for membership, person_id, month in _due(studio, query, local_date(now, studio.zone))
    ]
    return len(charge_all(charges, studio_id=studio.id, by=by, now=now))


def _monthly(studio: Studio, now: datetime) -> Select[Membership, int]:
    """The monthly agreements that have begun, and whose they are."""
    return _agreements(studio).where(Membership.starts_on <= local_date(now, studio.zone))


def _agreements(studio: Studio) -> Select[Membership, int]:
    """The monthly agreements, and whose they are."""
    return (
        select(Membership, Client.person_id)
        .join(Client, Client.id == Membership.client_id)
        .join(Plan, Plan.id == Membership.plan_id)
        .join(Person, Person.id == Client.person_id)
        .where(
            Person.erased_at.is_(None), Plan.studio_id == studio.id, Membership.is_monthly,
            Membership.undone_at.is_(None),
        )
        .order_by(Membership.id)
        .execution_options(populate_existing=True)
    )  # fmt: skip


def _due(
    studio: Studio, query: Select[Membership, int], until: date
) -> Iterator[tuple[Membership, int, MonthDue]]:
    """The months of some agreements that begin by a day, cost something and are not charged."""
    since = settings_of(studio.id).charges_from
    found = db.session.execute(query).all()
    ids = [membership.id for membership, _person_id in found]
    freezes, charged = freezes_of(ids), _charged(ids)
    for membership, person_id in found:
        for month in months_due(membership, freezes[membership.id], first=since, last=until):
            if month.price_yen and (membership.id, month.first) not in charged:
                yield membership, person_id, month


def _first_lines(membership: Membership) -> list[Line]:
    if membership.is_monthly:
        end = last_day(membership.starts_on, 1)
        lines = [_month_line(membership, MonthDue(membership.starts_on, end, membership.price_yen, False))]
    else:
        lines = [
            Line(
                LineKind.PACK, membership.name_ja, membership.name_en, membership.price_yen,
                tax_rate=membership.tax_rate, membership_id=membership.id,
            )
        ]  # fmt: skip
    if membership.deposit_yen:
        lines.append(
            Line(
                LineKind.DEPOSIT, "預り金", "Deposit", membership.deposit_yen, tax_rate=0,
                membership_id=membership.id,
            )
        )  # fmt: skip
    return lines


def _month_line(membership: Membership, month: MonthDue) -> Line:
    days_ja = f"{month.first.month}/{month.first.day}〜{month.last.month}/{month.last.day}"
    days_en = f"{month.first.isoformat()} to {month.last.isoformat()}"
    kind = LineKind.FREEZE if month.is_frozen else LineKind.MONTH
    name_ja = f"{membership.name_ja}{' 休会費' if month.is_frozen else ''}（{days_ja}）"
    name_en = f"{membership.name_en}{', freeze' if month.is_frozen else ''} ({days_en})"
    return Line(
        kind, name_ja, name_en, month.price_yen, tax_rate=membership.tax_rate, membership_id=membership.id,
        month_on=month.first,
    )  # fmt: skip


def _charged(membership_ids: Sequence[int]) -> set[tuple[int, date]]:
    query = select(InvoiceLine.membership_id, InvoiceLine.month_on).where(
        InvoiceLine.membership_id.in_(membership_ids), InvoiceLine.month_on.is_not(None)
    )
    return {(row.membership_id, row.month_on) for row in db.session.execute(query)}
