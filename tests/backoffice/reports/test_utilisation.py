"""Time that could be sold and was: minute for minute the same as counted by hand."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.bookings.models import Block, Booking, BookingState, Participant
from backoffice.core.clock import local
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.reports.periods import Period
from backoffice.reports.utilisation import (
    SOLD,
    HourFilters,
    Time,
    all_bookings_behind,
    bookings_behind,
    used,
)
from backoffice.staff.models import TimeOff, Trainer
from backoffice.staff.trainers import trainers
from backoffice.studio.models import SpecialDay, Studio
from backoffice.studio.queries import service_by_slug

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 1))
MONDAY = datetime(2026, 11, 2, 1, tzinfo=UTC)
"""Monday 2 November, 10:00 in Kyoto."""
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 1))
numbers = count(1)


def asking(studio: Studio, period: Period = OCTOBER, **changes: object) -> HourFilters:
    return HourFilters(studio.id, studio.zone, period).only(**changes)


def a_booking(
    studio: Studio, trainer: Trainer, starts_at: datetime, minutes: int = 60, *, before: int = 0, after: int = 15,
    state: BookingState = BookingState.ATTENDED,
) -> Booking:  # fmt: skip
    person = Person(name=f"試験 {next(numbers)}", created_at=starts_at)
    db.session.add(person)
    booking = Booking(
        studio_id=studio.id, service_id=service_by_slug(studio.id, "session").id, trainer_id=trainer.id,
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), prep_minutes=before,
        cleanup_minutes=after, state=state, channel="WEB", created_at=starts_at, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    db.session.add(Participant(booking_id=booking.id, person_id=person.id))
    db.session.flush()
    return booking


def test_a_month_of_shifts_is_what_can_be_sold(gym: Studio, now: datetime) -> None:
    """31 days of October, nine hours a day each (10:00 to 20:00 without the break), two trainers."""
    assert used(gym, asking(gym), now=now).in_all == Time(31 * 9 * 60 * 2, 0)


def test_closing_days_time_off_and_blocked_time_cannot_be_sold(gym: Studio, now: datetime) -> None:
    mori, okada = trainers(gym.id)
    db.session.add(SpecialDay(studio_id=gym.id, day=date(2026, 10, 5), name_ja="臨時休業"))
    off = datetime(2026, 10, 6, 1, tzinfo=UTC)
    db.session.add(
        TimeOff(trainer_id=mori.id, starts_at=off, ends_at=off + timedelta(hours=2), created_at=now)
    )
    meeting = Block(
        studio_id=gym.id, trainer_id=okada.id, starts_at=off, ends_at=off + timedelta(minutes=30), created_at=now,
        created_by="test",
    )  # fmt: skip
    db.session.add(meeting)
    db.session.flush()
    assert used(gym, asking(gym), now=now).in_all.sellable == (31 * 9 * 2 - 2 * 9 - 2) * 60 - 30
    meeting.removed_at = now
    db.session.flush()
    assert used(gym, asking(gym), now=now).in_all.sellable == (31 * 9 * 2 - 2 * 9 - 2) * 60


def test_preparation_and_clean_up_are_sold_with_the_visit(gym: Studio, now: datetime) -> None:
    """Monday 10:00 with a quarter before and after: 9:45 to 11:15, so it reaches into three hours."""
    mori = trainers(gym.id)[0]
    a_booking(gym, mori, MONDAY, before=15)
    cells = used(gym, asking(gym, NOVEMBER), now=now).cells
    sold = {cell: time.sold for cell, time in cells.items() if time.sold}
    assert sold == {(mori.id, 0, 9): 15, (mori.id, 0, 10): 60, (mori.id, 0, 11): 15}


def test_what_is_ahead_counts_neither_way(gym: Studio, now: datetime) -> None:
    """It is noon: of the hour from 11:30 half is sold, and the shift of today counts until now."""
    mori = trainers(gym.id)[0]
    a_booking(gym, mori, now - timedelta(minutes=30), after=0, state=BookingState.BOOKED)
    a_booking(gym, mori, now + timedelta(days=1), state=BookingState.BOOKED)
    found = used(gym, asking(gym, NOVEMBER), now=now).in_all
    assert found == Time((23 * 9 + 2) * 60 * 2, 30)


@pytest.mark.parametrize("state", [one for one in BookingState if one not in SOLD])
def test_what_was_given_back_was_not_sold(gym: Studio, now: datetime, state: BookingState) -> None:
    a_booking(gym, trainers(gym.id)[0], MONDAY, state=state)
    assert used(gym, asking(gym, NOVEMBER), now=now).in_all.sold == 0


def test_a_trainer_who_left_can_be_sold_until_then(gym: Studio, now: datetime) -> None:
    mori = trainers(gym.id)[0]
    mori.archived_at = datetime(2026, 10, 11, 3, tzinfo=UTC)
    db.session.flush()
    found = used(gym, asking(gym), now=now).by_trainer()[mori.id]
    assert found.sellable == (10 * 9 + 2) * 60


@pytest.mark.parametrize(
    ("starts_at", "minutes"),
    [(datetime(2026, 10, 31, 14, 30, tzinfo=UTC), 30), (datetime(2026, 11, 1, 15, 10, tzinfo=UTC), 0)],
)
def test_a_booking_over_midnight_of_the_month_is_cut_there(
    gym: Studio, now: datetime, starts_at: datetime, minutes: int
) -> None:
    """23:30 to 00:30: half of it is October's, half November's; 00:10 is November's alone."""
    a_booking(gym, trainers(gym.id)[0], starts_at, after=0)
    assert used(gym, asking(gym), now=now).in_all.sold == minutes
    assert used(gym, asking(gym, NOVEMBER), now=now).in_all.sold == 60 - minutes


lengths = st.sampled_from([30, 45, 60, 90])
bookings = st.tuples(
    st.integers(0, 31 * 24 * 4),
    st.integers(0, 1),
    lengths,
    st.sampled_from([0, 15]),
    st.sampled_from([0, 15]),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(bookings, max_size=15))
def test_every_minute_is_in_one_cell_and_every_number_is_its_list(
    gym: Studio, now: datetime, told: list[tuple[int, int, int, int, int]]
) -> None:
    team = trainers(gym.id)
    first = datetime(2026, 9, 30, 15, tzinfo=UTC)
    with db.session.begin_nested() as savepoint:
        by_hand: Counter[tuple[int, int, int]] = Counter()
        for quarter, who, minutes, before, after in told:
            starts_at = first + timedelta(minutes=15 * quarter)
            a_booking(gym, team[who], starts_at, minutes, before=before, after=after)
            for minute in range(-before, minutes + after):
                at = local(starts_at + timedelta(minutes=minute), gym.zone)
                if at.month == 10:
                    by_hand[team[who].id, at.weekday(), at.hour] += 1
        found = used(gym, asking(gym), now=now)
        assert {cell: time.sold for cell, time in found.cells.items() if time.sold} == dict(by_hand)
        for parts in (found.by_trainer(), found.by_hour(), found.by_trainer_and_hour()):
            assert sum(time.sellable for time in parts.values()) == found.in_all.sellable
            assert sum(time.sold for time in parts.values()) == found.in_all.sold
        for trainer, weekday, hour in list(by_hand)[:3]:
            narrow = asking(gym, trainer_id=trainer, weekday=weekday, hour=hour)
            listed = list(all_bookings_behind(narrow, now=now))
            assert sum(row.minutes for row in listed) == by_hand[trainer, weekday, hour]
            assert used(gym, narrow, now=now).in_all.sold == by_hand[trainer, weekday, hour]
        assert paged(asking(gym), now) == [
            row.booking_id for row in all_bookings_behind(asking(gym), now=now)
        ]
        savepoint.rollback()


def paged(filters: HourFilters, now: datetime) -> list[int]:
    found: list[int] = []
    after = None
    while rows := bookings_behind(filters, now=now, after=after, limit=4):
        found += [row.booking_id for row in rows]
        after = (rows[-1].starts_at, rows[-1].booking_id)
    return found
