"""Bookings that their trainer does not work: found whatever took the hours away, and counted by the month."""

from datetime import date, datetime, timedelta

import pytest

from backoffice.bookings.actions import cancel
from backoffice.bookings.schedule import add_time_off
from backoffice.core.audit import Actor
from backoffice.shifts.outside import Outside, outside_hours
from backoffice.shifts.queries import month_table
from backoffice.staff.trainers import set_weekly_hours, trainers
from backoffice.studio.models import Studio
from tests.backoffice.bookings.conftest import WEDNESDAY, Desk
from tests.backoffice.shifts.conftest import Put
from tests.blueprints.bookings.front_desk import trainer
from tests.statements import statements

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def desk_book(gym: Studio, by: Actor, now: datetime) -> Desk:
    """The desk at noon of Tuesday 24 November 2026."""
    return Desk(gym, by, now)


def found(desk: Desk, **asked: object) -> list[int]:
    return [one.booking_id for one in outside_hours(desk.studio, now=desk.now, **asked)]  # type: ignore[arg-type]


def test_a_changed_day_lists_what_it_leaves_outside(desk_book: Desk, put: Put) -> None:
    morning, evening = desk_book.book(desk_book.at(10)), desk_book.book(desk_book.at(18))
    other = desk_book.book(desk_book.at(18), trainer="okada")
    assert found(desk_book) == []
    put(WEDNESDAY, "10-15")
    assert found(desk_book) == [evening.id]
    put(WEDNESDAY, "10:15-15")
    assert found(desk_book) == [morning.id, evening.id]
    assert found(desk_book, trainer_id=other.trainer_id) == []
    assert found(desk_book, cells=[(evening.trainer_id, WEDNESDAY + timedelta(days=1))]) == []
    assert found(desk_book, cells=[(evening.trainer_id, WEDNESDAY)]) == [morning.id, evening.id]
    put(WEDNESDAY, None)
    assert found(desk_book) == []


def test_clean_up_belongs_to_the_booking(desk_book: Desk, put: Put) -> None:
    booking = desk_book.book(desk_book.at(18))
    put(WEDNESDAY, "10-19:15")
    assert found(desk_book) == []
    put(WEDNESDAY, "10-19:14")
    assert found(desk_book) == [booking.id]


def test_time_off_and_other_weekly_hours_count_as_well(desk_book: Desk) -> None:
    who = {"by": desk_book.by, "now": desk_book.now}
    booking = desk_book.book(desk_book.at(18))
    add_time_off(desk_book.trainer(), desk_book.at(17), desk_book.at(20), **who)  # type: ignore[arg-type]
    (hit,) = outside_hours(desk_book.studio, now=desk_book.now)
    assert hit.booking_id == booking.id
    assert hit.time_off_id is not None
    assert isinstance(hit, Outside)
    assert (hit.shown_name, hit.phone) == ("客1", "+819012340001")
    later = desk_book.book(desk_book.at(18, day=WEDNESDAY + timedelta(days=7)))
    set_weekly_hours(desk_book.trainer(), [], valid_from=WEDNESDAY + timedelta(days=7), **who)  # type: ignore[arg-type]
    assert found(desk_book) == [booking.id, later.id]


def test_what_is_over_cancelled_or_a_lapsed_hold_is_not_listed(desk_book: Desk, put: Put) -> None:
    gone = desk_book.book(desk_book.at(10))
    desk_book.book(desk_book.at(15), held_until=desk_book.now + timedelta(hours=1))
    desk_book.book(desk_book.at(17))
    cancel(gone, by_gym=True, by=desk_book.by, now=desk_book.now)
    put(WEDNESDAY, "")
    assert len(found(desk_book)) == 2
    desk_book.now += timedelta(hours=2)
    assert len(found(desk_book)) == 1
    desk_book.now += timedelta(days=2)
    assert found(desk_book) == []


def test_the_month_counts_hours_and_bookings(desk_book: Desk, put: Put) -> None:
    mori, okada = (one.id for one in trainers(desk_book.studio.id))
    desk_book.book(desk_book.at(10))
    desk_book.book(desk_book.at(18))
    put(WEDNESDAY, "10-12:30")
    add_time_off(
        trainer(desk_book.studio), desk_book.at(11), desk_book.at(12), by=desk_book.by, now=desk_book.now
    )
    month = month_table(desk_book.studio, [mori, okada], NOVEMBER, now=desk_book.now)
    cell = month.cells[mori, WEDNESDAY]
    assert cell.worked == [(600, 660), (720, 750)]
    assert (cell.is_edited, cell.is_away, cell.bookings, cell.outside) == (True, True, 2, 2)
    open_days = len(month.open_days)
    assert 20 < open_days <= 30
    assert month.minutes(okada) == open_days * 9 * 60
    assert month.minutes(mori) == (open_days - 1) * 9 * 60 + 90
    assert (month.bookings(mori), month.bookings(okada), month.outside) == (2, 0, 2)


def test_lists_cost_as_much_for_many_bookings(desk_book: Desk, put: Put) -> None:
    desk_book.book(desk_book.at(10))
    put(WEDNESDAY, "")
    mori = trainer(desk_book.studio).id
    with statements() as few:
        assert len(found(desk_book)) == 1
        month_table(desk_book.studio, [mori], NOVEMBER, now=desk_book.now)
    for number in range(1, 9):
        day = WEDNESDAY + timedelta(days=number)
        desk_book.book(desk_book.at(10, day=day))
        put(day, "")
    with statements() as many:
        assert len(found(desk_book)) == 9
        month_table(desk_book.studio, [mori], NOVEMBER, now=desk_book.now)
    assert len(few) == len(many) == 5
