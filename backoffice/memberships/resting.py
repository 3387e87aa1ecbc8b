"""When somebody rests (休会) and which day is their last as a member (退会日): said beside visits, stopping none.

What becomes of a booking on such a day is decided one by one (`undecided`).
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select

from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.memberships.freezes import joined
from backoffice.memberships.models import Freeze, Membership
from backoffice.tickets.frozen import Frozen

OPEN_END = date(9999, 1, 1)
"""Stands for the last day of a freeze that has none yet, so that spans can be compared."""


class Resting(NamedTuple):
    """First and last day of a freeze; None for one that is open."""

    first: date
    last: date | None

    def holds_on(self, day: date) -> bool:
        """Whether somebody rests on that day. Pure."""
        return self.first <= day and (self.last is None or day <= self.last)


class Rest(NamedTuple):
    """The freezes of a client that run or come, in order, those that touch made one; and their last day, if set.

    `has_left`: the last day is over.
    """

    freezes: Sequence[Resting]
    left_on: date | None
    has_left: bool

    def on(self, day: date) -> Resting | None:
        """The freeze a day lies in. Pure."""
        return next((one for one in self.freezes if one.holds_on(day)), None)

    def is_after_last(self, day: date) -> bool:
        """Whether a day comes after the last one as a member. Pure."""
        return self.left_on is not None and self.left_on < day


def rests(person_ids: Collection[int], *, today: date) -> dict[int, Rest]:
    """Of each of these people who rests, will rest, or has a last day: when. One statement, none for nobody."""
    if not person_ids:
        return {}
    query = (
        select(Client.person_id, Client.left_on, Freeze.starts_on, Freeze.ends_on)
        .outerjoin(Membership, Membership.client_id == Client.id)
        .outerjoin(
            Freeze,
            (Freeze.membership_id == Membership.id)
            & Freeze.cancelled_at.is_(None)
            & or_(Freeze.ends_on.is_(None), Freeze.ends_on >= today),
        )
        .where(
            Client.person_id.in_(person_ids), or_(Client.left_on.is_not(None), Freeze.id.is_not(None))
        )
        .order_by(Client.person_id, Freeze.starts_on)
    )  # fmt: skip
    last_days: dict[int, date | None] = {}
    spans: dict[int, list[Frozen]] = {}
    for person_id, left_on, first, last in db.session.execute(query):
        last_days[person_id] = left_on
        if first is not None:
            spans.setdefault(person_id, []).append(Frozen(first, last or OPEN_END))
    return {
        person_id: Rest(
            [_resting(one) for one in joined(spans.get(person_id, []))],
            left_on,
            bool(left_on and left_on < today),
        )
        for person_id, left_on in last_days.items()
    }


def _resting(span: Frozen) -> Resting:
    return Resting(span.first, None if span.last == OPEN_END else span.last)
