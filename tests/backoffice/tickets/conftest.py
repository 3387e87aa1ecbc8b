"""A guest, and tickets for them."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from backoffice.core.audit import Actor
from backoffice.core.db import transaction
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from backoffice.tickets import actions
from backoffice.tickets.actions import Given

TODAY = date(2026, 11, 24)


@pytest.fixture
def guest(gym: Studio, by: Actor, now: datetime) -> Person:
    """A client with a name."""
    with transaction():
        return create_person(name="北川 澄", phones=["090-1234-0001"], by=by, now=now)


@pytest.fixture
def give(gym: Studio, guest: Person, by: Actor, now: datetime) -> Callable[..., int]:
    """Give the guest tickets."""

    def give(count: int = 4, *, ends: date | None = date(2027, 5, 23), starts: date = TODAY) -> int:
        given = Given(count, "回数券", "Pack", 9_875, starts, ends)
        with transaction():
            return actions.grant(guest.id, given, studio_id=gym.id, by=by, now=now).id

    return give
