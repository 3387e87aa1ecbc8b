"""Whatever desk, clients, clock and sweep do, in any order: no orphan hold, no second offer, no untrue message."""

import random
from datetime import datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backoffice.bookings import actions as bookings
from backoffice.bookings.facts import booking_facts
from backoffice.bookings.models import Booking, BookingState, Claim
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.models import Person
from backoffice.waiting import actions, offering
from backoffice.waiting.facts import offer_facts
from backoffice.waiting.models import Offer, OfferState, Wait, WaitState
from tests.backoffice.bookings.conftest import WEDNESDAY, Desk, desk_book  # noqa: F401 - a fixture

LIVE = (BookingState.HELD, BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW)
ACTS = ("book", "hold", "move", "cancel", "confirm", "wait", "leave", "sweep", "yes", "no", "later")


class Story:
    """A small gym in which things happen at random, reproducible by its seed."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.dice, self.now = desk, random.Random(seed), desk.now
        self.people = [desk.meet() for _ in range(4)]

    def act(self, name: str) -> None:
        """One thing that somebody tries; what is refused changes nothing."""
        try:
            with db.session.begin_nested():
                getattr(self, f"do_{name}")()
        except DomainError:
            pass

    def do_book(self) -> None:
        self.desk.book(self.hour(), self.who(), trainer=self.trainer(), now=self.now)

    def do_hold(self) -> None:
        until = self.now + timedelta(hours=1)
        self.desk.book(self.hour(), self.who(), trainer=self.trainer(), held_until=until, now=self.now)

    def do_move(self) -> None:
        if booking := self.any_of(Booking):
            bookings.move(booking, starts_at=self.hour(), by=self.desk.by, now=self.now)

    def do_cancel(self) -> None:
        if booking := self.any_of(Booking):
            bookings.cancel(booking, by_gym=False, by=self.desk.by, now=self.now)

    def do_confirm(self) -> None:
        if booking := self.any_of(Booking):
            bookings.confirm_hold(booking, by=self.desk.by, now=self.now)

    def do_wait(self) -> None:
        hour = self.dice.randrange(10, 18)
        actions.add_wait(
            self.desk.studio, self.who(), self.desk.service("session").id, first_day=WEDNESDAY, last_day=WEDNESDAY,
            from_clock=time(hour), until_clock=time(hour + 1), by=self.desk.by, now=self.now,
        )  # fmt: skip

    def do_leave(self) -> None:
        if wait := self.any_of(Wait):
            actions.end_wait(self.desk.studio.id, wait.id, by=self.desk.by, now=self.now)

    def do_sweep(self) -> None:
        offering.sweep(self.desk.studio, now=self.now)

    def do_yes(self) -> None:
        if offer := self.any_of(Offer):
            actions.accept(offer, by=self.desk.by, now=self.now)

    def do_no(self) -> None:
        if offer := self.any_of(Offer):
            actions.decline(offer, leave=self.dice.random() < 0.3, by=self.desk.by, now=self.now)

    def do_later(self) -> None:
        self.now += timedelta(minutes=self.dice.choice([20, 61, 125]))

    def who(self) -> Person:
        return self.dice.choice(self.people)

    def trainer(self) -> str:
        return self.dice.choice(["mori", "okada"])

    def hour(self) -> datetime:
        return self.desk.at(self.dice.randrange(10, 18))

    def any_of(self, model: type) -> object:
        rows = db.session.scalars(select(model).order_by(model.id)).all()  # type: ignore[attr-defined]
        return self.dice.choice(rows) if rows else None


def check(story: Story) -> None:
    """What must hold after a sweep, whatever came before."""
    offering.sweep(story.desk.studio, now=story.now)
    db.session.flush()
    state_of = dict(db.session.execute(select(Booking.id, Booking.state)).all())
    holders = set(db.session.scalars(select(Claim.booking_id)))
    assert holders == {number for number, state in state_of.items() if state in LIVE}, (
        "claims are of live bookings"
    )
    stale = select(func.count()).where(Booking.state == BookingState.HELD, Booking.held_until <= story.now)
    assert db.session.scalar(stale) == 0, "no hold outlives its time"
    open_offers = db.session.scalars(select(Offer).where(Offer.state == OfferState.OPEN)).all()
    assert all(state_of[one.booking_id] == BookingState.HELD for one in open_offers)
    offered = db.session.scalars(select(Wait.id).where(Wait.state == WaitState.OFFERED)).all()
    assert sorted(offered) == sorted(one.wait_id for one in open_offers), (
        "one open offer for each who was asked"
    )
    for message in db.session.scalars(select(Message).where(Message.state == MessageState.PLANNED)):
        facts = (offer_facts if message.kind == Kind.SLOT_OFFERED else booking_facts)(message, story.now)
        state = state_of[message.booking_id or 0]
        if isinstance(facts, Facts) and message.kind != Kind.BOOKING_CANCELLED:
            assert state == (BookingState.HELD if message.kind == Kind.SLOT_OFFERED else BookingState.BOOKED)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), history=st.lists(st.sampled_from(ACTS), min_size=3, max_size=25))
def test_nothing_is_left_half_way(seed: int, history: list[str], desk_book: Desk) -> None:  # noqa: F811
    with db.session.begin_nested() as around:
        story = Story(desk_book, seed)
        for name in history:
            story.act(name)
        check(story)
        around.rollback()


@pytest.mark.parametrize("seed", range(3))
def test_long_stories(seed: int, desk_book: Desk) -> None:  # noqa: F811
    story, dice = Story(desk_book, seed), random.Random(seed)
    for number in range(80):
        story.act(dice.choice(ACTS))
        if number % 10 == 9:
            check(story)
