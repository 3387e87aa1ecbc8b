"""Time nobody can book: what it hits is listed with phones and stays where it is; blocks never lie over bookings."""

from datetime import time, timedelta
from typing import Any

import pytest

from backoffice.bookings.availability import free_slots
from backoffice.bookings.models import Block, BookingState
from backoffice.bookings.refusals import OutsideHours, SlotTaken
from backoffice.bookings.schedule import (
    add_block,
    add_special_day,
    add_time_off,
    cancel_time_off,
    hits,
    remove_block,
    remove_special_day,
)
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.staff.models import TimeOff
from backoffice.studio.calendar_days import public_holidays
from backoffice.studio.models import SpecialDay

from .conftest import WEDNESDAY, Desk


def who(desk: Desk) -> dict[str, Any]:
    return {"by": desk.by, "now": desk.now}


def test_time_off_lists_the_bookings_it_hits_and_moves_none(desk_book: Desk) -> None:
    person = desk_book.meet("高橋 花", phone="090-1111-2222")
    booking = desk_book.book(desk_book.at(16), person)
    desk_book.book(desk_book.at(16), trainer="okada")
    found = add_time_off(
        desk_book.trainer(), desk_book.at(17, 10), desk_book.at(20), reason="通院", **who(desk_book)
    )
    # 17:10 lies in the clean-up.
    assert [(hit.booking_id, hit.name, hit.phone) for hit in found] == [
        (booking.id, "高橋 花", "+819011112222")
    ]
    assert booking.state == BookingState.BOOKED
    assert add_time_off(desk_book.trainer(), desk_book.at(17, 15), desk_book.at(20), **who(desk_book)) == []


def test_time_off_cancelled_is_working_time_again(desk_book: Desk) -> None:
    add_time_off(desk_book.trainer(), desk_book.at(15), desk_book.at(20), **who(desk_book))
    with pytest.raises(OutsideHours):
        desk_book.book(desk_book.at(16))
    time_off = db.session.query(TimeOff).one()
    for _ in range(2):
        cancel_time_off(desk_book.studio.id, time_off.id, **who(desk_book))
    desk_book.book(desk_book.at(16))


def test_closing_and_short_days_list_what_they_hit(desk_book: Desk) -> None:
    early, late = (
        desk_book.book(desk_book.at(11)),
        desk_book.book(desk_book.at(16), desk_book.meet(), desk_book.meet()),
    )
    short = add_special_day(
        desk_book.studio.id, WEDNESDAY, opens_at=time(9), closes_at=time(16, 30), **who(desk_book)
    )
    assert [hit.booking_id for hit in short] == [late.id, late.id]
    remove_special_day(desk_book.studio.id, db.session.query(SpecialDay).one().id, **who(desk_book))
    closed = add_special_day(desk_book.studio.id, WEDNESDAY, name_ja="臨時休業", **who(desk_book))
    assert {hit.booking_id for hit in closed} == {early.id, late.id}


def test_hours_over_midnight_and_half_hours_are_refused(desk_book: Desk) -> None:
    for hours in (
        {"opens_at": time(18), "closes_at": time(2)},
        {"opens_at": time(9), "closes_at": time(9)},
        {"opens_at": time(9)},
    ):
        with pytest.raises(Invalid):
            add_special_day(desk_book.studio.id, WEDNESDAY, **hours, **who(desk_book))
    add_special_day(desk_book.studio.id, WEDNESDAY, **who(desk_book))
    with pytest.raises(Invalid) as refused:
        add_special_day(desk_book.studio.id, WEDNESDAY, **who(desk_book))
    assert refused.value.field == "day"


def test_a_day_that_has_passed_stays_as_it_was(desk_book: Desk) -> None:
    add_special_day(desk_book.studio.id, WEDNESDAY, **who(desk_book))
    special = db.session.query(SpecialDay).one()
    with pytest.raises(Invalid):
        remove_special_day(
            desk_book.studio.id,
            special.id,
            by=desk_book.by,
            now=desk_book.at(0, day=WEDNESDAY + timedelta(days=1)),
        )


def test_a_block_holds_its_time_until_it_is_removed(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(18))
    span = {"starts_at": desk_book.at(16), "ends_at": desk_book.at(16, 30)}
    block = add_block(
        studio_id=desk_book.studio.id, trainer_id=desk_book.trainer().id, reason="面談", **span, **who(desk_book)
    )  # fmt: skip
    with pytest.raises(SlotTaken) as refused:
        desk_book.book(desk_book.at(16))
    assert [(one.block_id, one.reason) for one in refused.value.in_the_way] == [(block.id, "面談")]
    with pytest.raises(SlotTaken) as over:
        add_block(
            studio_id=desk_book.studio.id, trainer_id=desk_book.trainer().id, starts_at=desk_book.at(17),
            ends_at=desk_book.at(18, 30), **who(desk_book),
        )  # fmt: skip
    assert [one.booking_id for one in over.value.in_the_way] == [booking.id]
    assert db.session.query(Block).count() == 1
    for _ in range(2):
        remove_block(desk_book.studio.id, block.id, **who(desk_book))
    desk_book.book(desk_book.at(16))


def test_a_block_is_about_one_trainer_or_one_room_of_the_studio(desk_book: Desk) -> None:
    span = {"starts_at": desk_book.at(16), "ends_at": desk_book.at(17)}
    both = {"trainer_id": desk_book.trainer().id, "room_id": desk_book.rooms()[0].id}
    for wrong, error in (
        ({}, Invalid),
        (both, Invalid),
        ({"room_id": 0}, NotFound),
        ({"trainer_id": 0}, NotFound),
    ):
        with pytest.raises(error):
            add_block(studio_id=desk_book.studio.id, **wrong, **span, **who(desk_book))
    backwards = {"starts_at": desk_book.at(17), "ends_at": desk_book.at(17)}
    with pytest.raises(Invalid):
        add_block(studio_id=desk_book.studio.id, trainer_id=both["trainer_id"], **backwards, **who(desk_book))


def test_public_holidays_are_shown_and_are_normal_days(desk_book: Desk) -> None:
    year_end = WEDNESDAY.replace(month=12, day=31)
    assert public_holidays(WEDNESDAY.replace(day=1), year_end, "ja") == {
        WEDNESDAY.replace(day=3): "文化の日",
        WEDNESDAY.replace(day=23): "勤労感謝の日",
    }
    new_year = year_end + timedelta(days=1)
    assert public_holidays(new_year, new_year, "en") == {new_year: "New Year's Day"}
    service = desk_book.service("session")
    assert free_slots(desk_book.studio, service, new_year, new_year, now=desk_book.now)


def test_hits_asks_by_room_too(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16))
    asked = (desk_book.studio.id, desk_book.at(15), desk_book.at(18))
    assert [hit.booking_id for hit in hits(*asked, room_id=booking.room_id)] == [booking.id]
    assert hits(*asked, room_id=next(one.id for one in desk_book.rooms() if one.id != booking.room_id)) == []
