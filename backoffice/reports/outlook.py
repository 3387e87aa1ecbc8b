"""What the forecast is made from: payments and agreements of each month, as they were known at its beginning."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Date, cast, func, literal_column, or_, select

from backoffice.billing.models import Payment
from backoffice.core.db import db
from backoffice.memberships.models import Freeze, Membership, Plan
from backoffice.reports.forecast import LOOK_BACK, Known
from backoffice.reports.members import month_of
from backoffice.reports.periods import Period, months_after
from backoffice.reports.revenue import MoneyFilters, paid_by_month

MONTHS_BACK = 2 * LOOK_BACK
"""Twelve months to check, and twelve before the first of them."""
_MONTH: ColumnElement[Any] = literal_column("interval '1 month'")
_PRICE = cast(Membership.price_yen, BigInteger)


class _Alike(NamedTuple):
    """Agreements that began in a month and end in one (None: go on): fees, their squares, how many."""

    began: date
    ends: date | None
    fees: int
    squares: int
    number: int

    def stays(self, month: date) -> bool:
        """Whether they still run in the month after."""
        return self.ends is None or self.ends > month


def known_months(studio_id: int, zone: str, *, today: date) -> list[Known]:
    """The months behind us and the one that runs, which is the last; from the first one with a payment on.

    What carries a date after `today` has not come in yet. Four statements.
    """
    this = today.replace(day=1)
    period = Period(months_after(this, -MONTHS_BACK), this)
    received = paid_by_month(MoneyFilters(studio_id, zone, period))
    paid = {month: sum(received.get(month, {}).values()) for month in period.months}
    paid[this] -= _after(studio_id, today)
    first = next((month for month in period.months if paid[month]), this)
    asked = Period(first, this)
    alike, frozen = _agreements(studio_id, asked), _frozen(studio_id, asked)
    return [_known(month, paid[month], alike, frozen.get(month, [])) for month in asked.months]


def _after(studio_id: int, today: date) -> int:
    """Yen of this month with a date after today."""
    query = select(func.coalesce(func.sum(Payment.amount_yen), 0)).where(
        Payment.studio_id == studio_id,
        Payment.received_on > today,
        Payment.received_on < months_after(today.replace(day=1), 1),
    )
    return int(db.session.scalars(query).one())


def _known(month: date, paid: int, alike: list[_Alike], frozen: list[_Alike]) -> Known:
    """A month: agreements that had begun before it and run in it, less those that rest on its first day."""
    running = [one for one in alike if one.began < month and (one.ends is None or one.ends >= month)]
    new = [one for one in alike if one.began == month and one.stays(month)]

    def of_running(name: str, *, staying: bool = False) -> int:
        return sum(
            sign * getattr(one, name)
            for sign, group in ((1, running), (-1, frozen))
            for one in group
            if not staying or one.stays(month)
        )

    return Known(
        month, paid, of_running("fees"), of_running("squares"), of_running("number"),
        of_running("number", staying=True), sum(one.fees for one in new),
    )  # fmt: skip


def _agreements(studio_id: int, period: Period) -> list[_Alike]:
    """The agreements by the month that run in a period or begin in it."""
    began, ends = month_of(Membership.starts_on), month_of(Membership.ends_on)
    query = (
        select(began, ends, func.sum(_PRICE), func.sum(_PRICE * _PRICE), func.count())
        .join(Plan, Plan.id == Membership.plan_id)
        .where(
            Plan.studio_id == studio_id,
            Membership.is_monthly,
            Membership.undone_at.is_(None),
            Membership.starts_on < months_after(period.last, 1),
            or_(Membership.ends_on.is_(None), Membership.ends_on >= period.first),
        )
        .group_by(began, ends)
    )
    return [_Alike(row[0], row[1], int(row[2]), int(row[3]), row[4]) for row in db.session.execute(query)]


def _frozen(studio_id: int, period: Period) -> dict[date, list[_Alike]]:
    """Of each month those running agreements that rest on its first day; once each, however often they were frozen."""
    series = func.generate_series(period.first, period.last, _MONTH, type_=Date())
    month: ColumnElement[Any] = cast(series.column_valued("month", joins_implicitly=True), Date)
    resting = (
        select(
            month.label("month"),
            Membership.id,
            month_of(Membership.starts_on).label("began"),
            month_of(Membership.ends_on).label("ends"),
            _PRICE.label("price"),
        )
        .select_from(Freeze)
        .join(Membership, Membership.id == Freeze.membership_id)
        .join(Plan, Plan.id == Membership.plan_id)
        .where(
            Freeze.cancelled_at.is_(None),
            Freeze.starts_on <= month,
            or_(Freeze.ends_on.is_(None), Freeze.ends_on >= month),
            Plan.studio_id == studio_id,
            Membership.is_monthly,
            Membership.starts_on < month,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= month),
        )
        .distinct()
        .subquery("resting")
    )
    price, groups = resting.c.price, (resting.c.month, resting.c.began, resting.c.ends)
    query = select(*groups, func.sum(price), func.sum(price * price), func.count()).group_by(*groups)
    found: dict[date, list[_Alike]] = {}
    for at, began, ends, fees, squares, number in db.session.execute(query):
        found.setdefault(at, []).append(_Alike(began, ends, int(fees), int(squares), number))
    return found
