"""What visits have tickets for: what is said before a booking is what the ledger does with it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.bookings.queries import guests_of
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.clock import at_local
from backoffice.core.db import db, transaction
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.covering import Cover, covers
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plans
from backoffice.memberships.tickets import give_months
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import Given, adjust, grant
from backoffice.tickets.queries import lots_of, standings
from tests.statements import statements

TODAY = date(2026, 11, 24)
Book = Callable[..., Booking]


@pytest.fixture
def book_on(gym: Studio, by: Actor, now: datetime) -> Book:
    """A session of a person on a day at an hour."""

    def book_on(person: Person, day: date, hour: int = 10) -> Booking:
        with transaction():
            return book(
                studio=gym, service=service_by_slug(gym.id, "session"), trainer_id=trainers(gym.id)[0].id,
                starts_at=at_local(day, datetime.min.time(), gym.zone) + timedelta(hours=hour),
                participants=[Guest(person)], channel=BookingChannel.PHONE, by=by, now=now,
            )  # fmt: skip

    return book_on


def member(gym: Studio, by: Actor, now: datetime, *, monthly: bool, name: str = "会員 一") -> Person:
    with transaction():
        person = create_person(name=name, by=SYSTEM, now=now)
        plan = next(one for one in plans(gym.id) if one.is_monthly is monthly)
        join(person, Joining(plan.id, TODAY, None), studio_id=gym.id, lead=None, by=by, now=now)
    return person


def cover_of(person: Person, gym: Studio, now: datetime, until: date) -> Cover:
    return covers([person.id], gym, days=[until], now=now)[person.id]


def test_who_is_no_client_has_no_line(gym: Studio, now: datetime) -> None:
    with transaction():
        person = create_person(name="客", by=SYSTEM, now=now)
    assert covers([person.id], gym, now=now) == {}
    assert covers([], gym, now=now) == {}


def test_what_is_said_before_is_what_the_ledger_does(
    gym: Studio, book_on: Book, by: Actor, now: datetime
) -> None:
    person = member(gym, by, now, monthly=False)
    lot = lots_of(person.id)[0]
    assert lot.expires_on is not None
    last = lot.expires_on
    with transaction():
        adjust(lot.grant.id, -14, note="試験", by=by, now=now)
        short = Given(1, "期限の近い券", "Short", 0, TODAY, TODAY + timedelta(days=2))
        grant(person.id, short, studio_id=gym.id, by=by, now=now)
    days = [TODAY + timedelta(days=n) for n in (1, 2, 3, 7, 8)] + [last + timedelta(days=1)]
    said = cover_of(person, gym, now, days[-1]).without(days)
    done = [day for day in days if not standings([guests_of(book_on(person, day).id)[0].id])]
    assert done == said == days[3:]
    assert cover_of(person, gym, now, TODAY).balance.free == 0


def test_visits_ahead_without_a_ticket_are_named(
    gym: Studio, book_on: Book, by: Actor, now: datetime
) -> None:
    person = member(gym, by, now, monthly=False)
    with transaction():
        adjust(lots_of(person.id)[0].grant.id, -15, note="試験", by=by, now=now)
    with_one, without = (book_on(person, TODAY + timedelta(days=n)) for n in (2, 1))
    cover = cover_of(person, gym, now, TODAY)
    assert cover.bookings_without() == [without.id]
    assert with_one.id not in cover.bookings_without()


def test_tickets_of_months_to_come_count_for_their_days(
    gym: Studio, book_on: Book, by: Actor, now: datetime
) -> None:
    person = member(gym, by, now, monthly=True)
    per_month = lots_of(person.id)[0].free
    december, january = date(2026, 12, 24), date(2027, 1, 24)
    for n in range(per_month):
        book_on(person, TODAY + timedelta(days=n + 1))
    cover = cover_of(person, gym, now, january)
    assert cover.balance.free == 0
    assert cover.without([december - timedelta(days=1)]), "this month is used up"
    assert not cover.without([december])
    assert cover.comes_on(december) == december
    assert cover.comes_on(TODAY) is None
    assert len(cover.without([december + timedelta(days=n) for n in range(per_month + 1)])) == 1
    booked = [book_on(person, december + timedelta(days=n)) for n in range(per_month)]
    assert cover_of(person, gym, now, january).bookings_without() == []
    assert cover_of(person, gym, now, january).without([december + timedelta(days=9)]), "they wait for them"
    with transaction():
        give_months(gym, by=by, now=now + timedelta(days=30, hours=-3))
    assert len(standings([guests_of(one.id)[0].id for one in booked])) == per_month


@pytest.mark.parametrize("hour", [0, 1])
def test_between_midnight_and_the_sweep_the_new_month_counts_already(
    gym: Studio, book_on: Book, by: Actor, now: datetime, hour: int
) -> None:
    person = member(gym, by, now, monthly=True)
    per_month, first = lots_of(person.id)[0].free, date(2026, 12, 24)
    booked = book_on(person, first, 18)
    at_night = at_local(first, time(hour, 5), gym.zone)
    if hour == 1:
        with transaction():
            give_months(gym, by=by, now=at_night)
    cover = cover_of(person, gym, at_night, first + timedelta(days=1))
    assert cover.bookings_without() == []
    many = [first + timedelta(days=n) for n in range(per_month)]
    assert len(cover.without(many)) == 1, "one is for who is booked already, and no month counts twice"
    assert bool(standings([guests_of(booked.id)[0].id])) is (hour == 1)


def test_a_month_that_rests_or_is_over_brings_nothing(gym: Studio, by: Actor, now: datetime) -> None:
    person = member(gym, by, now, monthly=True)
    begins, per_month = date(2027, 1, 24), lots_of(person.id)[0].free
    assert begins in [lot.grant.valid_from for lot in cover_of(person, gym, now, date(2027, 3, 1)).lots]
    membership = db.session.query(Membership).one()
    with transaction():
        freeze(membership.id, FreezeTerms(date(2027, 1, 1), date(2027, 1, 31), 0), studio=gym, by=by, now=now)
    cover = cover_of(person, gym, now, date(2027, 3, 1))
    assert begins not in [lot.grant.valid_from for lot in cover.lots]
    last = [date(2027, 2, 23)] * (per_month + 1)
    assert len(cover.without(last)) == 1, "those of December last longer by the days of January"
    with transaction():
        membership.ends_on = date(2027, 2, 23)
    assert cover_of(person, gym, now, date(2027, 3, 1)).without([date(2027, 2, 28)])


@pytest.mark.parametrize("last_day", [date(2026, 12, 23), date(2026, 12, 24), date(2027, 1, 10)])
def test_what_is_said_of_months_to_come_is_what_is_given_and_booked(
    gym: Studio, book_on: Book, by: Actor, now: datetime, last_day: date
) -> None:
    """A month that begins until the last day can be used to its own end, also after it, and longer by a freeze."""
    person, first = member(gym, by, now, monthly=True), date(2026, 12, 24)
    membership = db.session.query(Membership).one()
    with transaction():
        terms = FreezeTerms(date(2026, 12, 5), date(2026, 12, 9), 0)
        freeze(membership.id, terms, studio=gym, waiver="試験", by=by, now=now)
        membership.ends_on = last_day
    days = [first + timedelta(days=n) for n in (6, 30, 31)]
    at_night = at_local(first, time(0, 5), gym.zone)
    said = [cover_of(person, gym, when, days[-1]) for when in (now, at_night)]
    assert said[0].without(days) == said[1].without(days)
    with transaction():
        give_months(gym, by=by, now=at_night)
    given = {(lot.grant.valid_from, lot.expires_on) for lot in lots_of(person.id)}
    assert given == {(lot.grant.valid_from, lot.expires_on) for lot in said[0].lots}
    assert len(given) == (1 if last_day < first else 2)
    done = [day for day in days if not standings([guests_of(book_on(person, day).id)[0].id])]
    assert done == said[0].without(days)


def test_a_freeze_inside_a_month_to_come_lets_it_last_longer(gym: Studio, by: Actor, now: datetime) -> None:
    person, first = member(gym, by, now, monthly=True), date(2026, 12, 24)
    terms = FreezeTerms(date(2027, 1, 1), date(2027, 1, 10), 0)
    with transaction():
        freeze(db.session.query(Membership).one().id, terms, studio=gym, by=by, now=now)
    said = {lot.grant.valid_from: lot.expires_on for lot in cover_of(person, gym, now, date(2027, 2, 1)).lots}
    with transaction():
        give_months(gym, by=by, now=at_local(first, time(0, 5), gym.zone))
    given = {lot.grant.valid_from: lot.expires_on for lot in lots_of(person.id)}
    assert said[first] == given[first] == date(2027, 2, 2)


def test_many_people_cost_as_many_statements_as_one(gym: Studio, by: Actor, now: datetime) -> None:
    people = [member(gym, by, now, monthly=n % 2 == 0, name=f"会員 {n}") for n in range(4)]
    for days, most in (([TODAY], 1), ([TODAY, date(2028, 3, 1)], 4)):
        for some in (people[:1], people):
            with statements() as sent:
                covers([one.id for one in some], gym, days=days, now=now)
            assert len(sent) == most
