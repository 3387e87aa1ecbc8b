"""What agreements, freezes and last days refuse, each with its sentence."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid, NotFound
from backoffice.memberships import actions, changing, freezing, leaving, selling
from backoffice.memberships.actions import Joining, join, sell
from backoffice.memberships.changing import change_plan, take_change_back
from backoffice.memberships.freezing import FreezeTerms, cancel_freeze, end_freeze, freeze, held_membership
from backoffice.memberships.leaving import LeavingTerms, leave, stay
from backoffice.memberships.models import Freeze, LeavingReason, Membership, Plan
from backoffice.memberships.queries import agreement, freeze_of, plan, plans
from backoffice.memberships.selling import add_plan, archive_plan, update_plan
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio

TODAY = date(2026, 11, 24)
FIRST = date(2026, 11, 1)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def monthly(gym: Studio) -> list[Plan]:
    """Two monthly plans."""
    return [one for one in plans(gym.id) if one.is_monthly]


@pytest.fixture
def guest(gym: Studio, by: Actor, now: datetime) -> Person:
    """Somebody with a name."""
    with transaction():
        return create_person(name="北川 澄", phones=["090-1234-0001"], by=by, now=now)


@pytest.fixture
def membership(gym: Studio, guest: Person, monthly: list[Plan], by: Actor, now: datetime) -> Membership:
    """Theirs, by the month since the first."""
    with transaction():
        join(guest, Joining(monthly[0].id, FIRST, None), studio_id=gym.id, lead=None, by=by, now=now)
    return db.session.query(Membership).one()


@pytest.fixture
def frozen(gym: Studio, membership: Membership, by: Actor, now: datetime) -> Callable[..., Freeze]:
    """Freeze it; a manager allows it."""

    def frozen(first: date, last: date | None) -> Freeze:
        terms = FreezeTerms(first, last, 0)
        with transaction():
            return freeze(membership.id, terms, studio=gym, waiver="店長了承", by=by, now=now)

    return frozen


def refused(write: Callable[[], object]) -> tuple[str, str | None]:
    """The sentence and its field."""
    with pytest.raises(Invalid) as told, transaction():
        write()
    return told.value.message, told.value.field


def test_nobody_begins_more_than_a_year_ahead(
    gym: Studio, guest: Person, membership: Membership, by: Actor, now: datetime
) -> None:
    client = db.session.get_one(Client, membership.client_id)
    last = TODAY + actions.FARTHEST
    for begin in (
        lambda day: sell(client, membership.plan_id, day, studio_id=gym.id, by=by, now=now),
        lambda day: actions.check_start(plan(gym.id, membership.plan_id), day, today=TODAY),
    ):
        assert refused(lambda begin=begin: begin(last + ONE_DAY)) == (actions.TOO_FAR, "starts_on")
        begin(last)


def test_what_would_be_over_is_not_begun(gym: Studio, monthly: list[Plan]) -> None:
    sold = monthly[0]
    sold.carries_months = 0
    assert refused(lambda: actions.check_start(sold, date(2026, 10, 24), today=TODAY)) == (
        actions.OVER, "starts_on",
    )  # fmt: skip
    assert actions.check_start(sold, date(2026, 10, 25), today=TODAY) == TODAY


def test_nothing_is_sold_before_a_last_day_that_is_set(
    gym: Studio, membership: Membership, by: Actor, now: datetime
) -> None:
    client = db.session.get_one(Client, membership.client_id)
    with transaction():
        leave(client.id, LeavingTerms(date(2026, 12, 31), LeavingReason.TIME), studio=gym, by=by, now=now)
    said = refused(lambda: sell(client, membership.plan_id, TODAY, studio_id=gym.id, by=by, now=now))
    assert said == (actions.LEAVES, None)


def test_a_plan_that_is_not_on_sale_here_cannot_be_found(
    gym: Studio, monthly: list[Plan], by: Actor, now: datetime
) -> None:
    with transaction():
        archive_plan(monthly[1].id, by=by, now=now)
    for studio_id, plan_id in ((gym.id, 0), (gym.id, monthly[1].id), (gym.id + 1_000, monthly[0].id)):
        with pytest.raises(NotFound):
            plan(studio_id, plan_id)


def test_what_is_not_theirs_cannot_be_found(
    gym: Studio,
    guest: Person,
    membership: Membership,
    frozen: Callable[..., Freeze],
    by: Actor,
    now: datetime,
) -> None:
    row = frozen(date(2027, 1, 1), date(2027, 1, 31))
    assert freeze_of(gym.id, guest.id, row.id) is row
    with transaction():
        cancel_freeze(gym, row.id, by=by, now=now)
    for ask in (
        lambda: agreement(gym.id, guest.id, 0),
        lambda: agreement(gym.id, guest.id + 1_000, membership.id),
        lambda: freeze_of(gym.id, guest.id, 0),
        lambda: freeze_of(gym.id, guest.id, row.id),
        lambda: held_membership(gym.id, 0),
        lambda: held_membership(gym.id + 1_000, membership.id),
        lambda: end_freeze(gym, 0, None, version=None, by=by, now=now),
        lambda: cancel_freeze(gym, row.id, by=by, now=now),
        lambda: change_plan(0, membership.plan_id, studio=gym, by=by, now=now),
        lambda: take_change_back(membership.id, studio=gym, by=by, now=now),
        lambda: stay(0, studio=gym, by=by, now=now),
    ):
        with pytest.raises(NotFound), transaction():
            ask()


def test_a_change_is_to_another_month_of_what_runs(
    gym: Studio, membership: Membership, monthly: list[Plan], by: Actor, now: datetime
) -> None:
    pack = next(one for one in plans(gym.id) if not one.is_monthly)

    def change(plan_id: int, at: datetime = now) -> Membership:
        return change_plan(membership.id, plan_id, studio=gym, by=by, now=at)

    assert refused(lambda: change(membership.plan_id)) == (changing.SAME, "plan_id")
    assert refused(lambda: change(pack.id)) == (changing.TO_MONTHS, "plan_id")
    assert refused(lambda: change(monthly[1].id, now - timedelta(days=24))) == (changing.NOT_BEGUN, None)
    with transaction():
        new = change(monthly[1].id)
    assert refused(lambda: change(monthly[1].id)) == (changing.ENDS_ALREADY, None)
    begun = now + timedelta(days=7)
    said = refused(lambda: take_change_back(new.id, studio=gym, by=by, now=begun))
    assert said == (changing.BEGUN, None)


def test_a_pack_is_not_changed(
    gym: Studio, guest: Person, monthly: list[Plan], by: Actor, now: datetime
) -> None:
    pack = next(one for one in plans(gym.id) if not one.is_monthly)
    with transaction():
        join(guest, Joining(pack.id, TODAY, None), studio_id=gym.id, lead=None, by=by, now=now)
    sold = db.session.query(Membership).one()
    said = refused(lambda: change_plan(sold.id, monthly[0].id, studio=gym, by=by, now=now))
    assert said == (changing.ONLY_MONTHS, None)


@pytest.mark.parametrize(
    ("first", "last", "is_refused"),
    [
        (date(2026, 11, 25), date(2026, 11, 30), False),
        (date(2026, 11, 25), date(2026, 12, 1), True),
        (date(2026, 11, 25), None, True),
    ],
)
def test_no_plan_begins_in_a_freeze(
    gym: Studio, membership: Membership, monthly: list[Plan], frozen: Callable[..., Freeze], by: Actor,
    now: datetime, first: date, last: date | None, is_refused: bool,
) -> None:  # fmt: skip
    frozen(first, last)

    def change() -> Membership:
        return change_plan(membership.id, monthly[1].id, studio=gym, by=by, now=now)

    if is_refused:
        assert refused(change) == (changing.IS_FROZEN, None)
    else:
        assert change().starts_on == date(2026, 12, 1)


def test_a_freeze_has_days_that_fit(membership: Membership, frozen: Callable[..., Freeze]) -> None:
    year = freezing.LONGEST
    for first, last, said in (
        (TODAY, None, (freezing.NOT_YET, "starts_on")),
        (TODAY + year + ONE_DAY, None, (freezing.TOO_FAR, "starts_on")),
        (TODAY + ONE_DAY, TODAY, (freezing.END_FIRST, "ends_on")),
        (TODAY + ONE_DAY, TODAY + ONE_DAY + year, (freezing.TOO_LONG, "ends_on")),
    ):
        assert refused(lambda first=first, last=last: frozen(first, last)) == said
    frozen(TODAY + ONE_DAY, TODAY + ONE_DAY)
    for first, last in ((TODAY + ONE_DAY, None), (TODAY + ONE_DAY, TODAY + timedelta(days=3))):
        said = refused(lambda first=first, last=last: frozen(first, last))
        assert said == (freezing.TWICE, "starts_on")
    frozen(TODAY + year, TODAY + year + year - ONE_DAY)


def test_what_has_ended_is_not_frozen(
    gym: Studio, membership: Membership, frozen: Callable[..., Freeze], by: Actor, now: datetime
) -> None:
    last = date(2026, 12, 31)
    with transaction():
        leave(membership.client_id, LeavingTerms(last, LeavingReason.TIME), studio=gym, by=by, now=now)
    assert refused(lambda: frozen(last + ONE_DAY, None)) == (freezing.ENDED, "starts_on")
    frozen(last, last)


def test_a_freeze_that_runs_or_is_over_stays(
    gym: Studio, frozen: Callable[..., Freeze], by: Actor, now: datetime
) -> None:
    row = frozen(date(2026, 12, 1), date(2026, 12, 10))

    def end(last: date, days: int) -> Freeze:
        at = datetime.combine(date(2026, 12, 1) + timedelta(days=days), now.timetz())
        return end_freeze(gym, row.id, last, version=None, by=by, now=at)

    assert refused(lambda: end(date(2026, 12, 3), 4)) == (freezing.PAST_END, "ends_on")
    assert refused(lambda: end(date(2026, 12, 20), 11)) == (freezing.OVER, None)
    said = refused(lambda: cancel_freeze(gym, row.id, by=by, now=now + timedelta(days=8)))
    assert said == (freezing.RUNNING, None)
    with transaction():
        end(date(2026, 12, 4), 4)  # yesterday


def test_a_last_day_is_from_today_to_a_year_ahead(
    gym: Studio, membership: Membership, by: Actor, now: datetime
) -> None:
    def go(day: date) -> object:
        terms = LeavingTerms(day, LeavingReason.TIME)
        return leave(membership.client_id, terms, studio=gym, waiver="店長了承", by=by, now=now)

    assert refused(lambda: go(TODAY - ONE_DAY)) == (leaving.PAST, "left_on")
    assert refused(lambda: go(TODAY + leaving.FARTHEST + ONE_DAY)) == (leaving.TOO_FAR, "left_on")
    with transaction():
        go(TODAY + leaving.FARTHEST)
    assert refused(lambda: go(TODAY)) == (leaving.LEAVES_ALREADY, None)


def test_nobody_leaves_before_what_they_signed_begins(
    gym: Studio, membership: Membership, by: Actor, now: datetime
) -> None:
    client = db.session.get_one(Client, membership.client_id)
    first = TODAY + timedelta(days=10)

    def go(day: date) -> object:
        terms = LeavingTerms(day, LeavingReason.TIME)
        return leave(client.id, terms, studio=gym, waiver="店長了承", by=by, now=now)

    with transaction():
        sell(client, membership.plan_id, first, studio_id=gym.id, by=by, now=now)
    assert refused(lambda: go(first - ONE_DAY)) == (leaving.BEFORE_FIRST, "left_on")
    with transaction():
        go(first)


def test_leaving_is_taken_back_until_the_day_and_before_it_is_paid_out(
    gym: Studio, membership: Membership, by: Actor, now: datetime
) -> None:
    terms = LeavingTerms(TODAY, LeavingReason.TIME)
    with transaction():
        row = leave(membership.client_id, terms, studio=gym, waiver="店長了承", by=by, now=now)
    tomorrow = now + ONE_DAY
    assert refused(lambda: stay(row.id, studio=gym, by=by, now=tomorrow)) == (leaving.GONE, None)
    with transaction():
        row.settled_at, row.settled_by, row.refund_yen = now, "検査", 0
    assert refused(lambda: stay(row.id, studio=gym, by=by, now=now)) == (leaving.SETTLED, None)


def test_a_pack_has_sessions(gym: Studio, by: Actor, now: datetime) -> None:
    values = {
        "name_ja": "回数券", "name_en": "Pack", "is_monthly": False, "sessions": 1, "price_yen": 9_000, "tax_rate": 10,
        "deposit_yen": 0, "trial_credit_days": 0, "valid_months": 3, "carries_months": 0,
    }  # fmt: skip
    with transaction():
        pack = add_plan(gym.id, values, by=by, now=now)
    none = values | {"sessions": 0}
    for write in (
        lambda: add_plan(gym.id, none, by=by, now=now),
        lambda: update_plan(pack.id, none, version=None, by=by, now=now),
    ):
        assert refused(write) == (selling.NO_SESSIONS, "sessions")
