"""Money by month: paid, delivered, lapsed, and what is still owed in sessions. Yen, tax included.

Paid is what came in, refunds taken off, on the day it came. Delivered is what guests got for it: tickets used (by a
visit, a no-show or a late cancel) at the price of one of their grant, on the day the ledger says, and single visits at
their fee once they were attended. Lapsed are tickets that ended unused. Owed is what is free or reserved at a month's
end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    Text,
    case,
    cast,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from backoffice.billing.models import Payment, PaymentKind
from backoffice.bookings.models import Attendance
from backoffice.core.db import db, stream
from backoffice.memberships.models import Membership
from backoffice.people.models import Person
from backoffice.reports import kept
from backoffice.reports.members import month_of
from backoffice.reports.periods import Period, months_after
from backoffice.studio.models import Service
from backoffice.tickets.models import EntryKind, TicketEntry, TicketGrant


class Flow(StrEnum):
    """Which money a number counts."""

    PAID = "paid"
    DELIVERED = "delivered"
    LAPSED = "lapsed"
    OWED = "owed"


class Delivered(StrEnum):
    """What was delivered: tickets of a pack, of a month, given by hand; or a visit paid by itself."""

    PACK = "PACK"
    MONTH = "MONTH"
    HAND = "HAND"
    SINGLE = "SINGLE"


KINDS: dict[Flow, tuple[str, ...]] = {
    Flow.PAID: tuple(PaymentKind),
    Flow.DELIVERED: tuple(Delivered),
    Flow.LAPSED: (Delivered.PACK, Delivered.MONTH, Delivered.HAND),
    Flow.OWED: (Delivered.PACK, Delivered.MONTH, Delivered.HAND),
}


@dataclass(frozen=True)
class MoneyFilters:
    """Which money is asked about. `kind` is one of `KINDS` of the flow.

    `is_kept`: single visits as they were kept (`reports/kept.py`); payments and the ledger are always read live.
    """

    studio_id: int
    zone: str
    period: Period
    kind: str | None = None
    is_kept: bool = False

    def only(self, **changes: object) -> "MoneyFilters":
        """The same question about less money."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def end(self) -> date:
        """The first day after the period."""
        return months_after(self.period.last, 1)


@dataclass(frozen=True)
class MoneyMonth:
    """One month in yen, by kind. `owed` holds at its end."""

    month: date
    paid: dict[str, int]
    delivered: dict[str, int]
    lapsed: dict[str, int]
    owed: dict[str, int]

    def sum(self, flow: Flow) -> int:
        """All kinds together."""
        return sum(self.by_kind(flow).values())

    def by_kind(self, flow: Flow) -> dict[str, int]:
        """The yen of a flow by kind."""
        found: dict[str, int] = getattr(self, flow.value)
        return found

    @property
    def deferred(self) -> int:
        """Paid − delivered: by how much more was paid for than was given in this month."""
        return self.sum(Flow.PAID) - self.sum(Flow.DELIVERED)


class MoneyBehind(NamedTuple):
    """One payment, use, lapse or grant that a number counts. `number` orders rows of one day."""

    number: int
    day: date
    person_id: int
    name: str
    kind: str
    what_ja: str
    what_en: str
    yen: int


def money_months(filters: MoneyFilters) -> list[MoneyMonth]:
    """Every month of the period, the oldest first. Three statements."""
    paid, singles, ledger = paid_by_month(filters), _singles_by_month(filters), _ledger_by_month(filters)
    owed: dict[str, int] = {}
    for (month, kind), row in ledger.items():
        if month < filters.period.first:
            owed[kind] = owed.get(kind, 0) + row.owed
    found = []
    for month in filters.period.months:
        of_month = {kind: row for (at, kind), row in ledger.items() if at == month}
        owed = {
            kind: owed.get(kind, 0) + (of_month[kind].owed if kind in of_month else 0)
            for kind in KINDS[Flow.OWED]
        }
        delivered = {kind: row.delivered for kind, row in of_month.items()}
        if month in singles:
            delivered[Delivered.SINGLE.value] = singles[month]
        lapsed = {kind: row.lapsed for kind, row in of_month.items()}
        found.append(MoneyMonth(month, paid.get(month, {}), _some(delivered), _some(lapsed), _some(owed)))
    return found


def in_one(months: list[MoneyMonth]) -> MoneyMonth:
    """A whole period in one row; owed at its end. Pure."""
    last = months[-1]

    def together(flow: Flow) -> dict[str, int]:
        return _some({kind: sum(row.by_kind(flow).get(kind, 0) for row in months) for kind in KINDS[flow]})

    return MoneyMonth(
        last.month, together(Flow.PAID), together(Flow.DELIVERED), together(Flow.LAPSED), last.owed
    )


def money_behind(
    filters: MoneyFilters, flow: Flow, *, after: tuple[date, int] | None = None, limit: int
) -> list[MoneyBehind]:
    """Exactly the rows whose yen make a number, by day; `after` continues behind a (day, number)."""
    rows = _rows(filters, flow)
    query = _behind(rows).limit(limit)
    if after is not None:
        query = query.where(tuple_(rows.c.day, rows.c.number) > after)
    return [MoneyBehind._make(row) for row in db.session.execute(query)]


def all_money_behind(filters: MoneyFilters, flow: Flow) -> Iterator[MoneyBehind]:
    """All that `money_behind` would show page by page. Inside `transaction()`."""
    return (MoneyBehind._make(row) for row in stream(_behind(_rows(filters, flow))))


def count_money(filters: MoneyFilters, flow: Flow) -> int:
    """How many rows `all_money_behind` holds."""
    return db.session.scalars(select(func.count()).select_from(_rows(filters, flow))).one()


def _some(by_kind: dict[str, int]) -> dict[str, int]:
    return {kind: yen for kind, yen in by_kind.items() if yen}


def paid_by_month(filters: MoneyFilters) -> dict[date, dict[str, int]]:
    """Yen received in each month that had any, by kind. One statement."""
    month = month_of(Payment.received_on)
    query = select(month, Payment.kind, func.sum(Payment.amount_yen)).group_by(month, Payment.kind)
    found: dict[date, dict[str, int]] = {}
    for at, kind, yen in db.session.execute(query.where(*_payments(filters))):
        if yen:
            found.setdefault(at, {})[kind] = int(yen)
    return found


def _singles_by_month(filters: MoneyFilters) -> dict[date, int]:
    visits = kept.visits(is_kept=filters.is_kept)
    month = _month(visits.c.starts_at, filters)
    asked = select(month, func.sum(visits.c.fee_yen)).select_from(visits)
    query = _of_singles(asked, visits, filters).group_by(month)
    return {at: int(yen) for at, yen in db.session.execute(query)}


class _Ledger(NamedTuple):
    delivered: int
    lapsed: int
    owed: int


def _ledger_by_month(filters: MoneyFilters) -> dict[tuple[date, str], _Ledger]:
    """By how much each month and kind changed; everything before the period stands under the month before it.

    One pass over the lines, added up by grant before grants and agreements are looked at.
    """
    since, until = filters.period.span(filters.zone)
    before, entry = literal(months_after(filters.period.first, -1), Date), TicketEntry
    month = case((entry.at < since, before), else_=_month(entry.at, filters))
    of_grants = (
        select(
            entry.grant_id,
            month.label("month"),
            func.sum(entry.used).label("used"),
            func.coalesce(func.sum(-entry.free).filter(entry.kind == EntryKind.EXPIRE), 0).label("lapsed"),
            func.sum(entry.free + entry.reserved).label("owed"),
        )
        .where(entry.at < until)
        .group_by(entry.grant_id, "month")
        .subquery("of_grants")
    )
    price, found = TicketGrant.unit_price_yen, of_grants.c
    query = (
        select(
            found.month,
            _kind().label("kind"),
            *(func.sum(tickets * price) for tickets in (found.used, found.lapsed, found.owed)),
        )
        .join(TicketGrant, TicketGrant.id == found.grant_id)
        .outerjoin(Membership, Membership.id == TicketGrant.membership_id)
        .where(TicketGrant.studio_id == filters.studio_id)
        .group_by(found.month, Membership.is_monthly)
    )
    return {
        (row[0], row[1]): _Ledger(int(row[2]), int(row[3]), int(row[4])) for row in db.session.execute(query)
    }


def _rows(filters: MoneyFilters, flow: Flow) -> Subquery:
    rows: Subquery = {
        Flow.PAID: _paid_rows, Flow.DELIVERED: _delivered_rows, Flow.LAPSED: _lapsed_rows, Flow.OWED: _owed_rows,
    }[flow](filters).subquery("rows")  # fmt: skip
    if filters.kind is None:
        return rows
    return select(rows).where(rows.c.kind == filters.kind).subquery("of_kind")


def _behind(rows: Subquery) -> Select[*tuple[Any, ...]]:
    name = func.coalesce(func.nullif(Person.name, ""), Person.kana)
    columns = (rows.c.kind, rows.c.what_ja, rows.c.what_en, rows.c.yen)
    return (
        select(rows.c.number, rows.c.day, rows.c.person_id, name, *columns)
        .join(Person, Person.id == rows.c.person_id)
        .order_by(rows.c.day, rows.c.number)
    )


def _columns(number: Any, day: Any, person: Any, kind: Any, ja: Any, en: Any, yen: Any) -> tuple[Any, ...]:
    return (
        number.label("number"), day.label("day"), person.label("person_id"), kind.label("kind"),
        ja.label("what_ja"), en.label("what_en"), yen.label("yen"),
    )  # fmt: skip


def _paid_rows(filters: MoneyFilters) -> Select[*tuple[Any, ...]]:
    nothing = literal("")
    return select(
        *_columns(
            Payment.id,
            Payment.received_on,
            Payment.person_id,
            Payment.kind,
            nothing,
            nothing,
            Payment.amount_yen,
        )
    ).where(*_payments(filters))


def _delivered_rows(filters: MoneyFilters) -> Any:
    """Lines of the ledger and single visits; even and odd numbers keep them apart."""
    used = _ledger(
        select(*_ledger_columns(TicketEntry.id * 2, TicketEntry.used, filters)), filters, inside=True
    ).where(TicketEntry.used != 0)
    visits = kept.visits(is_kept=filters.is_kept)
    day = cast(func.timezone(filters.zone, visits.c.starts_at), Date)
    single = _of_singles(
        select(
            *_columns(
                visits.c.participant_id * 2 + 1, day, visits.c.person_id, literal(Delivered.SINGLE.value),
                Service.name_ja, Service.name_en, visits.c.fee_yen,
            )
        ).select_from(visits),
        visits,
        filters,
    )  # fmt: skip
    return union_all(used, single)


def _lapsed_rows(filters: MoneyFilters) -> Select[*tuple[Any, ...]]:
    query = select(*_ledger_columns(TicketEntry.id, -TicketEntry.free, filters))
    return _ledger(query, filters, inside=True).where(TicketEntry.kind == EntryKind.EXPIRE)


def _owed_rows(filters: MoneyFilters) -> Select[*tuple[Any, ...]]:
    """One row for each grant of which something is left at the end of the period."""
    left = func.sum(TicketEntry.free + TicketEntry.reserved)
    query = select(
        *_columns(
            TicketGrant.id, TicketGrant.valid_from, TicketGrant.person_id, _kind(), TicketGrant.name_ja,
            TicketGrant.name_en, left * TicketGrant.unit_price_yen,
        )
    )  # fmt: skip
    return _ledger(query, filters).group_by(TicketGrant.id, Membership.is_monthly).having(left > 0)


def _ledger_columns(number: Any, tickets: Any, filters: MoneyFilters) -> tuple[Any, ...]:
    day = cast(func.timezone(filters.zone, TicketEntry.at), Date)
    grant = TicketGrant
    return _columns(
        number, day, grant.person_id, _kind(), grant.name_ja, grant.name_en, tickets * grant.unit_price_yen
    )


def _payments(filters: MoneyFilters) -> tuple[ColumnElement[bool], ...]:
    return (
        Payment.studio_id == filters.studio_id,
        Payment.received_on >= filters.period.first,
        Payment.received_on < filters.end,
    )


def _of_singles(
    query: Select[*tuple[Any, ...]], visits: FromClause, filters: MoneyFilters
) -> Select[*tuple[Any, ...]]:
    """Guests who attended a visit that is paid by itself."""
    since, until = filters.period.span(filters.zone)
    return query.join(Service, Service.id == visits.c.service_id).where(
        visits.c.studio_id == filters.studio_id,
        visits.c.starts_at >= since,
        visits.c.starts_at < until,
        visits.c.attendance == Attendance.ATTENDED,
        visits.c.fee_yen > 0,
        Service.uses_tickets.is_(False),
    )


def _ledger(
    query: Select[*tuple[Any, ...]], filters: MoneyFilters, *, inside: bool = False
) -> Select[*tuple[Any, ...]]:
    """The lines of the ledger until the end of the period, or only those `inside` it."""
    since, until = filters.period.span(filters.zone)
    lines = (
        query.select_from(TicketEntry)
        .join(TicketGrant, TicketGrant.id == TicketEntry.grant_id)
        .outerjoin(Membership, Membership.id == TicketGrant.membership_id)
        .where(TicketGrant.studio_id == filters.studio_id, TicketEntry.at < until)
    )
    return lines.where(TicketEntry.at >= since) if inside else lines


def _kind() -> ColumnElement[str]:
    is_monthly = Membership.is_monthly
    return cast(
        case(
            (is_monthly.is_(True), Delivered.MONTH.value),
            (is_monthly.is_(False), Delivered.PACK.value),
            else_=Delivered.HAND.value,
        ),
        Text,
    )


def _month(at: Any, filters: MoneyFilters) -> ColumnElement[date]:
    return month_of(func.timezone(filters.zone, at))
