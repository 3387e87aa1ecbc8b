"""Joins, leaves and retention: what is counted is what is listed, and months add up."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.memberships.models import Freeze, Membership
from backoffice.memberships.queries import plans
from backoffice.people.models import Person
from backoffice.reports.members import (
    MemberFilters,
    Standing,
    all_members_behind,
    member_months,
    members_behind,
)
from backoffice.reports.periods import Period
from backoffice.reports.retention import average, retention
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from tests.conftest import NOON

numbers = count(1)
TODAY = date(2026, 11, 24)
YEAR = Period(date(2026, 1, 1), date(2026, 11, 1))


def a_member(studio: Studio, joined_on: date, *ends: date | None, trainer_id: int | None = None) -> Client:
    """A member with one agreement for each of `ends`, all from the day of joining (None: without a last day)."""
    person = Person(name=f"会員 {next(numbers)}", created_at=NOON)
    db.session.add(person)
    db.session.flush()
    client = Client(
        person_id=person.id, member_number=50_000 + person.id, joined_on=joined_on, main_trainer_id=trainer_id,
        created_at=NOON,
    )  # fmt: skip
    db.session.add(client)
    db.session.flush()
    plan = plans(studio.id)[0]
    for last in ends:
        db.session.add(
            Membership(
                client_id=client.id, plan_id=plan.id, name_ja="月4回", name_en="4 a month", starts_on=joined_on,
                ends_on=last, price_yen=39600, sessions=4, is_monthly=True, carries_months=1, created_at=NOON,
                created_by="test",
            )
        )  # fmt: skip
    db.session.flush()
    return client


def asking(studio: Studio, **changes: object) -> MemberFilters:
    return MemberFilters(studio.id, YEAR).only(**changes)


def test_whoever_keeps_one_agreement_has_not_left(gym: Studio) -> None:
    a_member(gym, date(2026, 3, 1), date(2026, 5, 31), None)
    a_member(gym, date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 30))
    months = {row.month: row for row in member_months(asking(gym))}
    assert [months[date(2026, month, 1)].left for month in (5, 6)] == [0, 1]
    (left,) = all_members_behind(asking(gym), Standing.LEFT)
    assert left.left_on == date(2026, 6, 30)


def test_the_last_day_of_a_month_is_of_that_month(gym: Studio) -> None:
    """Leaving on 28 February is February's; at the end of the month they count no more."""
    a_member(gym, date(2026, 1, 31), date(2026, 2, 28))
    january, february, march = member_months(asking(gym))[:3]
    assert (january.joined, january.members) == (1, 1)
    assert (february.left, february.members, february.net) == (1, 0, -1)
    assert (march.left, march.members) == (0, 0)


def test_members_from_before_the_period_are_members(gym: Studio) -> None:
    a_member(gym, date(2025, 6, 1), None)
    a_member(gym, date(2025, 6, 1), date(2025, 12, 31))
    assert member_months(asking(gym))[0].members == 1


def test_frozen_at_the_end_of_a_month_is_still_a_member(gym: Studio) -> None:
    """From 15 February to 31 March: frozen at the end of both; a freeze taken back rests nobody."""
    client = a_member(gym, date(2026, 1, 1), None)
    other = a_member(gym, date(2026, 1, 1), None)
    freeze(client, date(2026, 2, 15), date(2026, 3, 31))
    freeze(other, date(2026, 2, 15), None).cancelled_at = NOON
    db.session.flush()
    months = member_months(asking(gym))
    assert [row.frozen for row in months[:4]] == [0, 1, 1, 0]
    assert [row.members for row in months[:4]] == [2, 2, 2, 2]
    february = asking(gym, period=Period(date(2026, 2, 1), date(2026, 2, 1)))
    assert [one.person_id for one in all_members_behind(february, Standing.FROZEN)] == [client.person_id]


def freeze(client: Client, first: date, last: date | None) -> Freeze:
    membership = db.session.query(Membership).filter_by(client_id=client.id).first()
    assert membership is not None
    row = Freeze(
        membership_id=membership.id, starts_on=first, ends_on=last, fee_yen=0, created_at=NOON, created_by="test"
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def test_a_last_day_that_was_set_holds(gym: Studio) -> None:
    client = a_member(gym, date(2026, 1, 1), None)
    client.left_on = date(2026, 4, 30)
    db.session.flush()
    assert [row.left for row in member_months(asking(gym))[2:5]] == [0, 1, 0]


def test_one_trainers_members_alone(gym: Studio) -> None:
    mori = trainers(gym.id)[0]
    a_member(gym, date(2026, 3, 1), None, trainer_id=mori.id)
    a_member(gym, date(2026, 3, 1), None)
    assert member_months(asking(gym, trainer_id=mori.id))[-1].members == 1
    assert member_months(asking(gym, trainer_id=0))[-1].members == 1


def test_retention_counts_months_that_are_over(gym: Studio) -> None:
    """Of ten who joined in August one left in August, two in October; November is not over."""
    for last in [date(2026, 8, 31), date(2026, 10, 1), date(2026, 10, 31), *[None] * 7]:
        a_member(gym, date(2026, 8, 10), last)
    (row,) = retention(asking(gym), today=TODAY)
    assert (row.joined, row.stayed) == (10, [9, 9, 7])
    assert row.share(2) == 0.7
    assert average([row]) == [0.9, 0.9, 0.7]


def test_few_who_joined_have_no_share(gym: Studio) -> None:
    a_member(gym, date(2026, 8, 10), None)
    (row,) = retention(asking(gym), today=TODAY)
    assert row.share(0) is None
    assert average([row]) == [None] * 3


@dataclass(frozen=True)
class Life:
    """Days after 1 January of joining, and for how many days (None: still)."""

    joined: int
    days: int | None


lives = st.builds(Life, st.integers(-60, 330), st.one_of(st.none(), st.integers(0, 300)))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(lives, max_size=20), random=st.randoms())
def test_months_add_up_and_every_number_is_its_list(gym: Studio, told: list[Life], random: object) -> None:
    random.shuffle(told)  # type: ignore[attr-defined]
    with db.session.begin_nested() as savepoint:
        for life in told:
            joined_on = date(2026, 1, 1) + timedelta(days=life.joined)
            a_member(gym, joined_on, None if life.days is None else joined_on + timedelta(days=life.days))
        months = member_months(asking(gym))
        for before, after in pairwise(months):
            assert after.members == before.members + after.net
        for row in months:
            asked = asking(gym, period=Period(row.month, row.month))
            for standing, number in (
                (Standing.JOINED, row.joined), (Standing.LEFT, row.left), (Standing.MEMBERS, row.members),
                (Standing.FROZEN, row.frozen),
            ):  # fmt: skip
                assert len(list(all_members_behind(asked, standing))) == number
        for cohort in retention(asking(gym), today=TODAY):
            assert cohort.stayed == sorted(cohort.stayed, reverse=True)
            for number, stayed in enumerate(cohort.stayed):
                asked = asking(gym, period=Period(cohort.month, cohort.month), stayed=number)
                assert len(list(all_members_behind(asked, Standing.STAYED))) == stayed
        assert paged(asking(gym)) == [
            one.person_id for one in all_members_behind(asking(gym), Standing.JOINED)
        ]
        savepoint.rollback()


def paged(filters: MemberFilters) -> list[int]:
    found: list[int] = []
    after = None
    while rows := members_behind(filters, Standing.JOINED, after=after, limit=4):
        found += [row.person_id for row in rows]
        after = (rows[-1].joined_on, rows[-1].person_id)
    return found
