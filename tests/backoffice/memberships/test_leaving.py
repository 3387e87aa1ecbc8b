"""Leaving, and the bookings that a freeze or a last day leaves behind: decided one by one, nothing by itself."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.clock import at_local
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.memberships.actions import Joining, join, sell
from backoffice.memberships.freezing import BeforeCutOff, FreezeTerms, cancel_freeze, freeze
from backoffice.memberships.leaving import LeavingTerms, leave, stay
from backoffice.memberships.models import KeptBooking, Leaving, LeavingReason, Membership, Plan
from backoffice.memberships.tickets import give_months
from backoffice.memberships.undecided import Decision, ask_about_all, decide, undecided
from backoffice.messaging.models import Kind, Message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.queries import balance_of
from backoffice.todos.actions import finish_todo
from backoffice.todos.models import Todo, TodoKind

ZONE = "Asia/Tokyo"
TODAY = date(2026, 11, 24)


@pytest.fixture
def guest(gym: Studio, by: Actor, now: datetime) -> Person:
    """A member since June with four sessions a month."""
    with transaction():
        person = create_person(
            name="北川 澄", phones=["090-1234-0001"], mails=["sumi@guest.example"], by=by, now=now
        )
        plan = Plan(
            studio_id=gym.id,
            name_ja="月4回",
            name_en="4 a month",
            price_yen=39_600,
            sessions=4,
            is_monthly=True,
        )
        db.session.add(plan)
        db.session.flush()
        join(person, Joining(plan.id, date(2026, 11, 1), None), studio_id=gym.id, lead=None, by=by, now=now)
    return person


@pytest.fixture
def visit(gym: Studio, guest: Person, by: Actor, now: datetime) -> Callable[[date], Booking]:
    """Book a session on a day at 10:00."""

    def visit(day: date) -> Booking:
        with transaction():
            return book(
                studio=gym,
                service=service_by_slug(gym.id, "session"),
                trainer_id=trainers(gym.id)[0].id,
                starts_at=at_local(day, time(10), ZONE),
                participants=[Guest(guest)],
                channel=BookingChannel.DESK,
                by=by,
                now=now,
            )

    return visit


@pytest.fixture
def leaves(gym: Studio, guest: Person, by: Actor, now: datetime) -> Callable[..., Leaving]:
    """The guest leaves on a day."""

    def leaves(day: date, *, waiver: str = "", at: datetime = now) -> Leaving:
        client = db.session.scalars(select(Client).where(Client.person_id == guest.id)).one()
        terms = LeavingTerms(day, LeavingReason.MOVING, "東京へ転勤")
        with transaction():
            return leave(client.id, terms, studio=gym, waiver=waiver, by=by, now=at)

    return leaves


def ahead(gym: Studio, now: datetime) -> list[str]:
    """The days of the bookings to decide about."""
    return [str(one.booking.starts_at.date()) for one in undecided(gym, now=now)]


def tasks() -> int:
    """How many people wait for somebody to decide."""
    return db.session.query(Todo).filter_by(kind=TodoKind.DECIDE, done_at=None).count()


def told() -> int:
    """How many messages say that a booking is cancelled."""
    return (
        db.session.scalar(select(func.count(Message.id)).where(Message.kind == Kind.BOOKING_CANCELLED)) or 0
    )


def test_the_last_day_ends_what_runs_and_the_person_stays(
    gym: Studio, guest: Person, leaves: Callable[..., Leaving], by: Actor
) -> None:
    leaves(date(2026, 12, 31))
    membership = db.session.query(Membership).one()
    client = db.session.query(Client).one()
    assert (membership.ends_on, client.left_on) == (date(2026, 12, 31), date(2026, 12, 31))
    for day, given in ((date(2026, 12, 1), 1), (date(2027, 1, 1), 0)):
        with transaction():
            assert give_months(gym, by=by, now=at_local(day, time(1), ZONE)) == given
    assert db.session.get_one(Person, guest.id).name == "北川 澄"
    with pytest.raises(Invalid):
        leaves(date(2027, 1, 31))


def test_until_the_day_it_can_be_taken_back(gym: Studio, leaves: Callable[..., Leaving], by: Actor) -> None:
    row = leaves(date(2026, 12, 31))
    with pytest.raises(Stale), transaction():
        stay(row.id, studio=gym, version=9, by=by, now=at_local(TODAY, time(12), ZONE))
    with transaction():
        stay(
            row.id,
            studio=gym,
            version=row.version,
            by=by,
            now=at_local(date(2026, 12, 31), time(23, 50), ZONE),
        )
    assert db.session.query(Membership).one().ends_on is None
    assert db.session.query(Client).one().left_on is None
    with pytest.raises(NotFound), transaction():
        stay(row.id, studio=gym, by=by, now=at_local(TODAY, time(12), ZONE))
    again = leaves(date(2026, 12, 31))
    with pytest.raises(Invalid), transaction():
        stay(again.id, studio=gym, by=by, now=at_local(date(2027, 1, 1), time(0, 10), ZONE))


def test_after_the_cut_off_day_a_manager_has_to_say_why(leaves: Callable[..., Leaving]) -> None:
    with pytest.raises(BeforeCutOff) as refused:
        leaves(date(2026, 11, 30))  # it is the 24th, and the cut-off day is the 10th
    assert refused.value.params == {"day": date(2026, 12, 31)}
    with pytest.raises(Invalid):
        leaves(date(2026, 11, 23), waiver="店長了承")  # yesterday
    assert leaves(date(2026, 11, 30), waiver="店長了承").waiver == "店長了承"


def test_bookings_after_the_last_day_wait_for_somebody(
    gym: Studio, guest: Person, visit: Callable[[date], Booking], leaves: Callable[..., Leaving], by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    visit(date(2026, 12, 31))
    later = [visit(date(2027, 1, day)) for day in (5, 6, 7, 8)]
    leaves(date(2026, 12, 31))
    assert ahead(gym, now) == ["2027-01-05", "2027-01-06", "2027-01-07", "2027-01-08"]
    assert {booking.state for booking in later} == {"BOOKED"}
    assert tasks() == 1
    expected = ("BOOKED", "CANCELLED_BY_GYM", "CANCELLED_BY_GYM", "CANCELLED")
    news = []
    for booking, decision in zip(later, Decision, strict=True):
        with transaction():
            decide(gym, guest.id, booking.id, decision, version=booking.version, by=by, now=now)
        news.append(told())
    assert tuple(booking.state for booking in later) == expected
    assert news == [0, 1, 1, 2]
    assert (ahead(gym, now), tasks()) == ([], 0)
    assert db.session.query(KeptBooking).one().booking_id == later[0].id


def test_what_was_ticked_off_undecided_or_booked_meanwhile_is_asked_again(
    gym: Studio, visit: Callable[[date], Booking], leaves: Callable[..., Leaving], by: Actor, now: datetime
) -> None:
    leaves(date(2026, 12, 31))
    assert tasks() == 0
    visit(date(2027, 1, 5))
    with transaction():
        assert ask_about_all(gym, by=SYSTEM, now=now) == 1
    task = db.session.query(Todo).filter_by(kind=TodoKind.DECIDE).one()
    with transaction():
        finish_todo(gym.id, task.id, by=by, now=now)
    with transaction():
        ask_about_all(gym, by=SYSTEM, now=now + timedelta(hours=1))
    assert tasks() == 1


def test_bookings_inside_a_freeze_are_listed_until_it_is_taken_back(
    gym: Studio, guest: Person, visit: Callable[[date], Booking], by: Actor, now: datetime
) -> None:
    for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 31), date(2027, 2, 1)):
        visit(day)
    membership = db.session.query(Membership).one()
    with transaction():
        row = freeze(
            membership.id, FreezeTerms(date(2027, 1, 1), date(2027, 1, 31), 0), studio=gym, by=by, now=now
        )
    assert ahead(gym, now) == ["2027-01-01", "2027-01-31"]
    with pytest.raises(NotFound), transaction():
        decide(
            gym, guest.id, db.session.query(Booking).order_by(Booking.id).first().id, Decision.BY_GYM,
            version=None, by=by, now=now,
        )  # fmt: skip
    with transaction():
        cancel_freeze(gym, row.id, by=by, now=now)
    assert (ahead(gym, now), tasks()) == ([], 0)


def test_a_ticket_that_ends_before_the_visit_by_now_is_given_back(
    gym: Studio, guest: Person, visit: Callable[[date], Booking], by: Actor, now: datetime
) -> None:
    membership = db.session.query(Membership).one()
    terms = FreezeTerms(date(2026, 11, 28), date(2026, 12, 27), 0)
    with transaction():
        row = freeze(membership.id, terms, studio=gym, waiver="店長了承", by=by, now=now)
    visit(date(2026, 12, 29))  # November's tickets last until 30 December
    assert balance_of(guest.id, day=TODAY).reserved == 1
    with transaction():
        cancel_freeze(gym, row.id, by=by, now=now)
    assert balance_of(guest.id, day=TODAY) == (4, 0, date(2026, 11, 30))


def test_nothing_is_sold_until_the_last_day_that_is_set(
    gym: Studio, guest: Person, leaves: Callable[..., Leaving], by: Actor, now: datetime
) -> None:
    client = db.session.scalars(select(Client).where(Client.person_id == guest.id)).one()
    plan_id = db.session.scalars(select(Membership.plan_id)).one()
    left = leaves(date(2026, 12, 31))
    with pytest.raises(Invalid), transaction():
        sell(client, plan_id, TODAY, studio_id=gym.id, by=by, now=now)
    with transaction():
        stay(left.id, studio=gym, by=by, now=now)
    with transaction():
        sell(client, plan_id, TODAY, studio_id=gym.id, by=by, now=now)
    assert len(db.session.scalars(select(Membership)).all()) == 2


def test_no_freeze_stands_after_the_last_day(
    gym: Studio, leaves: Callable[..., Leaving], by: Actor, now: datetime
) -> None:
    membership = db.session.query(Membership).one()
    with transaction():
        runs, planned = [
            freeze(membership.id, FreezeTerms(first, last, 0), studio=gym, waiver="店長了承", by=by, now=now)
            for first, last in (
                (date(2026, 12, 25), date(2027, 1, 15)),
                (date(2027, 2, 1), None),
            )
        ]
    leaves(date(2026, 12, 31), waiver="店長了承")
    db.session.expire_all()
    assert (runs.ends_on, runs.cancelled_at) == (date(2026, 12, 31), None)
    assert planned.cancelled_at is not None
