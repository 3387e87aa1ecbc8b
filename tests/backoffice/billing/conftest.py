"""A client, lines to charge, and the ways to charge and pay them."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from backoffice.billing import actions
from backoffice.billing.actions import Line
from backoffice.billing.models import Invoice, LineKind, Payment, PaymentKind
from backoffice.core.audit import Actor
from backoffice.core.db import transaction
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio

TODAY = date(2026, 11, 24)
DUE = date(2026, 12, 8)


@pytest.fixture
def guest(gym: Studio, by: Actor, now: datetime) -> Person:
    """A client with a name."""
    with transaction():
        return create_person(name="北川 澄", phones=["090-1234-0001"], by=by, now=now)


@pytest.fixture
def charge(gym: Studio, guest: Person, by: Actor, now: datetime) -> Callable[..., Invoice]:
    """Charge the guest one line for each amount, due on 8 December."""

    def charge(*amounts: int, due_on: date = DUE, at: datetime = now) -> Invoice:
        lines = [Line(LineKind.PACK, "回数券", "Pack", yen) for yen in amounts]
        with transaction():
            return actions.charge(guest.id, lines, studio_id=gym.id, due_on=due_on, by=by, now=at)

    return charge


@pytest.fixture
def pay(by: Actor, now: datetime) -> Callable[..., Payment]:
    """Take money for an invoice, today and in cash unless said otherwise."""

    def pay(
        invoice: Invoice, yen: int, *, kind: PaymentKind = PaymentKind.CASH, day: date = TODAY
    ) -> Payment:
        with transaction():
            return actions.pay(invoice, kind, yen, received_on=day, by=by, now=now)

    return pay
