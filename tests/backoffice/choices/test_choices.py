"""Three times to choose from: held for one person, one is taken, the others are freed with it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings import actions as bookings
from backoffice.bookings.models import Booking, BookingState, Claim
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import NotPossible, Slot, SlotTaken
from backoffice.choices.actions import ChoiceGone, ChosenAlready, choose, decline, settle_choices, withdraw
from backoffice.choices.facts import times_facts
from backoffice.choices.models import Choice, ChoiceState
from backoffice.choices.queries import (
    choice_token,
    open_for_booking,
    open_for_person,
    read_token,
    result_of,
    times_of,
)
from backoffice.choices.sending import send_times
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.leads.queries import open_lead_of
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.todos.models import Todo, TodoKind
from backoffice.waiting.offering import sweep
from tests.backoffice.bookings.conftest import Desk
from tests.backoffice.bookings.test_visits import visit
from tests.backoffice.choices.conftest import send, slot, to_move


def holds(choice: Choice) -> list[Booking]:
    return [one.hold for one in times_of(choice.id)]


def states(choice: Choice) -> list[str]:
    return [hold.state for hold in holds(choice)]


def claimed(booking: Booking) -> bool:
    return bool(db.session.scalars(select(Claim.id).where(Claim.booking_id == booking.id)).all())


def messages(kind: Kind) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


def test_each_time_is_held_and_one_message_offers_them(desk: Desk) -> None:
    who = desk.meet()
    choice = send(desk, who, 18, 11, 16)
    assert [hold.starts_at for hold in holds(choice)] == [slot(desk, hour).starts_at for hour in (11, 16, 18)]
    assert states(choice) == ["HELD"] * 3
    assert choice.expires_at == desk.now + timedelta(hours=24)
    assert {hold.held_until for hold in holds(choice)} == {choice.expires_at}
    with pytest.raises(SlotTaken):
        desk.book(slot(desk, 16).starts_at)
    (message,) = messages(Kind.TIMES_OFFERED)
    assert (message.person_id, message.values, message.expires_at) == (
        who.id,
        {"choice_id": choice.id},
        choice.expires_at,
    )


@pytest.mark.parametrize(("hour", "kept"), [(16, timedelta(hours=24)), (12, timedelta(hours=22))])
def test_they_are_kept_for_a_day_and_never_later_than_two_hours_before_the_first(
    hour: int, kept: timedelta, desk: Desk
) -> None:
    """It is noon on Tuesday: tomorrow at four is more than a day and two hours away, tomorrow at noon is not."""
    first = slot(desk, hour, days=0)
    choice = send_times(desk.studio, desk.service("session"), desk.meet(), [first], by=desk.by, now=desk.now)
    assert choice.expires_at == desk.now + kept


def test_one_is_taken_and_the_others_are_freed(desk: Desk) -> None:
    who = desk.meet()
    choice = send(desk, who, 11, 16, 18)
    booking = choose(choice, 2, by=SYSTEM, now=desk.now)
    assert states(choice) == ["CANCELLED", "BOOKED", "CANCELLED"]
    assert [claimed(hold) for hold in holds(choice)] == [False, True, False]
    assert (choice.state, choice.chosen_id, result_of(choice)) == (ChoiceState.CHOSEN, booking.id, booking)
    assert [one.booking_id for one in messages(Kind.BOOKING_CONFIRMED)] == [booking.id]
    assert messages(Kind.BOOKING_CANCELLED) == [], "nobody is told that a hold went"
    desk.book(slot(desk, 11).starts_at)
    assert isinstance(times_facts(messages(Kind.TIMES_OFFERED)[0], desk.now), NotWanted)


def test_the_same_answer_again_changes_nothing_and_another_one_is_refused(desk: Desk) -> None:
    choice = send(desk, desk.meet(), 11, 16)
    first = choose(choice, 1, by=SYSTEM, now=desk.now)
    assert choose(choice, 1, by=SYSTEM, now=desk.now + timedelta(minutes=1)) is first
    with pytest.raises(ChosenAlready):
        choose(choice, 2, by=SYSTEM, now=desk.now)
    assert len(messages(Kind.BOOKING_CONFIRMED)) == 1
    assert states(choice) == ["BOOKED", "CANCELLED"]


@pytest.mark.parametrize("position", [0, 4, -1])
def test_a_time_that_was_never_sent_is_not_taken(position: int, desk: Desk) -> None:
    choice = send(desk, desk.meet(), 11, 16)
    with pytest.raises(ChoiceGone):
        choose(choice, position, by=SYSTEM, now=desk.now)
    assert states(choice) == ["HELD", "HELD"]


def test_after_the_deadline_nothing_is_taken_and_the_sweep_frees_them(desk: Desk) -> None:
    choice = send(desk, desk.meet(), 11, 16)
    late = choice.expires_at
    with pytest.raises(ChoiceGone):
        choose(choice, 1, by=SYSTEM, now=late)
    settle_choices(now=late - timedelta(seconds=1))
    assert choice.state == ChoiceState.OPEN
    sweep(desk.studio, now=late)
    settle_choices(now=late)
    assert (choice.state, states(choice)) == (ChoiceState.LAPSED, ["CANCELLED"] * 2)
    desk.book(slot(desk, 16).starts_at)


def test_a_hold_that_the_desk_ended_is_gone_and_the_others_stay(desk: Desk) -> None:
    choice = send(desk, desk.meet(), 11, 16)
    bookings.cancel(holds(choice)[0], by_gym=True, by=desk.by, now=desk.now)
    settle_choices(now=desk.now)
    assert choice.state == ChoiceState.OPEN
    with pytest.raises(ChoiceGone):
        choose(choice, 1, by=SYSTEM, now=desk.now)
    facts = times_facts(messages(Kind.TIMES_OFFERED)[0], desk.now)
    assert isinstance(facts, Facts)
    assert len(facts.buttons) == 2, "one time and none of these"
    assert choose(choice, 2, by=SYSTEM, now=desk.now).state == BookingState.BOOKED


def test_a_hold_that_the_desk_confirmed_is_the_choice(desk: Desk) -> None:
    choice = send(desk, desk.meet(), 11, 16)
    bookings.confirm_hold(holds(choice)[1], by=desk.by, now=desk.now)
    settle_choices(now=desk.now)
    assert (choice.state, states(choice)) == (ChoiceState.CHOSEN, ["CANCELLED", "BOOKED"])
    assert result_of(choice) == holds(choice)[1]


def test_none_suits_frees_all_and_asks_the_desk_to_call(desk: Desk) -> None:
    who = desk.meet()
    choice = send(desk, who, 11, 16)
    decline(choice, by=SYSTEM, now=desk.now)
    assert (choice.state, states(choice)) == (ChoiceState.DECLINED, ["CANCELLED"] * 2)
    assert [one.person_id for one in db.session.scalars(select(Todo))] == [who.id]
    with pytest.raises(ChoiceGone):
        decline(choice, by=SYSTEM, now=desk.now)
    assert len(db.session.scalars(select(Todo)).all()) == 1


def test_staff_take_them_back_once(desk: Desk) -> None:
    who = desk.meet()
    choice = send(desk, who, 11, 16)
    assert [one.choice.id for one in open_for_person(desk.studio.id, who.id)] == [choice.id]
    withdraw(desk.studio.id, choice.id, by=desk.by, now=desk.now)
    withdraw(desk.studio.id, choice.id, by=desk.by, now=desk.now)
    assert (choice.state, states(choice)) == (ChoiceState.WITHDRAWN, ["CANCELLED"] * 2)
    assert open_for_person(desk.studio.id, who.id) == []
    with pytest.raises(ChoiceGone):
        choose(choice, 1, by=SYSTEM, now=desk.now)


def test_a_booking_is_moved_and_its_old_time_is_free(desk: Desk) -> None:
    who = desk.meet()
    booking = desk.book(slot(desk, 17, days=2).starts_at, who)
    choice = to_move(desk, booking, who, 11, 16)
    assert [one.choice.id for one in open_for_booking(booking.id)] == [choice.id]
    assert choose(choice, 1, by=SYSTEM, now=desk.now) is booking
    assert (booking.state, booking.starts_at) == ("BOOKED", slot(desk, 11).starts_at)
    assert states(choice) == ["CANCELLED"] * 2
    assert result_of(choice) == booking
    assert len(messages(Kind.BOOKING_MOVED)) == 1
    assert choose(choice, 1, by=SYSTEM, now=desk.now) is booking
    desk.book(slot(desk, 17, days=2).starts_at)
    desk.book(slot(desk, 16).starts_at)
    with pytest.raises(SlotTaken):
        desk.book(slot(desk, 11).starts_at)


@pytest.mark.parametrize("change", ["moved", "cancelled"])
def test_a_booking_that_was_changed_meanwhile_is_not_moved(change: str, desk: Desk) -> None:
    who = desk.meet()
    booking = desk.book(slot(desk, 17, days=2).starts_at, who)
    choice = to_move(desk, booking, who, 11, 16)
    if change == "moved":
        bookings.move(booking, starts_at=slot(desk, 11, days=2).starts_at, by=desk.by, now=desk.now)
    else:
        bookings.cancel(booking, by_gym=False, by=desk.by, now=desk.now)
    before = booking.starts_at
    with pytest.raises(ChoiceGone):
        choose(choice, 1, by=SYSTEM, now=desk.now)
    assert booking.starts_at == before
    settle_choices(now=desk.now)
    assert (choice.state, states(choice)) == (ChoiceState.WITHDRAWN, ["CANCELLED"] * 2)


def test_times_sent_again_for_a_booking_replace_the_first(desk: Desk) -> None:
    who = desk.meet()
    booking = desk.book(slot(desk, 17, days=2).starts_at, who)
    first, second = to_move(desk, booking, who, 11, 16), to_move(desk, booking, who, 16, 18)
    assert (first.state, second.state) == (ChoiceState.WITHDRAWN, ChoiceState.OPEN)
    bookings.cancel(booking, by_gym=False, by=desk.by, now=desk.now)
    with pytest.raises(NotPossible):
        to_move(desk, booking, who, 18)


def test_both_guests_of_a_pair_are_held(desk: Desk) -> None:
    one, other = desk.meet(), desk.meet()
    booking = desk.book(slot(desk, 17, days=2).starts_at, one, other, service="session")
    choice = to_move(desk, booking, other, 11)
    assert choice.person_id == other.id
    with pytest.raises(SlotTaken):
        desk.book(slot(desk, 11).starts_at, one, trainer="okada")


def test_of_times_where_one_is_gone_none_is_held(desk: Desk) -> None:
    desk.book(slot(desk, 16).starts_at)
    who = desk.meet()
    db.session.commit()
    with pytest.raises(SlotTaken):
        send(desk, who, 11, 16)
    db.session.rollback()
    desk.book(slot(desk, 11).starts_at)


@pytest.mark.parametrize(
    ("hours", "days"), [((), 1), ((11, 12, 16, 18), 1), ((14,), -1)], ids=["none", "too many", "too near"]
)
def test_what_makes_no_sense_is_refused(hours: tuple[int, ...], days: int, desk: Desk) -> None:
    slots = [slot(desk, hour, days=days) for hour in hours]
    with pytest.raises(Invalid):
        send_times(desk.studio, desk.service("session"), desk.meet(), slots, by=desk.by, now=desk.now)


def test_times_that_overlap_are_refused(desk: Desk) -> None:
    half = Slot(slot(desk, 11).starts_at + timedelta(minutes=30), desk.trainer("okada").id, None)
    with pytest.raises(Invalid):
        send_times(
            desk.studio,
            desk.service("session"),
            desk.meet(),
            [slot(desk, 11), half],
            by=desk.by,
            now=desk.now,
        )


def test_who_cannot_be_written_to_is_called(desk: Desk) -> None:
    who = desk.meet(mail="")
    send(desk, who, 11)
    assert messages(Kind.TIMES_OFFERED) == []
    assert [one.person_id for one in db.session.scalars(select(Todo))] == [who.id]


def test_a_trial_is_chosen_and_its_lead_follows(desk: Desk) -> None:
    who = desk.meet()
    choice = send(desk, who, 11, 16, service="trial")
    choose(choice, 1, by=SYSTEM, now=desk.now)
    lead = open_lead_of(who.id)
    assert lead is not None
    assert lead.stage == "TRIAL_BOOKED"


def test_the_message_carries_a_button_for_each_time_and_one_for_none(desk: Desk) -> None:
    send(desk, desk.meet(), 11, 16)
    facts = times_facts(messages(Kind.TIMES_OFFERED)[0], desk.now)
    assert isinstance(facts, Facts)
    assert [one.label for one in facts.buttons] == ["11/26(木) 11:00", "11/26(木) 16:00", "どれも合わない"]
    assert all(one.url.startswith("https://") or "/choose/" in one.url for one in facts.buttons)
    assert all(one.data.startswith("choice=") for one in facts.buttons)


def test_a_token_names_a_choice_and_a_time_and_cannot_be_made_up(desk: Desk) -> None:
    choice = send(desk, desk.meet(), 11)
    token = choice_token(choice.id, 1)
    assert read_token(token) == (choice, 1)
    for forged in (token[:-1], token + "x", "", choice_token(10**6, 1)):
        assert read_token(forged) is None


def test_a_choice_of_another_studio_is_not_there(desk: Desk) -> None:
    choice = send(desk, desk.meet(), 11)
    with pytest.raises(NotFound):
        withdraw(desk.studio.id + 1, choice.id, by=desk.by, now=desk.now)


def test_a_time_to_move_to_that_the_desk_confirms_leaves_the_booking_and_asks_somebody(desk: Desk) -> None:
    who = desk.meet()
    booking = desk.book(slot(desk, 10).starts_at, who)
    choice = to_move(desk, booking, who, 16, 18)
    bookings.confirm_hold(holds(choice)[0], by=desk.by, now=desk.now)
    settle_choices(now=desk.now)
    db.session.refresh(choice)
    assert (choice.state, result_of(choice)) == (ChoiceState.WITHDRAWN, None)
    assert states(choice) == ["BOOKED", "CANCELLED"]
    assert db.session.get_one(Booking, booking.id).state == BookingState.BOOKED
    assert any("confirmed by itself" in title for title in db.session.scalars(select(Todo.title)))


def test_times_to_choose_from_are_no_booking_until_one_is_chosen(desk: Desk) -> None:
    """Somebody books on the web while times are open: nothing is asked; then they take one of the times as well."""
    who = desk.meet("高橋 花", mail="hana@test.example")
    choice = send(desk, who, 11, 16, 18, service="counselling")
    held = frozenset(guest.id for one in times_of(choice.id) for guest in guests_of(one.hold.id))
    visit(desk, service=desk.service("counselling"), held=held)
    is_asked = select(Todo.booking_id).where(Todo.kind == TodoKind.TWICE, Todo.done_at.is_(None))
    assert db.session.scalars(is_asked).all() == []
    chosen = choose(choice, 1, by=desk.by, now=desk.now)
    assert db.session.scalars(is_asked).all() == [chosen.id]
