"""Since when packs run out and freezes near their end: instants that stay, so that a follow-up begins once for each."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, Select, cast, exists, func, literal, select
from sqlalchemy.orm import aliased

from backoffice.clients.models import Client
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.memberships.models import Freeze, Membership, Plan
from backoffice.memberships.renewals import FEW, SOON, low_packs
from backoffice.studio.models import Studio
from backoffice.tickets.models import TicketEntry, TicketGrant

AHEAD = timedelta(days=14)
"""How long before its last day a freeze nears its end. One that is no longer is too short to be forgotten."""
KEPT = timedelta(days=30)
"""How long after its last day a freeze is still an event: its steps may come later."""


def packs_low(studio_id: int, now: datetime) -> Select[Any]:
    """Clients on the list of renewals whose packs are low: person_id and `at`, the earlier of two instants.

    When the ledger fell to two free tickets or below, and the midnight thirty days before the last day of all packs.
    Whoever buys more, freezes or leaves is not in it any more.
    """
    studio = db.session.get_one(Studio, studio_id)
    today = local_date(now, studio.zone)
    low = low_packs(studio_id, today).subquery()
    fell = _fell(select(low.c.person_id)).subquery()
    # No pack ends on the last day there is: without an end, only the count decides.
    ends_on = func.coalesce(low.c.ends_on, low.c.ended_on)
    last = cast(func.nullif(ends_on, date.max), DateTime)
    at = func.least(fell.c.at, func.timezone(studio.zone, last - literal(SOON)))
    rests = exists().where(
        Client.person_id == low.c.person_id, Membership.client_id == Client.id,
        Freeze.membership_id == Membership.id, *_holds(Freeze, today),
    )  # fmt: skip
    return (
        select(low.c.person_id, at.label("at"))
        .outerjoin(fell, fell.c.person_id == low.c.person_id)
        .where(at <= now, ~rests)
    )


def freezes_ending(studio_id: int, now: datetime) -> Select[Any]:
    """Clients whose freeze ends within two weeks or has just ended, with none after it: person_id and `at`.

    `at` is the midnight two weeks before the last day. Who leaves is not in it.
    """
    studio = db.session.get_one(Studio, studio_id)
    today = local_date(now, studio.zone)
    begins = Freeze.ends_on - literal(AHEAD)
    after = aliased(Freeze)
    goes_on = exists().where(
        after.membership_id == Freeze.membership_id, after.cancelled_at.is_(None),
        after.starts_on > Freeze.ends_on, after.starts_on <= Freeze.ends_on + literal(AHEAD),
    )  # fmt: skip
    return (
        select(Client.person_id, func.timezone(studio.zone, begins).label("at"))
        .select_from(Freeze)
        .join(Membership, Membership.id == Freeze.membership_id)
        .join(Plan, Plan.id == Membership.plan_id)
        .join(Client, Client.id == Membership.client_id)
        .where(
            Plan.studio_id == studio_id, Freeze.cancelled_at.is_(None), Client.left_on.is_(None),
            Membership.ends_on.is_(None) | (Membership.ends_on > Freeze.ends_on),
            cast(begins, Date) >= Freeze.starts_on, cast(begins, Date) <= today, Freeze.ends_on >= today - KEPT,
            ~goes_on,
        )
    )  # fmt: skip


def _fell(people: Select[Any]) -> Select[Any]:
    """When the free tickets in the packs of these people last fell to a few, from more: person_id and `at`."""
    left = func.sum(TicketEntry.free).over(
        partition_by=TicketGrant.person_id, order_by=(TicketEntry.at, TicketEntry.id)
    )
    lines = (
        select(TicketGrant.person_id, TicketEntry.at, TicketEntry.free, left.label("left"))
        .join(TicketGrant, TicketGrant.id == TicketEntry.grant_id)
        .join(Membership, Membership.id == TicketGrant.membership_id)
        .where(TicketGrant.person_id.in_(people), ~Membership.is_monthly, Membership.undone_at.is_(None))
        .subquery()
    )
    fell = (lines.c.left <= FEW, lines.c.left - lines.c.free > FEW)
    return (
        select(lines.c.person_id, func.max(lines.c.at).label("at")).where(*fell).group_by(lines.c.person_id)
    )


def _holds(freeze: Any, today: date) -> tuple[ColumnElement[bool], ...]:
    """Whether a freeze of the enclosing statement holds on a day."""
    until = freeze.ends_on.is_(None) | (freeze.ends_on >= today)
    return (freeze.cancelled_at.is_(None), freeze.starts_on <= today, until)
