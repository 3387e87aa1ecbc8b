"""Freezes: months that rest, tickets that last longer by just the frozen days, and everything taken back again."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.memberships.actions import Joining, join, sell
from backoffice.memberships.freezes import freezes_of, joined, months_due
from backoffice.memberships.freezing import (
    BeforeCutOff,
    FreezeTerms,
    cancel_freeze,
    end_freeze,
    follow_freezes,
    freeze,
)
from backoffice.memberships.models import Freeze, Membership, Plan
from backoffice.memberships.periods import month_from
from backoffice.memberships.tickets import give_months
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from backoffice.tickets import actions
from backoffice.tickets.actions import NotReversible, expire
from backoffice.tickets.frozen import Frozen, frozen_end
from backoffice.tickets.models import EntryKind, TicketEntry
from backoffice.tickets.queries import lots_of

ZONE = "Asia/Tokyo"
ONE = timedelta(days=1)
DAYS = st.dates(date(2023, 12, 1), date(2029, 3, 31))


def at(day: date, clock: time = time(12)) -> datetime:
    """An instant of the studio's clock."""
    return at_local(day, clock, ZONE)


@pytest.fixture
def guest(gym: Studio, by: Actor, now: datetime) -> Person:
    """Somebody who joins."""
    with transaction():
        return create_person(name="北川 澄", phones=["090-1234-0001"], by=by, now=now)


@pytest.fixture
def member(gym: Studio, guest: Person, by: Actor) -> Callable[..., Membership]:
    """Let the guest begin a plan of four sessions on a day."""

    def member(starts_on: date, **plan: object) -> Membership:
        with transaction():
            row = Plan(
                studio_id=gym.id, name_ja="月4回", name_en="4 a month", price_yen=39_600, sessions=4, **plan
            )
            db.session.add(row)
            db.session.flush()
            join(
                guest, Joining(row.id, starts_on, None), studio_id=gym.id, lead=None, by=by, now=at(starts_on)
            )
        return db.session.query(Membership).one()

    return member


@pytest.fixture
def frozen(gym: Studio, by: Actor) -> Callable[..., Freeze]:
    """Freeze a membership, said on a day."""

    def frozen(
        membership: Membership, starts_on: date, ends_on: date | None, *, said: date, waiver: str = ""
    ) -> Freeze:
        terms = FreezeTerms(starts_on, ends_on, 3_300)
        with transaction():
            return freeze(membership.id, terms, studio=gym, waiver=waiver, by=by, now=at(said))

    return frozen


def ends(person: Person) -> list[str]:
    """The last day of use of every grant."""
    return [str(lot.expires_on) for lot in lots_of(person.id)]


def lines(kind: EntryKind) -> int:
    """How many lines of a kind the ledger has."""
    return db.session.query(TicketEntry).filter_by(kind=kind.value).count()


@pytest.mark.parametrize(
    ("last", "span", "expected"),
    [
        ((2028, 2, 10), ((2028, 2, 1), (2028, 2, 29)), (2028, 3, 10)),  # a leap February counts 29 days
        ((2027, 2, 10), ((2027, 2, 1), (2027, 2, 28)), (2027, 3, 10)),
        ((2028, 2, 29), ((2028, 3, 1), (2028, 3, 31)), (2028, 2, 29)),  # ended the day before
        ((2028, 3, 1), ((2028, 3, 1), (2028, 3, 31)), (2028, 4, 1)),  # its last day is the first frozen one
        ((2027, 1, 31), ((2027, 1, 31), (2027, 1, 31)), (2027, 2, 1)),
        ((2027, 12, 31), ((2027, 12, 1), (2028, 2, 29)), (2028, 3, 31)),
        (
            (2027, 5, 31),
            ((2027, 3, 1), (2027, 3, 31)),
            (2027, 6, 1),
        ),  # given on the last frozen day: that one only
    ],
)
def test_by_hand_over_leap_days_and_month_ends(
    last: tuple[int, int, int],
    span: tuple[tuple[int, int, int], tuple[int, int, int]],
    expected: tuple[int, int, int],
) -> None:
    first = date(2027, 3, 31) if last == (2027, 5, 31) else date(2026, 11, 24)
    assert frozen_end(first, date(*last), [Frozen(date(*span[0]), date(*span[1]))]) == date(*expected)


@for_all(DAYS, st.integers(0, 400), st.lists(st.tuples(DAYS, st.integers(0, 120)), max_size=5))
def test_as_many_days_can_be_used_as_were_given(
    first: date, length: int, drawn: list[tuple[date, int]]
) -> None:
    last = first + timedelta(days=length)
    spans = joined(Frozen(begins, begins + timedelta(days=n)) for begins, n in sorted(drawn))
    end = frozen_end(first, last, spans)
    days = [first + timedelta(days=n) for n in range((end - first).days + 1)]
    usable = [day for day in days if not any(span.first <= day <= span.last for span in spans)]
    assert len(usable) == length + 1
    assert not usable or end == usable[-1] or end == last


@for_all(DAYS, st.integers(1, 28))
def test_said_until_the_cut_off_day_it_holds_from_the_next_month(today: date, cut_off: int) -> None:
    first = month_from(today, cut_off)
    assert first.day == 1
    assert (first.year * 12 + first.month) - (today.year * 12 + today.month) == (
        1 if today.day <= cut_off else 2
    )


def test_tickets_last_longer_and_months_rest(
    gym: Studio, guest: Person, member: Callable[..., Membership], frozen: Callable[..., Freeze], by: Actor
) -> None:
    membership = member(date(2026, 6, 15), is_monthly=True)
    frozen(membership, date(2026, 7, 1), date(2026, 8, 31), said=date(2026, 6, 16), waiver="店長了承")
    assert ends(guest) == ["2026-09-14"]  # of 30 days 14 were left, used from 1 September on
    for day in (date(2026, 7, 15), date(2026, 8, 15), date(2026, 9, 14)):
        with transaction():
            assert give_months(gym, by=by, now=at(day)) == 0
    with transaction():
        assert give_months(gym, by=by, now=at(date(2026, 9, 15))) == 1
    due = months_due(
        membership, freezes_of([membership.id])[membership.id], first=date(2026, 6, 1), last=date(2026, 9, 30)
    )
    assert [(str(one.first), one.price_yen, one.is_frozen) for one in due] == [
        ("2026-06-15", 39_600, False), ("2026-07-15", 3_300, True), ("2026-08-15", 3_300, True),
        ("2026-09-15", 39_600, False),
    ]  # fmt: skip


def test_asked_again_it_writes_nothing_again(
    gym: Studio, guest: Person, member: Callable[..., Membership], frozen: Callable[..., Freeze], by: Actor
) -> None:
    frozen(
        member(date(2026, 6, 1), valid_months=3), date(2026, 7, 1), date(2026, 7, 31), said=date(2026, 6, 10)
    )
    assert ends(guest) == ["2026-10-01"]
    for _ in range(3):
        with transaction():
            follow_freezes(gym, by=by, now=at(date(2026, 7, 20)))
    assert (lines(EntryKind.EXTEND), lines(EntryKind.REVERSE)) == (1, 0)


def test_shorter_longer_and_taken_back_by_lines_that_say_so(
    gym: Studio, guest: Person, member: Callable[..., Membership], frozen: Callable[..., Freeze], by: Actor
) -> None:
    membership = member(date(2026, 6, 1), valid_months=3)
    row = frozen(membership, date(2026, 7, 1), date(2026, 7, 31), said=date(2026, 6, 10))
    for last, expected in ((date(2026, 7, 10), "2026-09-10"), (date(2026, 8, 15), "2026-10-16")):
        with transaction():
            end_freeze(gym, row.id, last, version=row.version, by=by, now=at(date(2026, 7, 5)))
        assert ends(guest) == [expected]
    with pytest.raises(Invalid), transaction():
        cancel_freeze(gym, row.id, by=by, now=at(date(2026, 7, 5)))  # it has begun
    other = frozen(membership, date(2026, 9, 1), date(2026, 9, 30), said=date(2026, 8, 10))
    assert ends(guest) == ["2026-11-15"]
    with transaction():
        cancel_freeze(gym, other.id, version=other.version, by=by, now=at(date(2026, 9, 1)))
    assert ends(guest) == ["2026-10-16"]
    with pytest.raises(NotFound), transaction():
        cancel_freeze(gym, other.id, by=by, now=at(date(2026, 9, 1)))


def test_an_open_freeze_keeps_tickets_alive_until_its_end_is_known(
    gym: Studio, guest: Person, member: Callable[..., Membership], frozen: Callable[..., Freeze], by: Actor
) -> None:
    membership = member(date(2026, 6, 1), valid_months=2)
    row = frozen(membership, date(2026, 7, 1), None, said=date(2026, 6, 10))
    day = date(2026, 6, 10)
    while day < date(2027, 2, 3):
        with transaction():
            follow_freezes(gym, by=by, now=at(day, time(0, 10)))
            assert expire(by=by, now=at(day, time(0, 10))) == 0
        day += ONE
    with transaction():
        end_freeze(gym, row.id, date(2027, 2, 2), version=None, by=by, now=at(date(2027, 2, 3)))
    # 31 days were left on 1 July.
    assert ends(guest) == ["2027-03-05"]


def test_tickets_bought_meanwhile_last_longer_as_well(
    gym: Studio, guest: Person, member: Callable[..., Membership], frozen: Callable[..., Freeze], by: Actor
) -> None:
    membership = member(date(2026, 6, 1), valid_months=2)
    frozen(membership, date(2026, 7, 1), date(2026, 7, 31), said=date(2026, 6, 10))
    client, day = db.session.get_one(Client, membership.client_id), date(2026, 7, 20)
    with transaction():
        sell(client, membership.plan_id, day, studio_id=gym.id, by=by, now=at(day))
    assert ends(guest) == ["2026-08-31", "2026-10-01"]  # 12 of July's days and two months


def test_after_the_cut_off_day_a_manager_has_to_say_why(
    gym: Studio, member: Callable[..., Membership], frozen: Callable[..., Freeze]
) -> None:
    membership = member(date(2026, 6, 1), is_monthly=True)
    with pytest.raises(BeforeCutOff) as refused:
        frozen(membership, date(2026, 7, 1), None, said=date(2026, 6, 11))
    assert refused.value.params == {"day": date(2026, 8, 1)}
    row = frozen(membership, date(2026, 7, 1), date(2026, 7, 31), said=date(2026, 6, 11), waiver="入院のため")
    assert row.waiver == "入院のため"
    on_time = frozen(membership, date(2026, 8, 1), None, said=date(2026, 6, 11), waiver="いらない理由")
    assert on_time.waiver is None


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2026, 6, 20), date(2026, 6, 19)),
        (date(2026, 6, 10), date(2026, 6, 30)),  # today
        (date(2026, 7, 1), date(2027, 7, 2)),
        (date(2027, 6, 12), date(2027, 6, 20)),  # more than a year ahead
    ],
)
def test_days_that_do_not_fit(
    member: Callable[..., Membership], frozen: Callable[..., Freeze], starts_on: date, ends_on: date
) -> None:
    membership = member(date(2026, 6, 1), is_monthly=True)
    with pytest.raises(Invalid):
        frozen(membership, starts_on, ends_on, said=date(2026, 6, 10), waiver="店長了承")


def test_two_freezes_never_share_a_day(
    gym: Studio, member: Callable[..., Membership], frozen: Callable[..., Freeze], by: Actor
) -> None:
    membership = member(date(2026, 6, 1), is_monthly=True)
    row = frozen(membership, date(2026, 7, 1), date(2026, 7, 31), said=date(2026, 6, 10))
    with pytest.raises(Invalid):
        frozen(membership, date(2026, 7, 31), None, said=date(2026, 6, 10))
    frozen(membership, date(2026, 8, 1), None, said=date(2026, 6, 10))
    with pytest.raises(Invalid), transaction():
        end_freeze(gym, row.id, date(2026, 8, 1), version=None, by=by, now=at(date(2026, 6, 10)))
    with pytest.raises(IntegrityError), transaction():
        row.ends_on = None


def test_two_people_with_one_form_and_a_freeze_that_is_over(
    gym: Studio, member: Callable[..., Membership], frozen: Callable[..., Freeze], by: Actor
) -> None:
    row = frozen(
        member(date(2026, 6, 1), is_monthly=True), date(2026, 7, 1), date(2026, 7, 31), said=date(2026, 6, 10)
    )
    with pytest.raises(Stale), transaction():
        end_freeze(gym, row.id, date(2026, 7, 20), version=row.version - 1, by=by, now=at(date(2026, 7, 5)))
    for day, said in ((date(2026, 7, 3), date(2026, 7, 5)), (date(2026, 8, 20), date(2026, 8, 2))):
        with pytest.raises(Invalid), transaction():
            end_freeze(gym, row.id, day, version=None, by=by, now=at(said))


def test_a_line_of_a_freeze_is_not_taken_back_by_hand(
    gym: Studio, guest: Person, member: Callable[..., Membership], frozen: Callable[..., Freeze], by: Actor
) -> None:
    frozen(
        member(date(2026, 6, 1), valid_months=3), date(2026, 7, 1), date(2026, 7, 31), said=date(2026, 6, 10)
    )
    line = db.session.query(TicketEntry).filter_by(kind="EXTEND").one()
    with pytest.raises(NotReversible), transaction():
        actions.reverse(line.id, note="まちがい", by=by, now=at(date(2026, 6, 11)))
