"""The ledger: what a booking does to a ticket, what staff do by hand, and what the database refuses."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from backoffice.bookings import attendance
from backoffice.bookings.actions import book, cancel, move, undo_cancel
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import Waiver
from backoffice.bookings.ticket_steps import catch_up
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets import actions
from backoffice.tickets.actions import NotReversible, NotThatMany
from backoffice.tickets.models import EntryKind, TicketEntry
from backoffice.tickets.queries import Balance, balance_of, balances, entries_of, lots_of, standings

TODAY = date(2026, 11, 24)


@pytest.fixture
def visit(gym: Studio, guest: Person, by: Actor, now: datetime) -> Callable[..., Booking]:
    """Book a session so many days ahead at 10:00."""

    def visit(days: int, *, hour: float = 0, held: bool = False) -> Booking:
        starts_at = (now + timedelta(days=days)).replace(hour=1) + timedelta(hours=hour)
        with transaction():
            return book(
                studio=gym, service=service_by_slug(gym.id, "session"), trainer_id=trainers(gym.id)[0].id,
                starts_at=starts_at, participants=[Guest(guest)], channel=BookingChannel.DESK,
                held_until=now + timedelta(hours=1) if held else None, by=by, now=now,
            )  # fmt: skip

    return visit


def left(person: Person, day: date = TODAY, at: datetime | None = None) -> tuple[int, int]:
    """Free and reserved tickets; what the database says of many people at once is the same."""
    balance = balance_of(person.id, day=day, at=at)
    if at is None:
        assert balances([person.id], day=day).get(person.id, Balance(0, 0, None)) == balance
    return balance.free, balance.reserved


def used(person: Person) -> int:
    """How many tickets were used."""
    return sum(lot.used for lot in lots_of(person.id))


def test_booked_attended_and_all_taken_back(guest: Person, give, visit, by: Actor, now: datetime) -> None:
    give(4)
    booking = visit(0, hour=5)
    assert left(guest) == (3, 1)
    (seat,) = guests_of(booking.id)
    with transaction():
        attendance.attend(seat, by=by, now=booking.starts_at)
    assert (left(guest), used(guest)) == ((3, 0), 1)
    with transaction():
        attendance.attend(seat, by=by, now=booking.starts_at)
        attendance.undo_attend(seat, by=by, now=now)
    assert (left(guest), used(guest)) == ((3, 1), 0)
    with transaction():
        attendance.attend(seat, by=by, now=booking.starts_at)
    assert (left(guest), used(guest)) == ((3, 0), 1)


@pytest.mark.parametrize(
    ("days", "by_gym", "waived", "expected"),
    [
        (3, False, False, (4, 0, 0)),  # in time: it comes back
        (0, True, False, (4, 0, 0)),  # the gym cancels: it always comes back
        (0, False, True, (4, 0, 0)),  # a manager's word makes a late cancel an ordinary one
    ],
)
def test_a_cancel_gives_it_back(
    guest: Person, give, visit, by: Actor, now: datetime, days: int, by_gym: bool, waived: bool,
    expected: tuple[int, int, int],
) -> None:  # fmt: skip
    give(4)
    booking = visit(days, hour=5)
    with transaction():
        cancel(booking, by_gym=by_gym, waiver=Waiver("初回") if waived else None, by=by, now=now)
    assert (*left(guest), used(guest)) == expected


def test_the_first_late_cancel_of_a_month_is_forgiven_if_the_studio_says_so(
    gym: Studio, guest: Person, give, visit, by: Actor, now: datetime
) -> None:
    give(4)
    late = [visit(0, hour=hour) for hour in (5, 6.5, 8)]
    for booking in late[:2]:
        with transaction():
            cancel(booking, by_gym=False, by=by, now=now)
    assert (*left(guest), used(guest)) == (2, 1, 1)
    with transaction():
        undo_cancel(late[0], by=by, now=now)
    assert (*left(guest), used(guest)) == (1, 2, 1)
    with transaction():
        db.session.get_one(Studio, gym.id).forgives_first_late_cancel = False
        cancel(late[2], by_gym=False, by=by, now=now)
    assert (*left(guest), used(guest)) == (1, 1, 2)


def test_a_no_show_uses_it_and_an_undo_gives_it_back_to_the_visit(
    guest: Person, give, visit, by: Actor, now: datetime
) -> None:
    give(1)
    booking = visit(0, hour=5)
    (seat,) = guests_of(booking.id)
    later = booking.starts_at + timedelta(minutes=20)
    with transaction():
        attendance.no_show(seat, by=by, now=later)
    assert (left(guest), used(guest)) == ((0, 0), 1)
    with transaction():
        attendance.undo_no_show(seat, by=by, now=later)
    assert (left(guest), used(guest)) == ((0, 1), 0)


def test_the_one_that_ends_first_is_taken_and_only_one_that_is_good_that_day(
    guest: Person, give, visit, by: Actor, now: datetime
) -> None:
    late = give(2, ends=date(2027, 3, 1))
    soon = give(2, ends=date(2026, 11, 30))
    never = give(1, ends=None)
    seats = [guests_of(visit(days).id)[0].id for days in (1, 8, 9, 10)]
    assert [standings([seat])[seat].grant_id for seat in seats] == [soon, late, late, never]
    assert standings([guests_of(visit(11).id)[0].id]) == {}  # the last free one ends before


def test_moved_beyond_the_end_another_ticket_is_taken_or_none(
    guest: Person, give, visit, by: Actor, now: datetime
) -> None:
    give(1, ends=date(2026, 11, 30))
    booking = visit(2)
    (seat,) = guests_of(booking.id)
    with transaction():
        move(booking, starts_at=booking.starts_at + timedelta(days=10), by=by, now=now)
    assert standings([seat.id]) == {}
    assert left(guest) == (1, 0)
    other = give(1)
    with transaction():
        catch_up(guest.id, db.session.query(Studio).one(), by=by, now=now)
    assert standings([seat.id])[seat.id].grant_id == other


def test_a_hold_takes_none_and_a_ticket_that_comes_back_goes_to_the_next_visit_without(
    guest: Person, give, visit, by: Actor, now: datetime
) -> None:
    give(1)
    visit(1, held=True)
    assert left(guest) == (1, 0)
    first, second = visit(2), visit(3)
    (waiting,) = guests_of(second.id)
    assert standings([waiting.id]) == {}
    with transaction():
        cancel(first, by_gym=False, by=by, now=now)
    assert standings([waiting.id]) != {}


def test_two_visits_without_a_ticket_share_what_comes(
    gym: Studio, guest: Person, give, visit, by: Actor, now: datetime
) -> None:
    seats = [guests_of(visit(days).id)[0].id for days in (3, 2, 4)]
    give(1)
    give(1, ends=None)
    for _ in range(2):
        with transaction():
            catch_up(guest.id, gym, by=by, now=now)
    assert set(standings(seats)) == {seats[0], seats[1]}
    assert left(guest) == (0, 2)


def test_cancelled_by_the_gym_after_its_end_a_ticket_can_be_used_for_two_more_weeks(
    guest: Person, give, visit, by: Actor, now: datetime
) -> None:
    give(1, ends=TODAY)
    booking = visit(0, hour=5)
    tomorrow = now + timedelta(days=1)
    with transaction():
        cancel(booking, by_gym=True, by=by, now=now)
    (lot,) = lots_of(guest.id)
    assert lot.expires_on == TODAY + timedelta(days=14)
    assert balance_of(guest.id, day=local_date(tomorrow, "Asia/Tokyo")) == Balance(1, 0, lot.expires_on)


def test_an_end_holds_from_the_night_after_the_last_day_whenever_it_is_written_down(
    guest: Person, give, by: Actor, now: datetime
) -> None:
    give(3, ends=TODAY)
    week_later = now + timedelta(days=7)
    assert left(guest, TODAY) == (3, 0)
    assert left(guest, TODAY + timedelta(days=1)) == (0, 0)  # nobody has written it down yet
    with transaction():
        assert actions.expire(by=by, now=now) == 0
        assert actions.expire(by=by, now=week_later) == 1
        assert actions.expire(by=by, now=week_later) == 0
    midnight = datetime.fromisoformat("2026-11-25T00:00:00+09:00")
    assert left(guest, TODAY, at=midnight - timedelta(minutes=10)) == (3, 0)
    assert left(guest, TODAY, at=midnight + timedelta(minutes=10)) == (0, 0)


def test_what_comes_back_after_the_last_day_ends_when_it_came(
    guest: Person, give, visit, by: Actor, now: datetime
) -> None:
    give(1, ends=TODAY)
    booking = visit(0, hour=5)
    (seat,) = guests_of(booking.id)
    with transaction():
        attendance.attend(seat, by=by, now=booking.starts_at)
    later = now + timedelta(days=3)
    with transaction():
        attendance.undo_attend(seat, by=by, now=later)
        cancel(booking, by_gym=False, waiver=Waiver("まちがい"), by=by, now=later)
        assert actions.expire(by=by, now=later + timedelta(hours=1)) == 1
    midnight = datetime.fromisoformat("2026-11-25T00:10:00+09:00")
    for days in range(6):
        (lot,) = lots_of(guest.id, at=midnight + timedelta(days=days))
        assert (lot.free >= 0, lot.reserved >= 0, lot.used >= 0) == (True, True, True)
    assert (lot.free, lot.reserved, lot.used) == (0, 0, 0)


def test_by_hand_with_a_reason_and_reversed_once(guest: Person, give, by: Actor, now: datetime) -> None:
    grant_id = give(4)
    with transaction():
        actions.adjust(grant_id, 2, note="キャンペーン", by=by, now=now)
        actions.extend(grant_id, date(2027, 6, 30), note="けがのため", by=by, now=now)
        actions.refund(grant_id, 1, note="返金", by=by, now=now)
    assert left(guest) == (5, 0)
    entries = [entry for entry, _grant in entries_of(guest.id)]
    assert [entry.kind for entry in entries] == ["GRANT", "ADJUST", "EXTEND", "REFUND"]
    with transaction():
        actions.reverse(entries[1].id, note="まちがい", by=by, now=now)
        actions.reverse(entries[2].id, note="まちがい", by=by, now=now)
    (lot,) = lots_of(guest.id)
    assert (lot.free, lot.expires_on) == (3, date(2027, 5, 23))
    for again in (entries[1], entries_of(guest.id)[-1][0]):
        with pytest.raises(NotReversible), transaction():
            actions.reverse(again.id, note="もう一度", by=by, now=now)


def test_of_two_extensions_the_later_is_taken_back_first(
    guest: Person, give, by: Actor, now: datetime
) -> None:
    grant_id = give(4)
    with transaction():
        actions.extend(grant_id, date(2027, 6, 30), note="けが", by=by, now=now)
        actions.extend(grant_id, date(2027, 8, 31), note="入院", by=by, now=now)
    _grant, june, august = (entry for entry, _ in entries_of(guest.id))
    with pytest.raises(NotReversible), transaction():
        actions.reverse(june.id, note="訂正", by=by, now=now)
    with transaction():
        actions.reverse(august.id, note="訂正", by=by, now=now)
        actions.reverse(june.id, note="訂正", by=by, now=now)
    assert lots_of(guest.id)[0].expires_on == date(2027, 5, 23)


def test_a_service_that_uses_no_tickets_any_more_gives_back_what_is_reserved(
    gym: Studio, guest: Person, give, visit, by: Actor, now: datetime
) -> None:
    give(2)
    booking = visit(3)
    with transaction():
        service_by_slug(gym.id, "session").uses_tickets = False
        cancel(booking, by_gym=False, by=by, now=now)
    assert left(guest) == (2, 0)


def test_what_is_refused(guest: Person, give, visit, by: Actor, now: datetime) -> None:
    grant_id = give(2)
    visit(1)
    (grant,) = [entry for entry, _grant in entries_of(guest.id) if entry.kind == EntryKind.GRANT]
    for refused in (
        lambda: actions.refund(grant_id, 2, note="返金", by=by, now=now),
        lambda: actions.adjust(grant_id, -2, note="訂正", by=by, now=now),
        lambda: actions.reverse(grant.id, note="訂正", by=by, now=now),
    ):
        with pytest.raises(NotThatMany), transaction():
            refused()
    for refused in (
        lambda: actions.adjust(grant_id, 1, note=" ", by=by, now=now),
        lambda: actions.adjust(grant_id, 0, note="訂正", by=by, now=now),
        lambda: actions.extend(grant_id, date(2027, 1, 1), note="延長", by=by, now=now),
        lambda: actions.extend(grant_id, date(2037, 1, 1), note="延長", by=by, now=now),
    ):
        with pytest.raises(Invalid), transaction():
            refused()
    assert left(guest) == (1, 1)


def test_the_database_refuses_every_change_of_what_stands(guest: Person, give, now: datetime) -> None:
    grant_id = give(2)
    row = {
        "kind": "REFUND",
        "reserved": 0,
        "used": 0,
        "reason": "",
        "at": now,
        "created_at": now,
        "created_by": "x",
    }
    for refused in (
        update(TicketEntry).values(free=9),
        delete(TicketEntry),
        TicketEntry.__table__.insert().values(grant_id=grant_id, free=-3, **row),
        TicketEntry.__table__.insert().values(grant_id=grant_id, free=3, **row),
    ):
        with pytest.raises((DBAPIError, IntegrityError)), transaction():
            db.session.execute(refused)
    assert db.session.scalars(select(TicketEntry.free)).all() == [2]
