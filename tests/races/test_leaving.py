"""Somebody leaves while they are sold something, or their plan is changed: nothing runs on after their last day."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, in_transaction, transaction
from backoffice.core.errors import Invalid
from backoffice.memberships import actions
from backoffice.memberships.actions import Joining, join, sell
from backoffice.memberships.changing import change_plan
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason, Membership
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.studio.queries import the_studio
from tests.races.test_double_booking import race

from .conftest import NOW

pytestmark = pytest.mark.races

ROUNDS = 12
LAST = NOW.date() + timedelta(days=60)


def unlocked(client_id: int) -> Client:
    """A client as everybody reads one."""
    return db.session.get_one(Client, client_id)


def members(app: Flask) -> list[tuple[int, int]]:
    """A member for each round: client and membership."""
    found = []
    with app.app_context(), transaction():
        studio = the_studio()
        plan = next(one for one in plans(studio.id) if one.is_monthly)
        for number in range(ROUNDS):
            person = create_person(name="客", mails=[f"c{number}@x.example"], by=SYSTEM, now=NOW)
            terms = Joining(plan.id, NOW.date(), None)
            client = join(person, terms, studio_id=studio.id, lead=None, by=SYSTEM, now=NOW)
            found.append((client.id, db.session.scalars(select(func.max(Membership.id))).one()))
    return found


def leaving_and(
    clients: Sequence[tuple[int, int]], other: Callable[[int, int], None]
) -> Callable[[int, int], bool]:
    """One leaves, the other writes; whether it was allowed."""

    def write(writer: int, number: int) -> bool:
        client_id, membership_id = clients[number]
        terms = LeavingTerms(LAST, LeavingReason.TIME)

        def work() -> None:
            if writer:
                other(client_id, membership_id)
            else:
                leave(client_id, terms, studio=the_studio(), waiver="検査", by=SYSTEM, now=NOW)

        try:
            in_transaction(work)
        except Invalid:
            return False
        return True

    return write


def sold(client_id: int, _membership_id: int) -> None:
    """Another month is sold."""
    plan = next(one for one in plans(the_studio().id) if one.is_monthly)
    client = db.session.get_one(Client, client_id)
    sell(client, plan.id, NOW.date(), studio_id=the_studio().id, by=SYSTEM, now=NOW)


def changed(_client_id: int, membership_id: int) -> None:
    """Their plan is changed."""
    plan = [one for one in plans(the_studio().id) if one.is_monthly][1]
    change_plan(membership_id, plan.id, studio=the_studio(), by=SYSTEM, now=NOW)


def running_on(app: Flask) -> int:
    """How many agreements of those who leave have no end."""
    query = (
        select(func.count())
        .select_from(Membership)
        .join(Client, Client.id == Membership.client_id)
        .where(Client.left_on.is_not(None), Membership.ends_on.is_(None))
    )
    with app.app_context():
        return db.session.scalars(query).one()


@pytest.mark.parametrize("other", [sold, changed])
def test_nothing_runs_on_after_the_last_day(arena: Flask, other: Callable[[int, int], None]) -> None:
    ended = race(arena, 2, ROUNDS, leaving_and(members(arena), other))
    assert set(sum(ended, Counter())) <= {"won", "lost"}, ended
    assert running_on(arena) == 0


def test_control_a_sale_that_holds_nobody_runs_on(arena: Flask) -> None:
    with patch.object(actions, "held_client", unlocked):
        race(arena, 2, ROUNDS, leaving_and(members(arena), sold))
    assert running_on(arena) > 0, "the race is no race: nobody met"
