"""Freezes and last days beside a visit: what is said before it is booked is what has to be decided after."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.clock import at_local
from backoffice.core.db import db, transaction
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.freezing import FreezeTerms, cancel_freeze, freeze
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import Freeze, LeavingReason, Membership
from backoffice.memberships.queries import plans
from backoffice.memberships.resting import Resting, rests
from backoffice.memberships.undecided import undecided
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.statements import statements

TODAY = date(2026, 11, 24)
Member = Callable[..., Person]


@pytest.fixture
def member(gym: Studio, by: Actor, now: datetime) -> Member:
    """A client with a monthly plan since October and freezes of it, each first and last day."""

    def member(*freezes: tuple[date, date | None], name: str = "会員 一") -> Person:
        with transaction():
            person = create_person(name=name, by=SYSTEM, now=now)
            plan = next(one for one in plans(gym.id) if one.is_monthly)
            join(person, Joining(plan.id, TODAY, None), studio_id=gym.id, lead=None, by=by, now=now)
            for first, last in freezes:
                terms = FreezeTerms(first, last, 0)
                freeze(membership_of(person).id, terms, studio=gym, waiver="試験", by=by, now=now)
        return person

    return member


def client_of(person: Person) -> Client:
    return db.session.scalars(select(Client).where(Client.person_id == person.id)).one()


def membership_of(person: Person) -> Membership:
    query = select(Membership).where(Membership.client_id == client_of(person).id)
    return db.session.scalars(query).one()


def test_nobody_rests_who_is_no_client_or_has_neither_freeze_nor_last_day(
    member: Member, now: datetime
) -> None:
    with transaction():
        person = create_person(name="客", by=SYSTEM, now=now)
    with statements() as sent:
        assert rests([], today=TODAY) == {}
    assert sent == []
    assert rests([person.id, member().id], today=TODAY) == {}


def test_freezes_come_in_order_and_those_that_touch_are_one(member: Member) -> None:
    person = member(
        (date(2026, 12, 11), date(2026, 12, 20)), (date(2026, 12, 1), date(2026, 12, 10)), (date(2027, 2, 1), None)
    )  # fmt: skip
    rest = rests([person.id], today=TODAY)[person.id]
    assert rest.freezes == [
        Resting(date(2026, 12, 1), date(2026, 12, 20)),
        Resting(date(2027, 2, 1), None),
    ]
    assert rest.left_on is None
    assert rests([person.id], today=date(2026, 12, 10))[person.id].freezes[0].first == date(2026, 12, 1)
    later = rests([person.id], today=date(2026, 12, 21))[person.id]
    assert later.freezes == [Resting(date(2027, 2, 1), None)], "what is over is not told"


def test_a_freeze_that_was_taken_back_is_none(gym: Studio, member: Member, by: Actor, now: datetime) -> None:
    person = member((date(2026, 12, 1), date(2026, 12, 10)))
    row = db.session.scalars(select(Freeze)).one()
    with transaction():
        cancel_freeze(gym, row.id, version=None, by=by, now=now)
    assert rests([person.id], today=TODAY) == {}


def test_what_is_said_before_has_to_be_decided_after(
    gym: Studio, member: Member, by: Actor, now: datetime
) -> None:
    first, last, left_on = date(2026, 12, 5), date(2026, 12, 8), date(2026, 12, 22)
    person = member((first, last))
    with transaction():
        terms = LeavingTerms(left_on, LeavingReason.TIME)
        leave(client_of(person).id, terms, studio=gym, waiver="試験", by=by, now=now)
    days = [one + timedelta(days=n) for one in (first, last, left_on) for n in (-1, 0, 1)]
    made = {day: visit(gym, person, day, by, now) for day in days}
    rest = rests([person.id], today=TODAY)[person.id]
    said = {day for day in made if rest.on(day) is not None or rest.is_after_last(day)}
    asked = {one.booking.id for one in undecided(gym, now=now, person_id=person.id)}
    assert {made[day].id for day in said} == asked
    assert 0 < len(said) < len(made)


def test_many_cost_one_statement(member: Member) -> None:
    people = [member((date(2026, 12, 1), date(2026, 12, 10)), name=f"会員 {n}") for n in range(3)]
    with statements() as sent:
        assert len(rests([one.id for one in people], today=TODAY)) == 3
    assert len(sent) == 1


def visit(gym: Studio, person: Person, day: date, by: Actor, now: datetime) -> Booking:
    with transaction():
        return book(
            studio=gym, service=service_by_slug(gym.id, "session"), trainer_id=trainers(gym.id)[0].id,
            starts_at=at_local(day, time(15), gym.zone), participants=[Guest(person)],
            channel=BookingChannel.PHONE, by=by, now=now,
        )  # fmt: skip
