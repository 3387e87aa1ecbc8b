"""Free times: against a grid of single minutes, at the edges of the day, and in a constant number of statements."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.bookings.availability import free_of, free_slots, nearest, nearest_free, one_per_start
from backoffice.bookings.models import Resource, resource_key
from backoffice.bookings.refusals import Slot
from backoffice.bookings.schedule import add_block, add_special_day, add_time_off
from backoffice.bookings.spans import Grid, Length, Span, joined, minute_of
from backoffice.bookings.working_time import Hours
from backoffice.core.clock import local
from backoffice.staff.trainers import set_weekly_hours
from backoffice.studio.models import Studio
from tests.statements import statements

from .conftest import WEDNESDAY, Desk

DAY = 240
SPANS = st.lists(st.tuples(st.integers(0, DAY), st.integers(0, DAY)), max_size=4).map(joined)
KEYS = {
    "trainer": resource_key(Resource.TRAINER, 1),
    "room 1": resource_key(Resource.ROOM, 1),
    "room 2": resource_key(Resource.ROOM, 2),
    "guest": resource_key(Resource.PERSON, 9),
}


def minutes(spans: list[Span]) -> set[int]:
    return {minute for start, end in spans for minute in range(start, end)}


@settings(max_examples=200, deadline=None)
@given(
    opening=SPANS,
    working=SPANS,
    taken=st.fixed_dictionaries(dict.fromkeys(KEYS.values(), SPANS)),
    length=st.builds(Length, st.sampled_from([20, 30, 60]), st.integers(0, 15), st.integers(0, 15)),
    needs_room=st.booleans(),
)
def test_free_times_are_exactly_those_a_minute_grid_allows(
    opening: list[Span], working: list[Span], taken: dict[int, list[Span]], length: Length, needs_room: bool
) -> None:
    days = {WEDNESDAY + timedelta(days=number): span for number, span in enumerate(opening)}
    found = free_of(
        length, Grid(0, 10, 20), Hours(days, {1: working}), taken, rooms=[1, 2] if needs_room else None, person_ids=[9]
    )  # fmt: skip

    busy = {name: minutes(taken[key]) for name, key in KEYS.items()}
    expected = {}
    for start in range(20, DAY, 10):
        visit, hold = set(range(*length.visit(start))), set(range(*length.busy(start)))
        rooms = [number for number in (1, 2) if not hold & busy[f"room {number}"]]
        if (
            visit <= minutes(opening)
            and hold <= minutes(working) - busy["trainer"]
            and not visit & busy["guest"]
            and (rooms or not needs_room)
        ):
            expected[start] = rooms[0] if needs_room else None
    assert {minute_of(slot.starts_at): slot.room_id for slot in found} == expected


def clocks(desk: Desk, slots: list[Slot]) -> list[str]:
    return [f"{local(slot.starts_at, desk.studio.zone):%H:%M}" for slot in slots]


def free(desk: Desk, service: str = "session", day: date = WEDNESDAY, **wish: Any) -> list[Slot]:
    wish.setdefault("trainer_id", desk.trainer().id)
    return free_slots(desk.studio, desk.service(service), day, day, now=wish.pop("now", desk.now), **wish)


def test_a_day_of_a_trainer(desk_book: Desk) -> None:
    found = clocks(desk_book, free(desk_book))
    assert found == [
        "10:00", "10:15", "10:30", "10:45", "11:00", "11:15", "11:30", "11:45", "12:00", "12:15", "12:30", "12:45",
        "15:00", "15:15", "15:30", "15:45", "16:00", "16:15", "16:30", "16:45", "17:00", "17:15", "17:30", "17:45",
        "18:00", "18:15", "18:30", "18:45",
    ]  # fmt: skip
    trial = clocks(desk_book, free(desk_book, "trial"))
    assert (trial[0], trial[-1]) == ("10:15", "18:45")


def test_a_booking_takes_its_time_and_what_surrounds_it(desk_book: Desk) -> None:
    desk_book.book(desk_book.at(16), service="trial")
    found = clocks(desk_book, free(desk_book))
    assert "15:15" not in found  # 15:15 to 16:15 plus clean-up meets 15:45
    assert [one for one in found if "15:00" <= one < "18:00"] == ["17:15", "17:30", "17:45"]


def test_notice_today_counts_from_now(desk_book: Desk) -> None:
    today = date(2026, 11, 24)
    assert clocks(desk_book, free(desk_book, day=today))[0] == "15:00"
    early = desk_book.at(9, 40, today)
    assert clocks(desk_book, free(desk_book, day=today, now=early))[0] == "10:45"
    assert clocks(desk_book, free(desk_book, day=today, now=early, walk_in=True))[0] == "10:00"
    assert free(desk_book, day=today - timedelta(days=1)) == []


def test_visitors_see_the_horizon_and_public_trainers_only(desk_book: Desk) -> None:
    desk_book.trainer("okada").is_public = False
    far = date(2026, 11, 24) + timedelta(days=desk_book.studio.horizon_days)
    assert free(desk_book, day=far, public=True)
    assert free(desk_book, day=far + timedelta(days=1), public=True) == []
    assert free(desk_book, day=far + timedelta(days=1))
    seen = {slot.trainer_id for slot in free(desk_book, trainer_id=None, public=True)}
    assert seen == {desk_book.trainer("mori").id}


def test_women_only(desk_book: Desk) -> None:
    assert {slot.trainer_id for slot in free(desk_book, trainer_id=None, women_only=True)} == {
        desk_book.trainer("okada").id
    }


def test_closing_short_days_time_off_and_blocks(desk_book: Desk) -> None:
    who: dict[str, Any] = {"by": desk_book.by, "now": desk_book.now}
    add_special_day(desk_book.studio.id, WEDNESDAY, opens_at=time(11), closes_at=time(13), **who)
    assert clocks(desk_book, free(desk_book)) == ["11:00", "11:15", "11:30", "11:45", "12:00"]
    thursday, friday = WEDNESDAY + timedelta(days=1), WEDNESDAY + timedelta(days=2)
    add_special_day(desk_book.studio.id, thursday, **who)
    assert free(desk_book, day=thursday) == []
    add_time_off(desk_book.trainer(), desk_book.at(0, day=friday), desk_book.at(17, day=friday), **who)
    add_block(
        studio_id=desk_book.studio.id, trainer_id=desk_book.trainer().id,
        starts_at=desk_book.at(18, day=friday), ends_at=desk_book.at(18, 30, friday), **who,
    )  # fmt: skip
    assert clocks(desk_book, free(desk_book, day=friday)) == ["18:30", "18:45"]


def test_both_rooms_taken_is_no_free_time_for_a_third(desk_book: Desk) -> None:
    for room in desk_book.rooms():
        add_block(
            studio_id=desk_book.studio.id, room_id=room.id, starts_at=desk_book.at(15), ends_at=desk_book.at(19),
            by=desk_book.by, now=desk_book.now,
        )  # fmt: skip
    assert [one for one in clocks(desk_book, free(desk_book)) if one >= "14:00"] == []
    assert clocks(desk_book, free(desk_book, "counselling"))[-1] == "19:15"


def test_a_lapsed_hold_is_free_again(desk_book: Desk) -> None:
    desk_book.book(desk_book.at(16), held_until=desk_book.now + timedelta(minutes=5))
    assert "16:00" not in clocks(desk_book, free(desk_book))
    assert "16:00" in clocks(desk_book, free(desk_book, now=desk_book.now + timedelta(minutes=5)))


def test_guests_and_the_booking_being_moved(desk_book: Desk) -> None:
    person = desk_book.meet()
    booking = desk_book.book(desk_book.at(16), person)
    other = desk_book.trainer("okada").id
    assert "16:30" in clocks(desk_book, free(desk_book, trainer_id=other))
    assert "16:30" not in clocks(desk_book, free(desk_book, trainer_id=other, person_ids=[person.id]))
    moving = free(desk_book, person_ids=[person.id], without_booking=booking.id)
    assert "16:15" in clocks(desk_book, moving)


@pytest.mark.parametrize(
    ("shift", "first", "last"), [((0, 30), "00:30", "04:45"), ((18, 15), "18:15", "22:30")]
)
def test_at_the_edges_of_the_day_in_kyoto(
    desk_book: Desk, shift: tuple[int, int], first: str, last: str
) -> None:
    """00:30 in Kyoto is the day before in UTC; a visit that ends at 23:30 is still today."""
    add_special_day(
        desk_book.studio.id, WEDNESDAY, opens_at=time(0, 30), closes_at=time(23, 30), by=desk_book.by, now=desk_book.now
    )  # fmt: skip
    end = time(6, 0) if shift[0] == 0 else time(23, 45)
    set_weekly_hours(
        desk_book.trainer(), [(WEDNESDAY.weekday(), time(*shift), end, None, None)], valid_from=WEDNESDAY,
        by=desk_book.by, now=desk_book.now,
    )  # fmt: skip
    slots = free(desk_book)
    shown = clocks(desk_book, slots)
    assert (shown[0], shown[-1]) == (first, last)
    assert {local(slot.starts_at, desk_book.studio.zone).date() for slot in slots} == {WEDNESDAY}
    desk_book.book(slots[0].starts_at, trainer_id=desk_book.trainer().id)
    desk_book.book(slots[-1].starts_at, trainer_id=desk_book.trainer().id)


def test_shifts_change_from_a_day_on(desk_book: Desk) -> None:
    thursday = WEDNESDAY + timedelta(days=1)
    hours = [(weekday, time(18), time(20), None, None) for weekday in range(7)]
    set_weekly_hours(desk_book.trainer(), hours, valid_from=thursday, by=desk_book.by, now=desk_book.now)
    assert clocks(desk_book, free(desk_book))[0] == "10:00"
    assert clocks(desk_book, free(desk_book, day=thursday))[0] == "18:00"


def test_any_range_of_days_costs_the_same_statements(desk_book: Desk) -> None:
    counts = []
    for days, bookings in ((0, 0), (60, 6)):
        for number in range(bookings):
            desk_book.book(desk_book.at(16, day=WEDNESDAY + timedelta(days=number)))
        service = desk_book.service("session")
        with statements() as sent:
            free_slots(
                desk_book.studio, service, WEDNESDAY, WEDNESDAY + timedelta(days=days), now=desk_book.now
            )
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 7


def test_the_nearest_three_come_before_and_after(desk_book: Desk) -> None:
    desk_book.book(desk_book.at(16))
    desk_book.book(desk_book.at(16), trainer="okada")
    found = nearest_free(desk_book.studio, desk_book.service("session"), desk_book.at(16), now=desk_book.now)
    # 45 minutes before would need clean-up until 16:15; 75 minutes after is the first that fits.
    assert clocks(desk_book, found) == ["17:15", "17:30", "17:45"]


def test_nothing_free_is_an_empty_answer(desk_book: Desk, gym: Studio) -> None:
    for trainer in ("mori", "okada"):
        set_weekly_hours(
            desk_book.trainer(trainer), [], valid_from=date(2026, 11, 1), by=desk_book.by, now=desk_book.now
        )
    assert nearest_free(gym, desk_book.service("session"), desk_book.at(16), now=desk_book.now) == []


def test_each_start_is_offered_once_to_whom_has_most_room(desk_book: Desk) -> None:
    at = desk_book.at
    slots = [
        Slot(at(10), 1, None),
        Slot(at(10), 2, None),
        Slot(at(11), 2, None),
        Slot(at(12), 1, None),
        Slot(at(13), 2, None),
    ]
    assert [slot.trainer_id for slot in one_per_start(slots, desk_book.studio.zone)] == [2, 2, 1, 2]
    assert [slot.trainer_id for slot in nearest(slots, at(10), 1, 2)] == [1, 2]
