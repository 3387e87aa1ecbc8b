"""未使用残高: tickets that were paid for and not delivered by the end of a day, at the price agreed. Yen, tax included.

A ticket counts while it is free and its last day has not passed, or reserved for a visit. It is worth the price of one
of its grant. What of the invoice it was sold on is still open that day is not paid and is taken off, and so is what
was taken back in the books. Tickets given by hand, or before there were books, have no invoice and count as paid.

31 March and 30 September are the base days (基準日) of prepaid means under the Payment Services Act (資金決済法), which
does not hold for what can be used for six months from the day it was given out at the longest (article 4).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, Subquery, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from backoffice.billing.models import Invoice, InvoiceLine, LineKind, Payment, PaymentPart
from backoffice.core.clock import day_span
from backoffice.core.db import db, stream
from backoffice.memberships.models import Membership, Plan
from backoffice.memberships.selling import LONGEST_UNFLAGGED
from backoffice.people.models import Person
from backoffice.tickets.models import TicketEntry, TicketGrant
from backoffice.tickets.queries import last_day

BASE_DAYS = ((3, 31), (9, 30))
BY_HAND = 0
"""In place of a plan: tickets given without a sale."""
A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class UnusedFilters:
    """Which tickets are asked about: left at the end of `day`; of one plan (`BY_HAND`: of none); the long ones only."""

    studio_id: int
    zone: str
    day: date
    plan_id: int | None = None
    only_long: bool = False

    def only(self, **changes: object) -> "UnusedFilters":
        """The same question about fewer tickets."""
        return replace(self, **changes)  # type: ignore[arg-type]


class UnusedSum(NamedTuple):
    """Tickets of a plan: how many people have how many, their worth, what of it is not paid yet, and what is.

    `long_yen` is the paid part that can be used for more than six months. `plan_id` is `BY_HAND` for those of no plan.
    """

    plan_id: int
    name_ja: str
    name_en: str
    people: int
    tickets: int
    worth_yen: int
    unpaid_yen: int
    yen: int
    long_yen: int


class UnusedLot(NamedTuple):
    """What is left of one grant: whose, since when, until when (None: no end), how many of it reserved, and its yen."""

    grant_id: int
    person_id: int
    name: str
    what_ja: str
    what_en: str
    given_on: date
    ends_on: date | None
    tickets: int
    reserved: int
    unit_price_yen: int
    worth_yen: int
    unpaid_yen: int
    yen: int
    is_long: bool


class UnusedTotal(NamedTuple):
    """Everything that was asked for: rows and people of the list, tickets and yen."""

    rows: int
    people: int
    tickets: int
    worth_yen: int
    unpaid_yen: int
    yen: int
    long_yen: int


def base_days(today: date) -> list[date]:
    """The last 31 March and the last 30 September that have come, the newest first. Pure."""
    days = (date(today.year - back, month, day) for back in (0, 1) for month, day in BASE_DAYS)
    return sorted((day for day in days if day <= today), reverse=True)[: len(BASE_DAYS)]


def unused_total(filters: UnusedFilters) -> UnusedTotal:
    """The sums of the list. One statement."""
    rows = _asked(filters)
    columns = (func.count(), func.count(rows.c.person_id.distinct()), *_sums(rows))
    return UnusedTotal._make(int(one) for one in db.session.execute(select(*columns)).one())


def unused_by_plan(filters: UnusedFilters) -> list[UnusedSum]:
    """The same by plan, in the order of the plans; what was given by hand comes last. One statement."""
    rows = _asked(filters)
    query = (
        select(
            rows.c.plan_id, func.coalesce(Plan.name_ja, ""), func.coalesce(Plan.name_en, ""),
            func.count(rows.c.person_id.distinct()), *_sums(rows),
        )
        .outerjoin(Plan, Plan.id == rows.c.plan_id)
        .group_by(rows.c.plan_id, Plan.id)
        .order_by(Plan.position.nulls_last(), rows.c.plan_id)
    )  # fmt: skip
    return [
        UnusedSum(row[0], row[1], row[2], *(int(one) for one in row[3:])) for row in db.session.execute(query)
    ]


def unused_lots(filters: UnusedFilters, *, after: int = 0, limit: int) -> list[UnusedLot]:
    """Exactly the grants that make the sums, the oldest first; `after` continues behind a grant."""
    rows = _asked(filters)
    query = _listed(rows).where(rows.c.grant_id > after).limit(limit)
    return [UnusedLot._make(row) for row in db.session.execute(query)]


def all_unused_lots(filters: UnusedFilters) -> Iterator[UnusedLot]:
    """All that `unused_lots` would show page by page. Inside `transaction()`."""
    return (UnusedLot._make(row) for row in stream(_listed(_asked(filters))))


def _sums(rows: Subquery) -> list[ColumnElement[int]]:
    long = case((rows.c.is_long, rows.c.yen), else_=0)
    of = (rows.c.tickets, rows.c.worth_yen, rows.c.unpaid_yen, rows.c.yen, long)
    return [func.coalesce(func.sum(one), 0) for one in of]


def _listed(rows: Subquery) -> Select[*tuple[Any, ...]]:
    name = func.coalesce(func.nullif(Person.name, ""), Person.kana).label("name")
    shown = [name if one == "name" else rows.c[one] for one in UnusedLot._fields]
    return select(*shown).join(Person, Person.id == rows.c.person_id).order_by(rows.c.grant_id)


def _asked(filters: UnusedFilters) -> Subquery:
    rows = _worth(_left(filters), filters)
    if filters.plan_id is None and not filters.only_long:
        return rows
    wanted = select(rows)
    if filters.plan_id is not None:
        wanted = wanted.where(rows.c.plan_id == filters.plan_id)
    if filters.only_long:
        wanted = wanted.where(rows.c.is_long)
    return wanted.subquery("asked")


def _left(filters: UnusedFilters) -> Subquery:
    """Each grant of which something is left at the end of the day: how many, and the last day of use as it was then."""
    at = _end(filters)
    grant, entry = TicketGrant, TicketEntry
    sums = (
        select(
            grant.id.label("grant_id"),
            func.sum(entry.free).label("free"),
            func.sum(entry.reserved).label("reserved"),
            last_day(at).label("ends_on"),
        )
        .join(entry, entry.grant_id == grant.id)
        .where(grant.studio_id == filters.studio_id, entry.at <= at)
        .group_by(grant.id)
        .subquery("sums")
    )
    is_live = or_(sums.c.ends_on.is_(None), sums.c.ends_on >= filters.day)
    tickets = (case((is_live, sums.c.free), else_=0) + sums.c.reserved).label("tickets")
    left = select(sums.c.grant_id, tickets, sums.c.reserved, sums.c.ends_on).subquery("counted")
    return select(left).where(left.c.tickets > 0).subquery("left_over")


def _worth(left: Subquery, filters: UnusedFilters) -> Subquery:
    """What is left with what it is worth, and what of that is not paid."""
    given_on = cast(func.timezone(filters.zone, TicketGrant.created_at), Date)
    worth = left.c.tickets * TicketGrant.unit_price_yen
    line = _charged()
    unpaid = case(
        (line.c.line_id.is_(None), 0),
        (_is_taken_back(line.c.line_id, filters.day), worth),
        else_=func.least(worth, func.greatest(_open(line.c.invoice_id, filters.day), 0)),
    )
    beyond = cast(given_on + func.make_interval(0, LONGEST_UNFLAGGED), Date)
    rows = (
        select(
            left.c.grant_id, TicketGrant.person_id, func.coalesce(Membership.plan_id, BY_HAND).label("plan_id"),
            TicketGrant.name_ja.label("what_ja"), TicketGrant.name_en.label("what_en"), given_on.label("given_on"),
            left.c.ends_on, left.c.tickets, left.c.reserved, TicketGrant.unit_price_yen, worth.label("worth_yen"),
            unpaid.label("unpaid_yen"),
            or_(left.c.ends_on.is_(None), left.c.ends_on > beyond).label("is_long"),
        )
        .join(TicketGrant, TicketGrant.id == left.c.grant_id)
        .outerjoin(Membership, Membership.id == TicketGrant.membership_id)
        .outerjoin(
            line,
            and_(
                line.c.membership_id == TicketGrant.membership_id,
                or_(line.c.month_on.is_(None), line.c.month_on == TicketGrant.valid_from),
            ),
        )
        .subquery("rows")
    )  # fmt: skip
    return select(rows, (rows.c.worth_yen - rows.c.unpaid_yen).label("yen")).subquery("worth")


def _charged() -> Subquery:
    """The line on which a pack, or a month, was charged. Each has one, and an invoice sells one of them."""
    line = InvoiceLine
    return (
        select(line.id.label("line_id"), line.invoice_id, line.membership_id, line.month_on)
        .where(line.kind.in_((LineKind.PACK, LineKind.MONTH)), line.credits_line_id.is_(None))
        .subquery("charged")
    )


def _is_taken_back(line_id: Any, day: date) -> ColumnElement[bool]:
    back, invoice = aliased(InvoiceLine), aliased(Invoice)
    return exists().where(
        back.credits_line_id == line_id, invoice.id == back.invoice_id, invoice.issued_on <= day
    )


def _open(invoice_id: Any, day: date) -> ColumnElement[int]:
    """Yen of an invoice that were open at the end of a day."""
    whole, back = aliased(Invoice), aliased(Invoice)
    total = select(whole.total_yen).where(whole.id == invoice_id).scalar_subquery()
    credited = select(func.coalesce(func.sum(back.total_yen), 0)).where(
        back.credits_id == invoice_id, back.issued_on <= day
    )
    paid = (
        select(func.coalesce(func.sum(PaymentPart.amount_yen), 0))
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(PaymentPart.invoice_id == invoice_id, Payment.received_on <= day)
    )
    return total + credited.scalar_subquery() - paid.scalar_subquery()


def _end(filters: UnusedFilters) -> datetime:
    return day_span(filters.day, filters.zone)[1] - A_MOMENT
