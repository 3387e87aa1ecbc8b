"""Moving, cancelling and taking a cancel back: claims, messages, leads and versions follow."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.actions import cancel, confirm_hold, move, undo_cancel
from backoffice.bookings.attendance import arrive, confirm
from backoffice.bookings.models import Booking, BookingChannel, BookingState, Claim, Participant
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import NotPossible, OutsideHours, SlotTaken, TooLate, Waiver
from backoffice.bookings.reminders import CALL_CANCELLED, CALL_MOVED
from backoffice.core.db import db
from backoffice.core.errors import Stale
from backoffice.leads.models import Stage
from backoffice.leads.queries import open_lead_of
from backoffice.messaging.models import Kind
from backoffice.people.models import Person
from backoffice.todos.models import Todo, TodoKind
from backoffice.todos.queries import next_action_of

from .conftest import Desk

Planned = Callable[[int], list[tuple[str, datetime]]]
FRIDAY = date(2026, 11, 27)


def stage_of(person: Person) -> str:
    lead = open_lead_of(person.id)
    assert lead is not None
    return lead.stage


def next_action(person: Person) -> str:
    lead = open_lead_of(person.id)
    assert lead is not None
    todo = next_action_of(lead.id)
    assert todo is not None
    return todo.title


def calls(booking: Booking) -> list[str]:
    query = select(Todo.title).where(
        Todo.booking_id == booking.id, Todo.kind == TodoKind.CALL_TO_CONFIRM, Todo.done_at.is_(None)
    )
    return list(db.session.scalars(query))


def test_a_move_replaces_claims_and_messages(desk_book: Desk, planned: Planned) -> None:
    booking = desk_book.book(desk_book.at(16, day=FRIDAY), service="trial")
    assert planned(booking.id) == [
        (Kind.BOOKING_CONFIRMED, desk_book.now),
        (Kind.REMINDER_DAY_BEFORE, desk_book.at(16, day=FRIDAY) - timedelta(hours=24)),
    ]
    later = desk_book.now + timedelta(hours=1)
    move(booking, starts_at=desk_book.at(16, 30, FRIDAY), by=desk_book.by, now=later)

    assert planned(booking.id) == [
        (Kind.BOOKING_MOVED, later),
        (Kind.REMINDER_DAY_BEFORE, desk_book.at(16, 30, FRIDAY) - timedelta(hours=24)),
    ]
    assert booking.version == 2
    spans = {claim.span.lower for claim in db.session.scalars(select(Claim))}
    assert spans == {desk_book.at(16, 15, FRIDAY), desk_book.at(16, 30, FRIDAY)}
    desk_book.book(desk_book.at(15, 0, FRIDAY), service="session")


def test_a_move_that_is_refused_changes_nothing(
    desk_book: Desk, planned: Planned, claims_of: Callable[[int], int]
) -> None:
    desk_book.book(desk_book.at(11, day=FRIDAY))
    booking = desk_book.book(desk_book.at(16, day=FRIDAY))
    before = planned(booking.id)
    with pytest.raises(SlotTaken) as refused:
        move(booking, starts_at=desk_book.at(11, 30, FRIDAY), by=desk_book.by, now=desk_book.now)
    assert all(one.booking_id != booking.id for one in refused.value.in_the_way)
    with pytest.raises(OutsideHours):
        move(booking, starts_at=desk_book.at(8, day=FRIDAY), by=desk_book.by, now=desk_book.now)
    db.session.commit()
    assert (booking.starts_at, booking.version) == (desk_book.at(16, day=FRIDAY), 1)
    assert (planned(booking.id), claims_of(booking.id)) == (before, 3)


def test_a_move_to_the_same_place_is_no_change(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16))
    move(
        booking,
        starts_at=booking.starts_at,
        trainer_id=booking.trainer_id,
        by=desk_book.by,
        now=desk_book.now,
    )
    assert booking.version == 1


def test_a_move_may_overlap_its_own_old_time_and_keeps_its_room(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16), room_id=desk_book.rooms()[1].id)
    move(booking, starts_at=desk_book.at(16, 15), by=desk_book.by, now=desk_book.now)
    assert booking.room_id == desk_book.rooms()[1].id


def test_a_move_asks_the_guest_again(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16))
    guest = guests_of(booking.id)[0]
    confirm(guest, by=desk_book.by, now=desk_book.now)
    move(booking, starts_at=desk_book.at(17), by=desk_book.by, now=desk_book.now)
    assert guest.confirmed_at is None


def test_clients_keep_the_deadlines_and_staff_need_not(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16), service="trial")
    deadline = desk_book.at(4)
    late, by = deadline + timedelta(seconds=1), desk_book.by
    with pytest.raises(TooLate):
        move(booking, starts_at=desk_book.at(17), by_client=True, by=by, now=late)
    with pytest.raises(TooLate):
        cancel(booking, by_gym=False, by_client=True, by=by, now=late)
    move(booking, starts_at=desk_book.at(17), by_client=True, by=by, now=deadline)
    move(booking, starts_at=desk_book.at(18), by=by, now=late)
    cancel(booking, by_gym=False, by=by, now=desk_book.at(12))
    assert booking.state == BookingState.LATE_CANCELLED


@pytest.mark.parametrize(
    ("hour", "by_gym", "waiver", "state"),
    [
        (4, False, None, BookingState.CANCELLED),
        (5, False, None, BookingState.LATE_CANCELLED),
        (5, True, None, BookingState.CANCELLED_BY_GYM),
        (5, False, Waiver("体調不良のため"), BookingState.CANCELLED),
    ],
)
def test_each_kind_of_cancelling_is_kept_apart(
    desk_book: Desk,
    hour: int,
    by_gym: bool,
    waiver: Waiver | None,
    state: BookingState,
    claims_of: Callable[[int], int],
) -> None:
    booking = desk_book.book(desk_book.at(16), service="trial")
    cancel(booking, by_gym=by_gym, waiver=waiver, reason="都合", by=desk_book.by, now=desk_book.at(hour))
    assert (booking.state, booking.cancel_reason, claims_of(booking.id)) == (state, "都合", 0)
    desk_book.book(desk_book.at(16), service="trial")


def test_cancelling_takes_back_reminders_and_tells_the_guest(desk_book: Desk, planned: Planned) -> None:
    booking = desk_book.book(desk_book.at(16, day=FRIDAY))
    cancel(booking, by_gym=False, by=desk_book.by, now=desk_book.now)
    assert planned(booking.id) == [(Kind.BOOKING_CANCELLED, desk_book.now)]


def test_a_guest_who_need_not_be_told_is_not(desk_book: Desk, planned: Planned) -> None:
    booking = desk_book.book(desk_book.at(16, day=FRIDAY))
    cancel(booking, by_gym=False, tell=False, by=desk_book.by, now=desk_book.now)
    assert planned(booking.id) == []
    past = desk_book.book(desk_book.at(16, day=FRIDAY))
    cancel(past, by_gym=False, by=desk_book.by, now=desk_book.at(17, day=FRIDAY))
    assert planned(past.id) == []


def test_who_has_no_mail_is_called_when_the_gym_changes_something(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16), desk_book.meet(mail=""))
    move(booking, starts_at=desk_book.at(17), by_gym=True, by=desk_book.by, now=desk_book.now)
    assert calls(booking) == [CALL_MOVED]
    cancel(booking, by_gym=True, by=desk_book.by, now=desk_book.now)
    assert calls(booking) == [CALL_CANCELLED]


def test_the_lead_goes_back_and_forth_with_its_booking(desk_book: Desk) -> None:
    person = desk_book.meet()
    booking = desk_book.book(desk_book.at(16), person, service="trial")
    assert stage_of(person) == Stage.TRIAL_BOOKED
    cancel(booking, by_gym=False, by=desk_book.by, now=desk_book.now)
    assert (stage_of(person), next_action(person)) == (Stage.CONTACTED, "Ask about a new date")
    undo_cancel(booking, by=desk_book.by, now=desk_book.now)
    assert (stage_of(person), next_action(person)) == (Stage.TRIAL_BOOKED, "Hold the trial")


def test_another_booking_of_the_lead_keeps_its_stage(desk_book: Desk) -> None:
    person = desk_book.meet()
    desk_book.book(desk_book.at(11), person, service="counselling")
    trial = desk_book.book(desk_book.at(16), person, service="trial")
    cancel(trial, by_gym=False, by=desk_book.by, now=desk_book.now)
    assert stage_of(person) == Stage.COUNSELLING_BOOKED


def test_a_cancel_taken_back_takes_the_time_again_or_is_refused(
    desk_book: Desk, planned: Planned, claims_of: Callable[[int], int]
) -> None:
    booking = desk_book.book(desk_book.at(16, day=FRIDAY))
    cancel(booking, by_gym=False, by=desk_book.by, now=desk_book.now)
    undo_cancel(booking, by=desk_book.by, now=desk_book.now)
    assert (booking.state, claims_of(booking.id)) == (BookingState.BOOKED, 3)
    assert [kind for kind, _ in planned(booking.id)] == [Kind.BOOKING_CONFIRMED, Kind.REMINDER_DAY_BEFORE]

    cancel(booking, by_gym=False, by=desk_book.by, now=desk_book.now)
    desk_book.book(desk_book.at(16, day=FRIDAY))
    with pytest.raises(SlotTaken) as refused:
        undo_cancel(booking, by=desk_book.by, now=desk_book.now)
    assert len(refused.value.nearest) == 3
    assert (booking.state, claims_of(booking.id)) == (BookingState.CANCELLED, 0)


def test_a_form_of_an_older_version_is_refused(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16))
    move(booking, starts_at=desk_book.at(17), version=1, by=desk_book.by, now=desk_book.now)
    for change in (
        lambda: move(booking, starts_at=desk_book.at(18), version=1, by=desk_book.by, now=desk_book.now),
        lambda: cancel(booking, by_gym=False, version=1, by=desk_book.by, now=desk_book.now),
    ):
        with pytest.raises(Stale):
            change()


def test_what_has_ended_is_not_changed(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16))
    cancel(booking, by_gym=False, by=desk_book.by, now=desk_book.now)
    for change in (
        lambda: move(booking, starts_at=desk_book.at(17), by=desk_book.by, now=desk_book.now),
        lambda: cancel(booking, by_gym=False, by=desk_book.by, now=desk_book.now),
        lambda: arrive(guests_of(booking.id)[0], by=desk_book.by, now=desk_book.at(16)),
        lambda: confirm_hold(booking, by=desk_book.by, now=desk_book.now),
    ):
        with pytest.raises(NotPossible):
            change()
    undo_cancel(booking, by=desk_book.by, now=desk_book.now)
    with pytest.raises(NotPossible):
        undo_cancel(booking, by=desk_book.by, now=desk_book.now)


def test_a_hold_confirmed_is_a_booking(desk_book: Desk, planned: Planned) -> None:
    person = desk_book.meet()
    hold = desk_book.book(desk_book.at(11), person, service="trial", held_until=desk_book.at(10))
    confirm_hold(hold, by=desk_book.by, now=desk_book.now)
    assert (hold.state, stage_of(person)) == (BookingState.BOOKED, Stage.TRIAL_BOOKED)
    assert [kind for kind, _ in planned(hold.id)] == [Kind.BOOKING_CONFIRMED]


def test_a_pair_is_told_person_by_person(desk_book: Desk, planned: Planned) -> None:
    booking = desk_book.book(desk_book.at(11), desk_book.meet(), desk_book.meet())
    assert [kind for kind, _ in planned(booking.id)] == [Kind.BOOKING_CONFIRMED] * 2
    assert len(db.session.scalars(select(Participant)).all()) == 2


@pytest.mark.parametrize("channel", list(BookingChannel))
def test_late_at_night_a_change_of_ones_own_is_answered_at_once(
    desk_book: Desk, planned: Planned, channel: BookingChannel
) -> None:
    night = desk_book.at(23, 30, date(2026, 11, 24))
    booking = desk_book.book(desk_book.at(16), channel=channel, now=night)
    assert planned(booking.id)[0] == (Kind.BOOKING_CONFIRMED, night)
    move(booking, starts_at=desk_book.at(17), by=desk_book.by, now=night)
    assert planned(booking.id)[0] == (Kind.BOOKING_MOVED, night)
