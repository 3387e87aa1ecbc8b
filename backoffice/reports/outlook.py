"""What the forecast is made from: payments and agreements of each month, as they were known at its beginning."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, and_, cast, exists, func, literal_column, or_, select

from backoffice.billing.models import Payment
from backoffice.core.db import db
from backoffice.memberships.models import Freeze, Membership, Plan
from backoffice.reports.forecast import LOOK_BACK, Known
from backoffice.reports.periods import Period, months_after
from backoffice.reports.revenue import Flow, MoneyFilters, money_months

MONTHS_BACK = 2 * LOOK_BACK
"""Twelve months to check, and twelve before the first of them."""
_MONTH: ColumnElement[Any] = literal_column("interval '1 month'")


def known_months(studio_id: int, zone: str, *, today: date) -> list[Known]:
    """The months behind us and the one that runs, which is the last; from the first one with a payment on.

    What carries a date after `today` has not come in yet.
    """
    this = today.replace(day=1)
    period = Period(months_after(this, -MONTHS_BACK), this)
    paid = {row.month: row.sum(Flow.PAID) for row in money_months(MoneyFilters(studio_id, zone, period))}
    paid[this] -= _after(studio_id, today)
    first = next((month for month in period.months if paid[month]), this)
    agreements = _agreements(studio_id, Period(first, this))
    none = (0, 0, 0, 0, 0)
    return [Known(month, paid[month], *agreements.get(month, none)) for month in Period(first, this).months]


def _after(studio_id: int, today: date) -> int:
    """Yen of this month with a date after today."""
    query = select(func.coalesce(func.sum(Payment.amount_yen), 0)).where(
        Payment.studio_id == studio_id,
        Payment.received_on > today,
        Payment.received_on < months_after(today.replace(day=1), 1),
    )
    return int(db.session.scalars(query).one())


def _agreements(studio_id: int, period: Period) -> dict[date, tuple[int, int, int, int, int]]:
    """Of each month: fees of the agreements that run, their squares, how many, how many stay; fees of new ones."""
    series = func.generate_series(period.first, period.last, _MONTH, type_=Date())
    month: ColumnElement[Any] = cast(series.column_valued("month", joins_implicitly=True), Date)
    following = cast(month + _MONTH, Date)
    price = cast(Membership.price_yen, BigInteger)
    goes_on = or_(Membership.ends_on.is_(None), Membership.ends_on >= following)
    is_frozen = exists().where(
        Freeze.membership_id == Membership.id,
        Freeze.cancelled_at.is_(None),
        Freeze.starts_on <= month,
        or_(Freeze.ends_on.is_(None), Freeze.ends_on >= month),
    )
    runs = and_(Membership.starts_on < month, ~is_frozen)
    query = (
        select(
            month,
            func.coalesce(func.sum(price).filter(runs), 0),
            func.coalesce(func.sum(price * price).filter(runs), 0),
            func.count().filter(runs),
            func.count().filter(runs, goes_on),
            func.coalesce(func.sum(price).filter(Membership.starts_on >= month, goes_on), 0),
        )
        .select_from(Membership)
        .join(Plan, Plan.id == Membership.plan_id)
        .where(
            Plan.studio_id == studio_id,
            Membership.is_monthly,
            Membership.starts_on < following,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= month),
        )
        .group_by(month)
    )
    return {row[0]: tuple(int(value) for value in row[1:]) for row in db.session.execute(query)}  # type: ignore[misc]
