"""What is said before a cancel is what the cancel does: tickets at once, the fee the day after."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from backoffice.billing import actions
from backoffice.billing.cancelling import Outcome, TicketEnd, if_cancelled
from backoffice.billing.fees import follow_cancellations
from backoffice.billing.models import CreditWhy, Invoice
from backoffice.billing.queries import open_yen, settings_of
from backoffice.bookings import attendance
from backoffice.bookings.actions import book, cancel, undo_cancel
from backoffice.bookings.attendance import FeeMethod
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.bookings.queries import guests_of
from backoffice.bookings.ticket_steps import catch_up
from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Service, ServiceKind, Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import Given, grant
from backoffice.tickets.queries import lots_of, standings
from tests.statements import statements

LATE_YEN = 3_300
Visit = Callable[..., Booking]


@pytest.fixture
def visit(gym: Studio, guest: Person, by: Actor, now: datetime) -> Visit:
    """A visit in so many hours, of one guest or a pair. A late cancel costs, and nothing is forgiven unless asked."""

    def visit(
        hours: float = 4, *, forgives: bool = False, slug: str = "session", and_: Person | None = None,
        held: bool = False,
    ) -> Booking:  # fmt: skip
        starts_at = now + timedelta(hours=hours)
        with transaction():
            settings_of(gym.id).late_cancel_yen = LATE_YEN
            gym.forgives_first_late_cancel = forgives
            return book(
                studio=gym, service=service_by_slug(gym.id, slug), trainer_id=trainers(gym.id)[0].id,
                starts_at=starts_at, participants=[Guest(guest), *([Guest(and_)] if and_ else [])],
                channel=BookingChannel.DESK, held_until=starts_at if held else None, by=by, now=now,
            )  # fmt: skip

    return visit


def give(gym: Studio, person: Person, by: Actor, now: datetime, count: int = 1, days: int = 60) -> None:
    with transaction():
        ends = date(2026, 11, 24) + timedelta(days=days)
        given = Given(count, "回数券", "Pack", 9_900, date(2026, 11, 24), ends)
        grant(person.id, given, studio_id=gym.id, by=by, now=now)


def forecast(booking: Booking, now: datetime, *, by_gym: bool = False) -> list[Outcome]:
    service = db.session.get_one(Service, booking.service_id)
    found = if_cancelled(booking, service, now=now)
    return found.by_gym if by_gym else found.by_guest


def happens(gym: Studio, booking: Booking, by: Actor, now: datetime, *, by_gym: bool = False) -> None:
    """Cancel, wait for the day after, and compare with what was said before, guest by guest."""
    said = forecast(booking, now, by_gym=by_gym)
    seats = {seat.id: seat for seat in guests_of(booking.id)}
    had = set(standings(list(seats)))
    before = {seat.person_id: open_yen(seat.person_id, gym.id) for seat in seats.values()}
    with transaction():
        cancel(booking, by_gym=by_gym, by=by, now=now)
    ledger = standings(list(seats))
    with transaction():
        follow_cancellations(gym, by=by, now=max(now, booking.starts_at) + timedelta(days=1))
    for one in said:
        used = one.participant_id in ledger and ledger[one.participant_id].is_used
        end = TicketEnd.USED if used else TicketEnd.BACK if one.participant_id in had else TicketEnd.NONE
        assert one.ticket is end
        assert open_yen(one.person_id, gym.id) - before[one.person_id] == one.fee_yen
        assert one.is_late is (booking.state == "LATE_CANCELLED")


@pytest.mark.parametrize("by_gym", [False, True])
@pytest.mark.parametrize("forgives", [False, True])
@pytest.mark.parametrize("hours", [4, 172])
@pytest.mark.parametrize("tickets", [0, 1])
@pytest.mark.parametrize("slug", ["session", "trial"])
def test_what_is_said_is_what_happens(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime, tickets: int, hours: int, forgives: bool,
    by_gym: bool, slug: str,
) -> None:  # fmt: skip
    if tickets:
        give(gym, guest, by, now)
    happens(gym, visit(hours, forgives=forgives, slug=slug), by, now, by_gym=by_gym)


def test_the_cases_by_name(gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime) -> None:
    (late,) = forecast(visit(4), now)
    assert (late.ticket, late.fee_yen) == (TicketEnd.NONE, LATE_YEN)
    (early,) = forecast(visit(172), now)
    assert (early.ticket, early.fee_yen, early.is_late) == (TicketEnd.NONE, 0, False)
    give(gym, guest, by, now)
    with_one = visit(28)
    assert forecast(with_one, now)[0].ticket is TicketEnd.BACK
    assert forecast(with_one, now + timedelta(hours=27))[0].ticket is TicketEnd.USED
    assert forecast(with_one, now + timedelta(hours=27), by_gym=True)[0].ticket is TicketEnd.BACK


def test_only_the_first_of_a_month_is_forgiven(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime
) -> None:
    give(gym, guest, by, now, count=2)
    first, second = visit(4, forgives=True), visit(6, forgives=True)
    assert [forecast(one, now)[0].is_forgiven for one in (first, second)] == [True, True]
    happens(gym, first, by, now)
    assert forecast(second, now)[0].is_forgiven is False
    happens(gym, second, by, now + timedelta(minutes=1))


def test_a_pair_is_answered_guest_by_guest(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime
) -> None:
    with transaction():
        other = create_person(name="連れ", by=by, now=now)
    give(gym, guest, by, now)
    booking = visit(4, and_=other)
    assert [one.ticket for one in forecast(booking, now)] == [TicketEnd.USED, TicketEnd.NONE]
    assert [one.fee_yen for one in forecast(booking, now)] == [0, LATE_YEN]
    happens(gym, booking, by, now)


def test_a_ticket_bought_after_booking_is_taken_all_the_same(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime
) -> None:
    booking = visit(4)
    give(gym, guest, by, now)
    assert forecast(booking, now)[0].ticket is TicketEnd.USED
    happens(gym, booking, by, now)
    assert [lot.used for lot in lots_of(guest.id)] == [1]


def test_a_ticket_that_ends_before_the_visit_is_none(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime
) -> None:
    give(gym, guest, by, now, days=2)
    booking = visit(100)
    assert forecast(booking, now + timedelta(hours=99))[0].fee_yen == LATE_YEN
    happens(gym, booking, by, now + timedelta(hours=99))


def test_a_tentative_booking_costs_nothing(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime
) -> None:
    happens(gym, visit(4, held=True), by, now)


def test_a_fee_set_later_than_the_cancel_and_one_that_was_waived_cost_nothing(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime
) -> None:
    booking = visit(4)
    with transaction():
        settings_of(gym.id).fees_from = now + timedelta(hours=1)
    assert forecast(booking, now)[0].fee_yen == 0
    with transaction():
        settings_of(gym.id).fees_from = None
    happens(gym, booking, by, now)
    with transaction():
        actions.credit(
            db.session.query(Invoice).one().id, why=CreditWhy.WAIVED, reason="体調", by=by, now=now
        )
        undo_cancel(booking, by=by, now=now)
    assert forecast(booking, now)[0].fee_yen == 0
    happens(gym, booking, by, now)


@pytest.mark.parametrize("by_gym", [False, True])
@pytest.mark.parametrize("hours", [4, 172])
def test_a_trial_takes_no_ticket_whatever_its_service_says(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime, hours: int, by_gym: bool
) -> None:
    with transaction():
        service_by_slug(gym.id, "trial").uses_tickets = True
    booking = visit(hours, slug="trial")
    give(gym, guest, by, now)
    with transaction():
        catch_up(guest.id, gym, by=by, now=now)
    assert standings([guests_of(booking.id)[0].id]) == {}
    happens(gym, booking, by, now, by_gym=by_gym)
    assert [lot.free for lot in lots_of(guest.id)] == [1]


@pytest.mark.parametrize("by_gym", [False, True])
@pytest.mark.parametrize("hours", [4, 172])
def test_a_ticket_of_a_session_that_became_a_trial_comes_back(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime, hours: int, by_gym: bool
) -> None:
    give(gym, guest, by, now)
    booking = visit(hours)
    with transaction():
        service_by_slug(gym.id, "session").kind = ServiceKind.TRIAL
    assert [one.ticket for one in forecast(booking, now, by_gym=by_gym)] == [TicketEnd.BACK]
    happens(gym, booking, by, now, by_gym=by_gym)
    assert [lot.free for lot in lots_of(guest.id)] == [1]


def test_tickets_are_for_visits_of_their_studio(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime
) -> None:
    booking = visit(4)
    give(gym, guest, by, now)
    catch_up(guest.id, Studio(id=gym.id + 1, zone=gym.zone), by=by, now=now)
    assert standings([guests_of(booking.id)[0].id]) == {}


def test_what_was_paid_for_the_visit_is_named(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime
) -> None:
    booking = visit(172, slug="trial")
    (seat,) = guests_of(booking.id)
    assert forecast(booking, now)[0].received_yen == 0
    with transaction():
        attendance.receive_fee(seat, FeeMethod.CASH, amount_yen=5_500, by=by, now=now)
    assert forecast(booking, now)[0].received_yen == 5_500
    assert forecast(booking, now, by_gym=True)[0].received_yen == 5_500


@pytest.mark.parametrize("with_tickets", [False, True])
def test_a_pair_costs_six_statements(
    gym: Studio, guest: Person, visit: Visit, by: Actor, now: datetime, with_tickets: bool
) -> None:
    with transaction():
        other = create_person(name="連れ", by=by, now=now)
    for one in (guest, other) if with_tickets else ():
        give(gym, one, by, now)
    booking = visit(4, forgives=True, and_=other)
    service = db.session.get_one(Service, booking.service_id)
    with statements() as sent:
        if_cancelled(booking, service, now=now)
    assert len(sent) <= 6
