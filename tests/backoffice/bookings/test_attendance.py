"""The day of the visit: each tap and its undo, guest by guest, with the booking and the lead following."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backoffice.bookings import attendance
from backoffice.bookings.actions import cancel, undo_cancel
from backoffice.bookings.attendance import (
    FeeMethod,
    arrive,
    attend,
    confirm,
    late,
    no_show,
    receive_fee,
    undo_arrive,
    undo_attend,
    undo_confirm,
    undo_fee,
    undo_late,
    undo_no_show,
)
from backoffice.bookings.models import Attendance, BookingState
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import NotPossible
from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, Stale
from backoffice.leads.models import Stage
from backoffice.leads.queries import open_lead_of
from backoffice.people.models import Person
from backoffice.todos.models import Todo, TodoKind
from backoffice.todos.queries import next_action_of

from .conftest import Desk


def stage_of(person: Person) -> str:
    lead = open_lead_of(person.id)
    assert lead is not None
    return lead.stage


@pytest.mark.parametrize(
    ("service", "booked", "held"),
    [
        ("counselling", Stage.COUNSELLING_BOOKED, Stage.COUNSELLED),
        ("trial", Stage.TRIAL_BOOKED, Stage.TRIALLED),
    ],
)
def test_attending_takes_the_lead_forward_and_undo_back(
    desk_book: Desk, service: str, booked: Stage, held: Stage
) -> None:
    person = desk_book.meet()
    booking = desk_book.book(desk_book.at(16), person, service=service)
    guest, then = guests_of(booking.id)[0], desk_book.at(17)
    attend(guest, by=desk_book.by, now=then)
    assert (guest.attendance, booking.state, stage_of(person)) == (
        Attendance.ATTENDED,
        BookingState.ATTENDED,
        held,
    )
    undo_attend(guest, by=desk_book.by, now=then)
    assert (guest.attendance, booking.state, stage_of(person)) == (
        Attendance.ARRIVED,
        BookingState.BOOKED,
        booked,
    )
    undo_arrive(guest, by=desk_book.by, now=then)
    assert (guest.attendance, guest.arrived_at) == (Attendance.EXPECTED, None)
    assert booking.version == 1  # what guests are told of has not changed


def test_a_no_show_takes_the_lead_back_with_something_to_do(desk_book: Desk) -> None:
    person = desk_book.meet()
    booking = desk_book.book(desk_book.at(16), person, service="trial")
    guest = guests_of(booking.id)[0]
    no_show(guest, by=desk_book.by, now=desk_book.at(17))
    lead = open_lead_of(person.id)
    assert lead is not None
    todo = next_action_of(lead.id)
    assert todo is not None
    assert (booking.state, lead.stage, todo.title) == (
        BookingState.NO_SHOW, Stage.CONTACTED, "Ask about the missed visit",
    )  # fmt: skip
    undo_no_show(guest, by=desk_book.by, now=desk_book.at(17))
    assert (booking.state, stage_of(person)) == (BookingState.BOOKED, Stage.TRIAL_BOOKED)


def test_nobody_attends_hours_before_and_no_fee_is_taken_where_none_is_due(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16), desk_book.meet(), service="session")
    guest = guests_of(booking.id)[0]
    with pytest.raises(NotPossible) as early:
        attend(guest, by=desk_book.by, now=desk_book.at(14, 59))
    assert early.value.params == {"day": desk_book.at(16).date(), "time": "15:00"}, "it says from when on"
    attend(guest, by=desk_book.by, now=desk_book.at(15))
    for amount in (None, 0, 500):
        with pytest.raises(NotPossible):
            receive_fee(guest, FeeMethod.CASH, amount_yen=amount, by=desk_book.by, now=desk_book.at(16))


def test_one_of_a_pair_is_enough_to_have_taken_place(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16), desk_book.meet(), desk_book.meet())
    one, two = guests_of(booking.id)
    no_show(one, by=desk_book.by, now=desk_book.at(17))
    assert booking.state == BookingState.BOOKED
    attend(two, by=desk_book.by, now=desk_book.at(17))
    assert booking.state == BookingState.ATTENDED
    undo_attend(two, by=desk_book.by, now=desk_book.at(17))
    no_show(two, by=desk_book.by, now=desk_book.at(17))
    assert booking.state == BookingState.NO_SHOW


def test_lateness_and_confirmation_can_be_taken_back(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16))
    guest, then = guests_of(booking.id)[0], desk_book.at(15, 55)
    confirm(guest, by=desk_book.by, now=desk_book.now)
    late(guest, 10, by=desk_book.by, now=then)
    assert (guest.confirmed_at, guest.late_minutes) == (desk_book.now, 10)
    undo_late(guest, by=desk_book.by, now=then)
    undo_confirm(guest, by=desk_book.by, now=then)
    assert (guest.confirmed_at, guest.late_minutes) == (None, 0)
    for minutes in (-1, 601):
        with pytest.raises(Invalid):
            late(guest, minutes, by=desk_book.by, now=then)


def test_a_fee_is_received_once_with_method_and_receiver_and_can_be_taken_back(
    desk_book: Desk, audited: Callable[[str], list[AuditLine]]
) -> None:
    booking = desk_book.book(desk_book.at(16), service="trial")
    guest = guests_of(booking.id)[0]
    receive_fee(guest, FeeMethod.PAYPAY, by=desk_book.by, now=desk_book.now)
    assert (guest.fee_yen, guest.fee_method, guest.fee_received_by) == (5500, "PAYPAY", desk_book.by.label)
    undo_fee(guest, by=desk_book.by, now=desk_book.now)
    assert (guest.fee_received_at, guest.fee_method, guest.fee_received_by) == (None, "", "")
    receive_fee(guest, FeeMethod.CASH, amount_yen=3000, by=desk_book.by, now=desk_book.now)
    assert guest.fee_yen == 3000
    assert len(audited("participant.fee_received")) == 2
    with pytest.raises(Invalid):
        receive_fee(guest, FeeMethod.CASH, amount_yen=-1, by=desk_book.by, now=desk_book.now)


def test_nothing_is_marked_before_its_time(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(10))
    guest = guests_of(booking.id)[0]
    evening = desk_book.at(23, 59, date(2026, 11, 24))
    for mark in (arrive, attend, lambda guest, **who: late(guest, 5, **who)):
        with pytest.raises(NotPossible):
            mark(guest, by=desk_book.by, now=evening)
    with pytest.raises(NotPossible):
        no_show(guest, by=desk_book.by, now=desk_book.at(9, 59))
    # One minute later it is the day of the visit in Kyoto, although still the day before in UTC.
    arrive(guest, by=desk_book.by, now=evening + timedelta(minutes=1))


def test_twice_is_once(desk_book: Desk, audited: Callable[[str], list[AuditLine]]) -> None:
    booking = desk_book.book(desk_book.at(16))
    guest = guests_of(booking.id)[0]
    attend(guest, by=desk_book.by, now=desk_book.at(17))
    attend(guest, by=desk_book.by, now=desk_book.at(17, 30))
    assert guest.arrived_at == desk_book.at(17)
    assert len(audited("participant.attended")) == 1


def test_a_page_of_an_older_version_is_refused(desk_book: Desk) -> None:
    guest = guests_of(desk_book.book(desk_book.at(16)).id)[0]
    arrive(guest, version=1, by=desk_book.by, now=desk_book.at(16))
    with pytest.raises(Stale):
        attend(guest, version=1, by=desk_book.by, now=desk_book.at(17))


MARKS = [arrive, attend, no_show, confirm, undo_arrive, undo_attend, undo_no_show, undo_confirm]


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(MARKS)), max_size=8))
def test_whatever_is_tapped_booking_and_lead_agree_with_the_guests(
    desk_book: Desk, taps: list[tuple[int, Callable[..., None]]]
) -> None:
    one, two = desk_book.meet(), desk_book.meet()
    booking = desk_book.book(desk_book.at(16), one, two, service="trial")
    guests, then = guests_of(booking.id), desk_book.at(17)
    for which, tap in taps:
        try:
            tap(guests[which], by=desk_book.by, now=then)
        except NotPossible:
            continue
    states = {guest.attendance for guest in guests}
    if Attendance.ATTENDED in states:
        expected = (BookingState.ATTENDED, Stage.TRIALLED)
    elif states == {Attendance.NO_SHOW}:
        expected = (BookingState.NO_SHOW, Stage.CONTACTED)
    else:
        expected = (BookingState.BOOKED, Stage.TRIAL_BOOKED)
    lead = open_lead_of(one.id)
    assert lead is not None
    assert (booking.state, lead.stage) == expected
    assert next_action_of(lead.id) is not None
    for guest in guests:
        for undo in (attendance.undo_attend, attendance.undo_arrive, attendance.undo_no_show):
            undo(guest, by=desk_book.by, now=then)
    cancel(booking, by_gym=True, by=desk_book.by, now=then)


def open_tasks(person: Person) -> list[str]:
    query = select(Todo.kind).where(
        Todo.person_id == person.id, Todo.done_at.is_(None), Todo.kind == TodoKind.FEE_BACK
    )
    return list(db.session.scalars(query))


def test_a_fee_of_a_cancelled_visit_is_to_be_paid_back(desk_book: Desk) -> None:
    person = desk_book.meet()
    booking = desk_book.book(desk_book.at(16), person, service="trial")
    receive_fee(guests_of(booking.id)[0], FeeMethod.CASH, by=desk_book.by, now=desk_book.now)
    cancel(booking, by_gym=True, by=desk_book.by, now=desk_book.now)
    assert open_tasks(person) == [TodoKind.FEE_BACK]
    undo_cancel(booking, by=desk_book.by, now=desk_book.now)
    assert open_tasks(person) == []


def test_nobody_is_asked_about_a_fee_that_did_not_come_or_a_late_cancel(desk_book: Desk) -> None:
    unpaid, late_one = desk_book.meet(), desk_book.meet()
    cancel(
        desk_book.book(desk_book.at(16), unpaid, service="trial"),
        by_gym=True,
        by=desk_book.by,
        now=desk_book.now,
    )
    booking = desk_book.book(desk_book.at(16), late_one, service="trial")
    receive_fee(guests_of(booking.id)[0], FeeMethod.CASH, by=desk_book.by, now=desk_book.now)
    cancel(booking, by_gym=False, by=desk_book.by, now=desk_book.at(15))
    assert booking.state == BookingState.LATE_CANCELLED
    assert (open_tasks(unpaid), open_tasks(late_one)) == ([], [])
