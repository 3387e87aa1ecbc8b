"""The waiting list: a freed time is held for the first who suits, offered by message, and passes on."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings import actions as bookings
from backoffice.bookings.models import Booking, BookingState, Claim
from backoffice.bookings.refusals import Slot, SlotTaken
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.models import Person
from backoffice.todos.models import Todo
from backoffice.waiting import offering
from backoffice.waiting.actions import OfferGone, accept, add_wait, decline, end_wait
from backoffice.waiting.facts import offer_facts
from backoffice.waiting.models import Offer, OfferState, Wait, WaitState
from tests.backoffice.bookings.conftest import WEDNESDAY, Desk, desk_book  # noqa: F401 - a fixture


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    """The desk, by a shorter name."""
    return desk_book


def full_hour(desk: Desk, clock: int = 11) -> Booking:
    """A booking at the hour everybody waits for."""
    return desk.book(desk.at(clock))


def wait(desk: Desk, person: Person, clock: int = 11, **wish: object) -> Wait:
    """Somebody who would come at exactly this hour on Wednesday, with Mori."""
    wished = {
        "first_day": WEDNESDAY, "last_day": WEDNESDAY, "from_clock": time(clock), "until_clock": time(clock),
        "trainer_id": desk.trainer("mori").id, **wish,
    }  # fmt: skip
    return add_wait(desk.studio, person, desk.service("session").id, by=desk.by, now=desk.now, **wished)  # type: ignore[arg-type]


def offers(state: str = OfferState.OPEN) -> list[Offer]:
    return list(db.session.scalars(select(Offer).where(Offer.state == state).order_by(Offer.id)))


def held(offer: Offer) -> Booking:
    return db.session.get_one(Booking, offer.booking_id, populate_existing=True)


def messages(kind: Kind = Kind.SLOT_OFFERED) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


def test_a_freed_time_is_held_for_the_first_who_waits_and_offered_by_message(desk: Desk) -> None:
    taken = full_hour(desk)
    first, second = desk.meet(), desk.meet()
    waits = [wait(desk, first), wait(desk, second)]
    assert offering.sweep(desk.studio, now=desk.now) == 0, "nothing is free"
    bookings.cancel(taken, by_gym=False, by=desk.by, now=desk.now)
    assert offering.sweep(desk.studio, now=desk.now) == 1
    offer = offers()[0]
    booking = held(offer)
    assert (offer.wait_id, booking.state, booking.starts_at) == (waits[0].id, "HELD", desk.at(11))
    assert offer.expires_at == booking.held_until == desk.now + timedelta(hours=2)
    assert [waits[0].state, waits[1].state] == [WaitState.OFFERED, WaitState.WAITING]
    assert [(one.person_id, one.state) for one in messages()] == [(first.id, MessageState.PLANNED)]
    with pytest.raises(SlotTaken):
        desk.book(desk.at(11))
    assert offering.sweep(desk.studio, now=desk.now) == 0, "once"


def test_a_yes_makes_it_a_booking_and_tells_the_guest(desk: Desk) -> None:
    who = desk.meet()
    mine = wait(desk, who)
    offering.sweep(desk.studio, now=desk.now)
    offer = offers()[0]
    booking = accept(offer, by=desk.by, now=desk.now)
    assert (booking.state, mine.state, offer.state) == ("BOOKED", "BOOKED", "ACCEPTED")
    assert [one.person_id for one in messages(Kind.BOOKING_CONFIRMED)] == [who.id]
    assert accept(offer, by=desk.by, now=desk.now) is booking, "a second yes changes nothing"
    assert isinstance(offer_facts(messages()[0], desk.now), NotWanted)


def test_without_an_answer_the_time_passes_to_the_next_and_a_late_yes_is_refused(desk: Desk) -> None:
    waits = [wait(desk, desk.meet()), wait(desk, desk.meet())]
    offering.sweep(desk.studio, now=desk.now)
    late = offers()[0]
    after = desk.now + timedelta(hours=2)
    assert isinstance(offer_facts(messages()[0], desk.now), Facts)
    assert isinstance(offer_facts(messages()[0], after), NotWanted)
    with pytest.raises(OfferGone):
        accept(late, by=desk.by, now=after)  # before any sweep noticed
    offering.sweep(desk.studio, now=after)
    assert late.state == OfferState.LAPSED
    assert [one.wait_id for one in offers()] == [waits[1].id]
    assert held(offers()[0]).starts_at == held(late).starts_at
    with pytest.raises(OfferGone):
        accept(late, by=desk.by, now=after)
    assert waits[0].state == WaitState.WAITING, "stays on the list"
    offering.sweep(desk.studio, now=after + timedelta(hours=2))
    assert len(offers()) == 0, "nobody is offered the same start twice"


def test_a_no_passes_it_on_and_leaving_ends_the_wait(desk: Desk) -> None:
    waits = [wait(desk, desk.meet()), wait(desk, desk.meet()), wait(desk, desk.meet())]
    for leave, ends_as in ((False, WaitState.WAITING), (True, WaitState.ENDED)):
        offering.sweep(desk.studio, now=desk.now)
        offer = offers()[0]
        decline(offer, leave=leave, by=desk.by, now=desk.now)
        assert db.session.get_one(Wait, offer.wait_id).state == ends_as
        assert held(offer).state == BookingState.CANCELLED
    offering.sweep(desk.studio, now=desk.now)
    assert offers()[0].wait_id == waits[2].id


def test_no_hold_and_no_message_is_left_when_somebody_is_taken_off_the_list(
    desk: Desk, claims_count: Callable[[], int]
) -> None:
    mine = wait(desk, desk.meet())
    offering.sweep(desk.studio, now=desk.now)
    offer = offers()[0]
    end_wait(desk.studio.id, mine.id, by=desk.by, now=desk.now)
    assert (mine.state, offer.state, held(offer).state) == ("ENDED", "WITHDRAWN", "CANCELLED")
    assert claims_count() == 0
    assert isinstance(offer_facts(messages()[0], desk.now), NotWanted)


@pytest.fixture
def claims_count() -> Callable[[], int]:
    """How many resources are taken."""
    return lambda: len(db.session.scalars(select(Claim.id)).all())


def test_a_hold_that_the_desk_confirms_by_itself_is_a_yes(desk: Desk) -> None:
    mine = wait(desk, desk.meet())
    offering.sweep(desk.studio, now=desk.now)
    bookings.confirm_hold(held(offers()[0]), by=desk.by, now=desk.now)
    offering.sweep(desk.studio, now=desk.now)
    assert mine.state == WaitState.BOOKED
    assert offers(OfferState.ACCEPTED)


def test_a_lapsed_hold_without_an_offer_is_given_back_by_the_sweep(
    desk: Desk, claims_count: Callable[[], int]
) -> None:
    until = desk.now + timedelta(hours=1)
    booking = desk.book(desk.at(11), held_until=until)
    offering.sweep(desk.studio, now=until - timedelta(minutes=1))
    assert claims_count() > 0
    offering.sweep(desk.studio, now=until)
    db.session.refresh(booking)
    assert (booking.state, claims_count()) == ("CANCELLED", 0)


def test_somebody_without_mail_is_called(desk: Desk) -> None:
    who = desk.meet(mail="")
    wait(desk, who)
    offering.sweep(desk.studio, now=desk.now)
    todo = db.session.scalars(select(Todo).where(Todo.person_id == who.id)).one()
    assert (todo.title, todo.booking_id) == (offering.CALL_OFFER, offers()[0].booking_id)
    assert messages() == []


def test_nobody_is_asked_at_night_nor_about_a_time_too_near(desk: Desk) -> None:
    wait(desk, desk.meet(), 18)
    assert offering.sweep(desk.studio, now=desk.at(22, day=local_date(desk.now, desk.studio.zone))) == 0
    notice = timedelta(minutes=desk.service("session").notice_minutes)
    near = desk.at(18) - notice - timedelta(minutes=20)
    assert offering.sweep(desk.studio, now=near) == 0
    assert offering.sweep(desk.studio, now=near - timedelta(minutes=20)) == 1
    assert offers()[0].expires_at == desk.at(18) - notice


def test_starts_too_near_do_not_keep_a_later_one_from_being_offered(desk: Desk) -> None:
    wait(desk, desk.meet(), from_clock=None, until_clock=None, trainer_id=None)
    notice = timedelta(minutes=desk.service("session").notice_minutes)
    now = desk.at(11) - notice
    assert offering.sweep(desk.studio, now=now) == 1
    assert held(offers()[0]).starts_at >= now + notice + offering.LEAST_TIME


def test_days_that_are_over_end_a_wait(desk: Desk) -> None:
    mine = wait(desk, desk.meet())
    offering.sweep(desk.studio, now=desk.at(1, day=WEDNESDAY + timedelta(days=1)))
    db.session.refresh(mine)
    assert mine.state == WaitState.ENDED


@pytest.mark.parametrize(
    ("wish", "starts", "trainer", "fits"),
    [
        ({}, 11, "mori", True),
        ({}, 12, "mori", False),
        ({}, 11, "okada", False),
        ({"trainer_id": None}, 11, "okada", True),
        ({"trainer_id": None, "wants_woman": True}, 11, "mori", False),
        ({"trainer_id": None, "wants_woman": True}, 11, "okada", True),
        ({"from_clock": None, "until_clock": None}, 19, "mori", True),
        (
            {"first_day": WEDNESDAY + timedelta(days=1), "last_day": WEDNESDAY + timedelta(days=1)},
            11,
            "mori",
            False,
        ),
    ],
)
def test_what_suits_whom(desk: Desk, wish: dict[str, object], starts: int, trainer: str, fits: bool) -> None:
    mine = wait(desk, desk.meet(), **wish)
    slot = Slot(desk.at(starts), desk.trainer(trainer).id, None)
    assert offering.suits(mine, slot, {desk.trainer("okada").id}, desk.studio.zone) is fits


def test_odd_wishes_are_refused(desk: Desk) -> None:
    who, day = desk.meet(), timedelta(days=1)
    for wish in (
        {"last_day": WEDNESDAY - day},
        {"first_day": WEDNESDAY - 9 * day, "last_day": WEDNESDAY - 8 * day},
        {"last_day": WEDNESDAY + 100 * day},
        {"from_clock": time(12), "until_clock": time(11)},
    ):
        with pytest.raises(Invalid):
            wait(desk, who, **wish)


def test_two_waits_of_one_service_get_two_different_times(desk: Desk) -> None:
    for _ in range(2):
        wait(desk, desk.meet(), from_clock=time(10), until_clock=time(13))
    assert offering.sweep(desk.studio, now=desk.now) == 2
    starts = [held(one).starts_at for one in offers()]
    assert starts[1] - starts[0] >= timedelta(minutes=60)
