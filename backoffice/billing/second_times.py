"""What a desk is asked about before it does the same once more: a colleague may have done it a minute ago.

Asked under the lock that the first one held (of a payment the person, of a sale the client), so of two desks the second
sees the first. A tick says yes.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from backoffice.billing.actions import take
from backoffice.billing.charging import Paid, sell
from backoffice.billing.models import Payment, PaymentKind
from backoffice.clients.models import Client
from backoffice.clients.queries import held_client
from backoffice.core.audit import Actor
from backoffice.core.clock import local
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from backoffice.memberships.models import Membership
from backoffice.memberships.rejoining import OldTickets
from backoffice.people.models import Person
from backoffice.studio.models import Studio

JUST_NOW = timedelta(minutes=30)
"""Whatever was sold so lately may be the sale that is being typed."""


class PaidAlready(DomainError):
    """As many yen were received of the same person on that day."""

    status = 409
    message = N_(
        "¥%(yen)s were received from this person on that day already, written down on %(day)s at %(at)s by %(name)s. "
        "If this is another payment, please tick the box."
    )


class AllPaid(DomainError):
    """A colleague took exactly this, and nothing is left to be paid."""

    status = 409
    message = N_(
        "¥%(yen)s were received already, written down on %(day)s at %(at)s by %(name)s. Nothing is open any more."
    )


class NothingOpen(DomainError):
    """All of it was paid, or taken back, since the page was opened."""

    status = 409
    message = N_("Nothing is open any more. Nothing was written down.")


class SoldAlready(DomainError):
    """The same plan was sold to them a moment ago."""

    status = 409
    message = N_(
        "The same was sold to this person at %(at)s by %(name)s. If this is another one, please tick the box."
    )


def take_at_desk(
    person_id: int,
    invoice_ids: Collection[int],
    kind: PaymentKind,
    amount_yen: int,
    *,
    studio: Studio,
    received_on: date,
    is_another: bool,
    by: Actor,
    now: datetime,
) -> Payment:
    """As `take`, but asks (PaidAlready) whether it is another payment when as much came from them on that day.

    The person is held first: two desks may take the same sum for different invoices. Refuses (AllPaid, NothingOpen) no
    invoice.
    """
    # Not against rows that only name the person: a refund holds its invoice before it writes one.
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    before = _same_payment(person_id, studio.id, amount_yen, received_on)
    if before is not None and not (is_another and invoice_ids):
        at = local(before.created_at, studio.zone)
        known: dict[str, Any] = {
            "yen": f"{amount_yen:,}",
            "day": at.date(),
            "at": f"{at:%H:%M}",
            "name": before.created_by,
        }
        raise PaidAlready(field="is_another", **known) if invoice_ids else AllPaid(**known)
    if not invoice_ids:
        raise NothingOpen
    return take(invoice_ids, kind, amount_yen, received_on=received_on, by=by, now=now)


def sell_at_desk(
    client: Client,
    plan_id: int,
    starts_on: date,
    *,
    studio: Studio,
    paid: Paid | None,
    is_another: bool,
    old_tickets: OldTickets | None = None,
    by: Actor,
    now: datetime,
) -> Membership:
    """As `sell`, but asks (SoldAlready) whether it is another one when the same plan was sold to them just now."""
    held_client(client.id)
    if not is_another and (before := sold_just_now(client.id, plan_id, now=now)):
        at = f"{local(before.created_at, studio.zone):%H:%M}"
        raise SoldAlready(field="is_another", at=at, name=before.created_by)
    return sell(client, plan_id, starts_on, studio=studio, paid=paid, old_tickets=old_tickets, by=by, now=now)


def sold_just_now(client_id: int, plan_id: int, *, now: datetime) -> Membership | None:
    """The newest agreement about a plan that was made with a client in the last half hour, and not undone since."""
    query = select(Membership).where(
        Membership.client_id == client_id, Membership.plan_id == plan_id, Membership.created_at > now - JUST_NOW,
        Membership.undone_at.is_(None),
    )  # fmt: skip
    return db.session.scalars(query.order_by(Membership.id.desc()).limit(1)).one_or_none()


def _same_payment(person_id: int, studio_id: int, yen: int, day: date) -> Payment | None:
    """The newest payment of so many yen on a day of which nothing went back."""
    back = aliased(Payment)
    query = select(Payment).where(
        Payment.person_id == person_id, Payment.studio_id == studio_id, Payment.received_on == day,
        Payment.amount_yen == yen, ~exists().where(back.refunds_id == Payment.id),
    )  # fmt: skip
    return db.session.scalars(query.order_by(Payment.id.desc()).limit(1)).one_or_none()
