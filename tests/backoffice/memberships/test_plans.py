"""Plans that are sold, and a change from one to another on the next month day."""

from collections.abc import Callable
from datetime import date, datetime, time

import pytest

from backoffice.core.audit import Actor
from backoffice.core.clock import at_local
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.changing import change_plan, take_change_back
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason, Membership, Plan
from backoffice.memberships.queries import plans
from backoffice.memberships.selling import add_plan, archive_plan, is_long, restore_plan, update_plan
from backoffice.memberships.tickets import begin_changed, give_months
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from backoffice.tickets.queries import lots_of

ZONE = "Asia/Tokyo"
VALUES = {
    "name_ja": "月2回", "name_en": "2 a month", "is_monthly": True, "sessions": 2, "price_yen": 22_000, "tax_rate": 10,
    "deposit_yen": 5_000, "trial_credit_days": 7, "valid_months": 3, "carries_months": 1,
}  # fmt: skip


def at(day: date, clock: time = time(12)) -> datetime:
    """An instant of the studio's clock."""
    return at_local(day, clock, ZONE)


@pytest.fixture
def monthly(gym: Studio, by: Actor, now: datetime) -> list[Plan]:
    """Two monthly plans."""
    return [plan for plan in plans(gym.id) if plan.is_monthly]


@pytest.fixture
def guest(gym: Studio, monthly: list[Plan], by: Actor, now: datetime) -> Person:
    """Somebody with four sessions a month since the 15th of June."""
    day = date(2026, 6, 15)
    with transaction():
        person = create_person(name="北川 澄", phones=["090-1234-0001"], by=by, now=now)
        join(person, Joining(monthly[0].id, day, None), studio_id=gym.id, lead=None, by=by, now=at(day))
    return person


@pytest.fixture
def change(gym: Studio, guest: Person, monthly: list[Plan], by: Actor) -> Callable[[date], Membership]:
    """On a day they ask for eight a month."""

    def change(day: date) -> Membership:
        old = db.session.query(Membership).order_by(Membership.id).first()
        assert old is not None
        with transaction():
            return change_plan(old.id, monthly[1].id, studio=gym, by=by, now=at(day))

    return change


def test_what_is_agreed_is_what_the_plan_was_that_day(gym: Studio, by: Actor, now: datetime) -> None:
    with transaction():
        plan = add_plan(gym.id, VALUES, by=by, now=now)
        person = create_person(name="北川 澄", by=by, now=now)
        join(person, Joining(plan.id, date(2026, 12, 1), None), studio_id=gym.id, lead=None, by=by, now=now)
    with transaction():
        update_plan(
            plan.id,
            VALUES | {"price_yen": 30_000, "deposit_yen": 0, "tax_rate": 8},
            version=1,
            by=by,
            now=now,
        )
    agreed = db.session.query(Membership).one()
    assert (agreed.price_yen, agreed.deposit_yen, agreed.tax_rate, agreed.trial_credit_days) == (
        22_000,
        5_000,
        10,
        7,
    )
    with pytest.raises(Stale), transaction():
        update_plan(plan.id, VALUES, version=1, by=by, now=now)


def test_months_have_no_last_day_and_packs_carry_nothing(gym: Studio, by: Actor, now: datetime) -> None:
    with transaction():
        month = add_plan(gym.id, VALUES, by=by, now=now)
        pack = add_plan(gym.id, VALUES | {"is_monthly": False, "valid_months": 12}, by=by, now=now)
    assert (month.valid_months, month.carries_months) == (None, 1)
    assert (pack.valid_months, pack.carries_months) == (12, 0)
    assert (is_long(month), is_long(pack)) == (False, True)
    with pytest.raises(Invalid), transaction():
        add_plan(gym.id, VALUES | {"is_monthly": False, "sessions": 0}, by=by, now=now)


def test_out_of_use_it_is_not_sold(gym: Studio, by: Actor, now: datetime) -> None:
    with transaction():
        plan = add_plan(gym.id, VALUES, by=by, now=now)
        archive_plan(plan.id, by=by, now=now)
    assert plan.id not in {one.id for one in plans(gym.id)}
    with transaction():
        restore_plan(plan.id, by=by, now=now)
    assert plans(gym.id)[-1].id == plan.id


def test_one_ends_and_the_other_begins_on_the_next_month_day(
    gym: Studio, guest: Person, change: Callable[[date], Membership], by: Actor
) -> None:
    new = change(date(2026, 7, 20))
    old = db.session.get_one(Membership, new.replaces_id)
    assert (old.ends_on, new.starts_on, new.sessions) == (date(2026, 8, 14), date(2026, 8, 15), 8)
    for moment, given in (
        (at(date(2026, 8, 14), time(23, 50)), (0, 1)),  # the month that runs had not been given by a sweep
        (at(date(2026, 8, 15), time(0, 10)), (1, 0)),
        (at(date(2026, 8, 15), time(0, 20)), (0, 0)),
        (at(date(2026, 9, 15), time(0, 20)), (0, 1)),
    ):
        with transaction():
            assert (begin_changed(gym, by=by, now=moment), give_months(gym, by=by, now=moment)) == given
    assert [lot.free for lot in lots_of(guest.id)] == [4, 4, 8, 8]
    with pytest.raises(Invalid):
        change(date(2026, 9, 20))  # it ended


def test_before_its_day_a_change_is_taken_back(
    gym: Studio, guest: Person, change: Callable[[date], Membership], by: Actor
) -> None:
    new = change(date(2026, 7, 20))
    old_id = new.replaces_id
    with pytest.raises(Invalid), transaction():
        take_change_back(new.id, studio=gym, by=by, now=at(date(2026, 8, 15), time(0, 10)))
    with pytest.raises(NotFound), transaction():
        take_change_back(old_id or 0, studio=gym, by=by, now=at(date(2026, 7, 21)))
    with transaction():
        take_change_back(new.id, studio=gym, by=by, now=at(date(2026, 8, 14), time(23, 50)))
    assert [(one.id, one.ends_on) for one in db.session.query(Membership)] == [(old_id, None)]
    change(date(2026, 8, 14))


def test_who_changes_leaves_only_after_taking_it_back(
    gym: Studio, guest: Person, change: Callable[[date], Membership], by: Actor
) -> None:
    new = change(date(2026, 7, 20))
    terms = LeavingTerms(date(2026, 8, 14), LeavingReason.TIME)
    with pytest.raises(Invalid), transaction():
        leave(new.client_id, terms, studio=gym, waiver="店長了承", by=by, now=at(date(2026, 7, 21)))


def test_a_change_taken_back_runs_on_until_the_last_day_at_most(
    gym: Studio, guest: Person, change: Callable[[date], Membership], by: Actor
) -> None:
    new = change(date(2026, 7, 20))
    terms = LeavingTerms(date(2026, 9, 30), LeavingReason.TIME)
    with transaction():
        leave(new.client_id, terms, studio=gym, by=by, now=at(date(2026, 7, 21)))
    with transaction():
        take_change_back(new.id, studio=gym, by=by, now=at(date(2026, 7, 22)))
    assert [one.ends_on for one in db.session.query(Membership)] == [terms.left_on]


def test_no_plan_begins_in_a_freeze(
    gym: Studio, guest: Person, change: Callable[[date], Membership], by: Actor
) -> None:
    old = db.session.query(Membership).one()
    with transaction():
        terms = FreezeTerms(date(2026, 8, 1), None, 0)
        freeze(old.id, terms, studio=gym, by=by, now=at(date(2026, 7, 1)))
    with pytest.raises(Invalid):
        change(date(2026, 7, 20))


def test_packs_are_not_changed(gym: Studio, monthly: list[Plan], by: Actor, now: datetime) -> None:
    pack = next(plan for plan in plans(gym.id) if not plan.is_monthly)
    with transaction():
        person = create_person(name="別人", by=by, now=now)
        join(person, Joining(pack.id, date(2026, 11, 24), None), studio_id=gym.id, lead=None, by=by, now=now)
    with pytest.raises(Invalid), transaction():
        change_plan(db.session.query(Membership).one().id, monthly[0].id, studio=gym, by=by, now=now)


def test_no_pack_follows_a_month(gym: Studio, guest: Person, by: Actor) -> None:
    pack = next(plan for plan in plans(gym.id) if not plan.is_monthly)
    with pytest.raises(Invalid), transaction():
        change_plan(
            db.session.query(Membership).one().id, pack.id, studio=gym, by=by, now=at(date(2026, 7, 20))
        )


def test_what_has_not_begun_is_not_changed(
    gym: Studio, guest: Person, change: Callable[[date], Membership]
) -> None:
    with pytest.raises(Invalid):
        change(date(2026, 6, 14))
    assert change(date(2026, 6, 15)).starts_on == date(2026, 7, 15)


def test_a_change_asks_for_no_deposit(
    gym: Studio, guest: Person, monthly: list[Plan], change: Callable[[date], Membership]
) -> None:
    old = db.session.query(Membership).one()
    with transaction():
        old.deposit_yen, monthly[1].deposit_yen = 5_000, 8_000
    assert change(date(2026, 7, 20)).deposit_yen == 5_000
