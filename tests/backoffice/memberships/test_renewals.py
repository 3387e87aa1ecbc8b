"""Who is asked about more tickets, what is left beside a visit, and visits for which there was no ticket."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from backoffice.bookings.actions import book
from backoffice.bookings.attendance import attend
from backoffice.bookings.day_sheet import day_rows
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.bookings.queries import booking_view, guests_of
from backoffice.bookings.ticket_history import visits_without_ticket
from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local, day_span
from backoffice.core.db import db, transaction
from backoffice.core.errors import NotFound
from backoffice.memberships.actions import Joining, join, sell
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason, Membership
from backoffice.memberships.queries import plans
from backoffice.memberships.renewals import Why, ask_to_renew, renewals
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.session_logs.queries import visit as visit_of_card
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets import actions
from backoffice.tickets.queries import lots_of
from backoffice.todos.models import Todo, TodoKind

TODAY = date(2026, 11, 24)


@pytest.fixture
def member(gym: Studio, by: Actor, now: datetime) -> Callable[..., Person]:
    """Somebody who joined with a pack of sixteen, or a monthly plan."""

    def member(name: str, *, starts_on: date = TODAY, monthly: bool = False) -> Person:
        with transaction():
            person = create_person(name=name, phones=["090-1234-0001"], by=by, now=now)
            plan = next(plan for plan in plans(gym.id) if plan.is_monthly == monthly)
            join(person, Joining(plan.id, starts_on, None), studio_id=gym.id, lead=None, by=by, now=now)
        return person

    return member


@pytest.fixture
def visit(gym: Studio, by: Actor, now: datetime) -> Callable[..., Booking]:
    """Book a session today."""

    def visit(person: Person, hour: int = 16) -> Booking:
        with transaction():
            return book(
                studio=gym, service=service_by_slug(gym.id, "session"), trainer_id=trainers(gym.id)[0].id,
                starts_at=at_local(TODAY, time(hour), gym.zone), participants=[Guest(person)],
                channel=BookingChannel.DESK, by=by, now=now,
            )  # fmt: skip

    return visit


def take(person: Person, count: int, by: Actor, now: datetime) -> None:
    """Take tickets off."""
    with transaction():
        actions.adjust(lots_of(person.id)[0].grant.id, -count, note="テスト", by=by, now=now)


def listed(gym: Studio, now: datetime) -> list[tuple[str, Why, int]]:
    """Who is on the list."""
    return [(row.name, row.why, row.free) for row in renewals(gym, now=now)]


def test_few_tickets_few_days_or_none(
    gym: Studio, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    member("満 十六")
    few = member("少 二枚")
    for name, day in (
        ("末 近い", date(2026, 6, 20)),
        ("終 過ぎ", date(2026, 5, 1)),
        ("昔 前", date(2026, 3, 1)),
    ):
        member(name, starts_on=day)
    take(few, 14, by, now)
    assert listed(gym, now) == [
        ("終 過ぎ", Why.ENDED, 0),
        ("末 近い", Why.ENDING, 16),
        ("少 二枚", Why.FEW, 2),
    ]


def test_a_pack_without_an_end_is_asked_about_until_two_months_after_its_last_line(
    gym: Studio, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    pack = next(plan for plan in plans(gym.id) if not plan.is_monthly)
    with transaction():
        pack.valid_months = None
    person = member("無 期限")
    assert lots_of(person.id)[0].expires_on is None
    take(person, 16, by, now)
    assert listed(gym, now + timedelta(days=60)) == [("無 期限", Why.ENDED, 0)]
    assert listed(gym, now + timedelta(days=61)) == []
    with transaction():
        actions.adjust(lots_of(person.id)[0].grant.id, 1, note="テスト", by=by, now=now)
    assert listed(gym, now + timedelta(days=700)) == [("無 期限", Why.FEW, 1)]


def test_a_newer_pack_takes_them_off_the_list(
    gym: Studio, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    person = member("少 二枚")
    take(person, 14, by, now)
    client = db.session.query(Client).one()
    with transaction():
        sell(client, db.session.query(Membership).one().plan_id, TODAY, studio_id=gym.id, by=by, now=now)
    assert listed(gym, now) == []


def test_a_monthly_plan_that_ends(
    gym: Studio, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    member("続 ける", monthly=True)
    leaver = member("辞 める", monthly=True)
    client = db.session.query(Client).filter_by(person_id=leaver.id).one()
    with transaction():
        terms = LeavingTerms(TODAY + timedelta(days=20), LeavingReason.TIME)
        leave(client.id, terms, studio=gym, waiver="店長了承", by=by, now=now)
    assert listed(gym, now) == [("辞 める", Why.MONTHLY_ENDS, 4)]


def test_one_task_for_one_of_them(
    gym: Studio, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    full, few = member("満 十六"), member("少 二枚")
    take(few, 14, by, now)
    for _ in range(2):
        with transaction():
            ask_to_renew(gym, few.id, by=by, now=now)
    assert db.session.query(Todo).filter_by(kind=TodoKind.RENEW).count() == 1
    assert renewals(gym, now=now)[0].is_asked
    with pytest.raises(NotFound), transaction():
        ask_to_renew(gym, full.id, by=by, now=now)


def test_what_is_left_stands_beside_the_visit(
    gym: Studio, member: Callable[..., Person], visit: Callable[..., Booking], by: Actor, now: datetime
) -> None:
    has, none = member("満 十六"), member("無 し")
    take(none, 16, by, now)
    booked = [visit(has), visit(none, 18)]
    rows = day_rows(gym.id, *day_span(TODAY, gym.zone))
    expected = [(True, True, 15), (True, False, 0)]
    assert [(row.uses_tickets, row.has_ticket, row.tickets_left) for row in rows] == expected
    for booking, (_uses, has_one, left) in zip(booked, expected, strict=True):
        guest = booking_view(gym.id, booking.id).guests[0]
        card = visit_of_card(gym.id, guest.participant.id)
        assert (
            (guest.has_ticket, guest.tickets_left) == (card.has_ticket, card.tickets_left) == (has_one, left)
        )
    assert rows[0].without_guest().tickets_left is None


def test_a_visit_without_a_ticket_is_listed_until_there_is_one(
    gym: Studio, member: Callable[..., Person], visit: Callable[..., Booking], by: Actor, now: datetime
) -> None:
    person = member("無 し")
    take(person, 16, by, now)
    booking = visit(person)
    later = now + timedelta(hours=6)

    def without(at: datetime) -> list[int]:
        return [
            one.booking_id for one in visits_without_ticket(gym.id, since=now - timedelta(days=1), now=at)
        ]

    assert without(now) == [booking.id]
    assert without(later) == []  # nobody has said yet whether they came
    with transaction():
        attend(guests_of(booking.id)[0], by=by, now=later)
    assert without(later) == [booking.id]
    other = member("別 人")
    visit(other, 18)
    assert without(now) == [booking.id]
