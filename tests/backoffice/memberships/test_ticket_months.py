"""Tickets of an agreement: a pack at once, a month when it begins, each once, across short months and missed days."""

from collections.abc import Callable
from datetime import date, datetime, time

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid
from backoffice.erasure.actions import erase_again
from backoffice.erasure.again import Listed
from backoffice.memberships.actions import Joining, join, sell
from backoffice.memberships.models import Membership, Plan
from backoffice.memberships.periods import begun, last_day, months_after
from backoffice.memberships.tickets import give_months
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.tickets.queries import lots_of

ZONE = "Asia/Tokyo"


def at(day: date, clock: time = time(12)) -> datetime:
    """An instant of the studio's clock."""
    return at_local(day, clock, ZONE)


@pytest.fixture
def guest(gym: Studio, by: Actor, now: datetime) -> Person:
    """Somebody who joins."""
    with transaction():
        return create_person(name="北川 澄", phones=["090-1234-0001"], by=by, now=now)


@pytest.fixture
def joined(gym: Studio, guest: Person, by: Actor) -> Callable[..., Membership]:
    """Let the guest join a plan on a day."""

    def joined(starts_on: date, **plan: object) -> Membership:
        with transaction():
            row = Plan(
                studio_id=gym.id, name_ja="月4回", name_en="4 a month", price_yen=39_600, sessions=4, **plan
            )
            db.session.add(row)
            db.session.flush()
            terms = Joining(row.id, starts_on, trainers(gym.id)[0].id)
            join(guest, terms, studio_id=gym.id, lead=None, by=by, now=at(starts_on))
        return db.session.query(Membership).one()

    return joined


def months(person: Person) -> list[tuple[str, str, int]]:
    """First and last day and number of every grant."""
    return sorted((str(lot.grant.valid_from), str(lot.expires_on), lot.free) for lot in lots_of(person.id))


def test_a_pack_is_given_at_once_and_ends_after_its_months(
    gym: Studio, guest: Person, joined: Callable[..., Membership], by: Actor
) -> None:
    joined(date(2026, 8, 31), valid_months=6)
    assert months(guest) == [("2026-08-31", "2027-02-27", 4)]
    with transaction():
        assert give_months(gym, by=by, now=at(date(2026, 11, 1))) == 0
    assert lots_of(guest.id)[0].grant.unit_price_yen == 9_900


def test_each_month_is_given_when_it_begins_and_once(
    gym: Studio, guest: Person, joined: Callable[..., Membership], by: Actor
) -> None:
    joined(date(2027, 1, 31), is_monthly=True)
    expected = [("2027-01-31", "2027-02-27", 4)]
    assert months(guest) == expected
    for moment, given in (
        (at(date(2027, 2, 27), time(23, 50)), 0),
        (at(date(2027, 2, 28), time(0, 10)), 1),
        (at(date(2027, 2, 28), time(0, 20)), 0),
        (at(date(2027, 3, 31)), 1),
    ):
        with transaction():
            assert give_months(gym, by=by, now=moment) == given
    assert months(guest) == [*expected, ("2027-02-28", "2027-03-30", 4), ("2027-03-31", "2027-04-29", 4)]


def test_days_nobody_looked_are_made_up_for_as_far_as_they_can_still_be_used(
    gym: Studio, guest: Person, joined: Callable[..., Membership], by: Actor
) -> None:
    joined(date(2026, 4, 1), is_monthly=True, carries_months=1)
    with transaction():
        assert give_months(gym, by=by, now=at(date(2026, 9, 10))) == 2
    assert [first for first, _last, _free in months(guest)] == ["2026-04-01", "2026-08-01", "2026-09-01"]
    assert months(guest)[-1][1] == "2026-10-31"


def test_after_the_last_day_nothing_is_given(
    gym: Studio, guest: Person, joined: Callable[..., Membership], by: Actor
) -> None:
    membership = joined(date(2026, 4, 1), is_monthly=True)
    with transaction():
        db.session.get_one(Membership, membership.id).ends_on = date(2026, 4, 30)
    with transaction():
        assert give_months(gym, by=by, now=at(date(2026, 5, 1))) == 0


def test_what_was_agreed_stays_when_the_plan_changes(
    gym: Studio, guest: Person, joined: Callable[..., Membership], by: Actor
) -> None:
    membership = joined(date(2026, 4, 1), is_monthly=True)
    with transaction():
        plan = db.session.get_one(Plan, membership.plan_id)
        plan.sessions, plan.price_yen, plan.name_ja = 8, 80_000, "月8回"
    with transaction():
        give_months(gym, by=by, now=at(date(2026, 5, 1)))
    grants = [lot.grant for lot in lots_of(guest.id)]
    assert [(grant.name_ja, grant.unit_price_yen) for grant in grants] == [("月4回", 9_900)] * 2
    assert {lot.free for lot in lots_of(guest.id)} == {4}


def test_a_member_buys_one_more(
    gym: Studio, guest: Person, joined: Callable[..., Membership], by: Actor
) -> None:
    membership = joined(date(2026, 4, 1), valid_months=6)
    with transaction():
        client_id = db.session.query(Membership).one().client_id
        client = db.session.get_one(Client, client_id)
        sell(client, membership.plan_id, date(2026, 5, 1), studio_id=gym.id, by=by, now=at(date(2026, 5, 1)))
    assert len(months(guest)) == 2


@for_all(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(0, 60))
def test_months_follow_each_other_without_a_gap(first: date, number: int) -> None:
    begins = months_after(first, number)
    assert begun(first, begins) == number + 1
    assert begins.day in (first.day, last_day(begins.replace(day=1), 1).day)
    assert (months_after(first, number + 1) - begins).days in range(28, 32)


def test_an_erased_member_gets_nothing_and_keeps_nobody_from_theirs(
    gym: Studio, guest: Person, joined: Callable[..., Membership], by: Actor
) -> None:
    membership = joined(date(2026, 4, 1), is_monthly=True)
    with transaction():
        other = create_person(name="次の 人", by=by, now=at(date(2026, 4, 1)))
        terms = Joining(membership.plan_id, date(2026, 4, 1), trainers(gym.id)[0].id)
        join(other, terms, studio_id=gym.id, lead=None, by=by, now=at(date(2026, 4, 1)))
    erased_at = at(date(2026, 4, 20))
    with transaction():
        erase_again([Listed(guest.id, guest.created_at, erased_at)], now=erased_at)
    assert db.session.get_one(Membership, membership.id).ends_on == date(2026, 4, 20)
    with transaction():
        assert give_months(gym, by=by, now=at(date(2026, 5, 2))) == 1
    assert len(months(other)) == 2


def test_who_began_before_there_were_tickets_gets_none_by_itself(
    gym: Studio, guest: Person, joined: Callable[..., Membership], by: Actor
) -> None:
    membership = joined(date(2026, 4, 1), is_monthly=True)
    old = Membership(
        client_id=membership.client_id, plan_id=membership.plan_id, name_ja="月4回", name_en="4 a month",
        starts_on=date(2025, 4, 1), price_yen=39_600, sessions=4, is_monthly=True, carries_months=0,
        created_at=at(date(2025, 4, 1)), created_by="test",
    )  # fmt: skip
    with transaction():
        db.session.add(old)
    with transaction():
        assert give_months(gym, by=by, now=at(date(2026, 4, 10))) == 0


def test_a_pack_that_would_be_over_is_not_sold(
    gym: Studio, guest: Person, joined: Callable[..., Membership], by: Actor
) -> None:
    membership = joined(date(2026, 4, 1), valid_months=6)
    client = db.session.get_one(Client, membership.client_id)
    with pytest.raises(Invalid), transaction():
        sell(client, membership.plan_id, date(2020, 1, 1), studio_id=gym.id, by=by, now=at(date(2026, 5, 1)))


def test_erased_on_the_day_a_month_begins_they_get_none(
    gym: Studio, guest: Person, joined: Callable[..., Membership], by: Actor
) -> None:
    joined(date(2026, 4, 1), is_monthly=True)
    first_of_may = at(date(2026, 5, 1), time(12))
    with transaction():
        erase_again([Listed(guest.id, guest.created_at, first_of_may)], now=first_of_may)
    with transaction():
        assert give_months(gym, by=by, now=first_of_may) == 0
