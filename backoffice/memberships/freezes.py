"""Questions about freezes, and what follows from them: which days are frozen, which months are owed."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.memberships.models import Freeze, Membership
from backoffice.memberships.periods import last_day, months_after
from backoffice.tickets.frozen import Frozen

ONE_DAY = timedelta(days=1)


class MonthDue(NamedTuple):
    """A month of an agreement: its days, and what is owed for it (yen, tax included)."""

    first: date
    last: date
    price_yen: int
    is_frozen: bool


def freezes_of(membership_ids: Collection[int]) -> dict[int, list[Freeze]]:
    """The freezes of these memberships that hold, the earliest first. One statement."""
    found: dict[int, list[Freeze]] = {membership_id: [] for membership_id in membership_ids}
    if found:
        query = select(Freeze).where(Freeze.membership_id.in_(found), Freeze.cancelled_at.is_(None))
        for freeze in db.session.scalars(query.order_by(Freeze.starts_on)):
            found[freeze.membership_id].append(freeze)
    return found


def frozen_days(person_id: int, today: date) -> list[Frozen]:
    """The frozen days of a person, in order and without overlap. An open freeze lasts until next month at least."""
    return frozen_days_of([person_id], today).get(person_id, [])


def frozen_days_of(person_ids: Collection[int], today: date) -> dict[int, list[Frozen]]:
    """The frozen days of each of these people who has any, in order and without overlap. One statement."""
    query = (
        select(Client.person_id, Freeze)
        .join(Membership, Membership.client_id == Client.id)
        .join(Freeze, Freeze.membership_id == Membership.id)
        .where(Client.person_id.in_(person_ids), Freeze.cancelled_at.is_(None))
        .order_by(Freeze.starts_on, Freeze.id)
    )
    spans: dict[int, list[Frozen]] = {}
    for person_id, one in db.session.execute(query):
        spans.setdefault(person_id, []).append(Frozen(one.starts_on, last_frozen_day(one, today)))
    return {person_id: joined(found) for person_id, found in spans.items()}


def end_of_freeze(person_id: int, today: date) -> date | None:
    """The last day of the freeze that somebody is in; None for who is in none, or in one without an end."""
    query = (
        select(func.max(Freeze.ends_on))
        .join(Membership, Membership.id == Freeze.membership_id)
        .join(Client, Client.id == Membership.client_id)
        .where(
            Client.person_id == person_id, Freeze.cancelled_at.is_(None), Freeze.starts_on <= today,
            Freeze.ends_on >= today,
        )
    )  # fmt: skip
    return db.session.scalar(query)


def last_frozen_day(freeze: Freeze, today: date) -> date:
    """The last day of a freeze. One without an end lasts to the end of next month, and longer as time goes on."""
    if freeze.ends_on is not None:
        return freeze.ends_on
    return months_after(max(today, freeze.starts_on).replace(day=1), 2) - ONE_DAY


def joined(spans: Iterable[Frozen]) -> list[Frozen]:
    """Spans in order of their beginning, those that touch or overlap made one. Pure."""
    one: list[Frozen] = []
    for span in spans:
        if one and span.first <= one[-1].last + ONE_DAY:
            one[-1] = Frozen(one[-1].first, max(one[-1].last, span.last))
        else:
            one.append(span)
    return one


def is_frozen(freezes: Sequence[Freeze], day: date) -> Freeze | None:
    """The freeze that holds on a day. Pure."""
    return next(
        (one for one in freezes if one.starts_on <= day and (one.ends_on is None or day <= one.ends_on)), None
    )


def months_due(
    membership: Membership, freezes: Sequence[Freeze], *, first: date, last: date
) -> list[MonthDue]:
    """What is owed for the months of an agreement that begin from a first to a last day; a pack owes none. Pure.

    For a month that would begin in a freeze the fee of the freeze is owed. `freezes` are those that hold.
    """
    if not membership.is_monthly:
        return []
    return [_due(membership, freezes, month) for month in _months(membership, first, last)]


def _months(membership: Membership, first: date, last: date) -> Iterator[tuple[date, date]]:
    until = last if membership.ends_on is None else min(last, membership.ends_on)
    number = 0
    while (begins := months_after(membership.starts_on, number)) <= until:
        number += 1
        if begins >= first:
            yield begins, last_day(membership.starts_on, number)


def _due(membership: Membership, freezes: Sequence[Freeze], month: tuple[date, date]) -> MonthDue:
    freeze = is_frozen(freezes, month[0])
    return MonthDue(*month, membership.price_yen if freeze is None else freeze.fee_yen, freeze is not None)
