"""A trainer's calendar as a phone reads it: what moves, what is cancelled, and what is not told."""

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar
from icalendar import Event as CalendarEntry

from backoffice.bookings.actions import cancel, move
from backoffice.bookings.attendance import attend
from backoffice.bookings.models import Booking
from backoffice.bookings.queries import guests_of
from backoffice.bookings.trainer_feed import trainer_calendar
from backoffice.core.db import db
from backoffice.people.actions import create_person
from tests.statements import statements

from .conftest import Desk


def body(desk: Desk, trainer: str = "mori", language: str = "ja", now: datetime | None = None) -> bytes:
    db.session.flush()
    return trainer_calendar(desk.studio, desk.trainer(trainer).id, language, now=now or desk.now)


def entries(desk: Desk, *args: str, now: datetime | None = None) -> list[CalendarEntry]:
    return list(Calendar.from_ical(body(desk, *args, now=now)).walk("VEVENT"))


def test_a_booking_says_when_who_by_initials_and_where(desk_book: Desk) -> None:
    hana = create_person(name="佐藤 花", kana="さとう はな", by=desk_book.by, now=desk_book.now)
    john = create_person(name="John Élan", by=desk_book.by, now=desk_book.now)
    booking = desk_book.book(desk_book.at(16), hana, john)
    (entry,) = entries(desk_book)
    assert entry["uid"] == f"booking-{booking.id}@localhost"
    assert entry.decoded("dtstart") == desk_book.at(16)
    assert entry.decoded("dtend") == booking.ends_at
    assert b"DTSTART:20261125T070000Z\r\n" in body(desk_book)
    assert entry.decoded("last-modified") == entry.decoded("dtstamp") == desk_book.now
    assert (entry["status"], entry["sequence"]) == ("CONFIRMED", 1)
    room = next(one for one in desk_book.rooms() if one.id == booking.room_id)
    assert entry["summary"] == f"S.H. & J.E. · {room.name_ja}"
    assert entries(desk_book, "mori", "en")[0]["summary"] == f"S.H. & J.E. · {room.name_en}"


def test_nothing_else_of_the_guest_is_in_it(desk_book: Desk) -> None:
    guest = desk_book.meet("森 花子", mail="mori@guest.example", phone="09087654321")
    desk_book.book(desk_book.at(16), guest, note="腰が痛い")
    text = body(desk_book).decode()
    for told in ("森", "花", "mori@guest", "9087654321", "腰"):
        assert told not in text
    assert set(entries(desk_book)[0]) == {
        "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "STATUS",
    }  # fmt: skip
    assert entries(desk_book)[0]["summary"].startswith("お客様 · ")


def test_a_moved_booking_is_the_same_entry_with_a_higher_sequence(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16))
    (before,) = entries(desk_book)
    later = desk_book.now + timedelta(minutes=5)
    move(booking, starts_at=desk_book.at(17), by=desk_book.by, now=later)
    (after,) = entries(desk_book)
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after.decoded("dtstart") == desk_book.at(17)
    assert after.decoded("last-modified") == later


def test_a_cancelled_booking_stays_as_cancelled(desk_book: Desk) -> None:
    booking = desk_book.book(desk_book.at(16))
    (before,) = entries(desk_book)
    cancel(booking, by_gym=False, reason="熱", by=desk_book.by, now=desk_book.now)
    (after,) = entries(desk_book)
    assert (after["uid"], after["status"]) == (before["uid"], "CANCELLED")
    assert after["sequence"] > before["sequence"]
    assert "熱" not in body(desk_book).decode()


def test_a_hold_is_tentative_and_a_visit_that_was_is_confirmed(desk_book: Desk) -> None:
    held = desk_book.book(desk_book.at(16), held_until=desk_book.now + timedelta(hours=2))
    held_id = held.id
    was = desk_book.book(desk_book.at(18))
    attend(guests_of(was.id)[0], by=desk_book.by, now=desk_book.at(18))
    told = {entry["uid"]: entry["status"] for entry in entries(desk_book)}
    assert told == {
        f"booking-{held_id}@localhost": "TENTATIVE",
        f"booking-{was.id}@localhost": "CONFIRMED",
    }


def test_a_colleagues_bookings_are_not_in_it(desk_book: Desk) -> None:
    mine = desk_book.book(desk_book.at(16))
    theirs = desk_book.book(desk_book.at(16), trainer="okada")
    assert [entry["uid"] for entry in entries(desk_book)] == [f"booking-{mine.id}@localhost"]
    move(theirs, starts_at=desk_book.at(18), trainer_id=mine.trainer_id, by=desk_book.by, now=desk_book.now)
    assert len(entries(desk_book)) == 2
    assert entries(desk_book, "okada") == []


@pytest.mark.parametrize(
    ("days", "is_told"), [(-31, False), (-30, True), (0, True), (180, True), (181, False)]
)
def test_it_reaches_from_thirty_days_back_to_a_hundred_and_eighty_ahead(
    desk_book: Desk, days: int, is_told: bool
) -> None:
    booking = desk_book.book(desk_book.at(16))
    reading = booking.starts_at - timedelta(days=days)
    assert bool(entries(desk_book, now=reading)) is is_told


def test_many_bookings_cost_one_statement(desk_book: Desk) -> None:
    for hour in (11, 16, 18):
        desk_book.book(desk_book.at(hour))
    trainer_id = desk_book.trainer().id
    db.session.flush()
    with statements() as sent:
        trainer_calendar(desk_book.studio, trainer_id, "ja", now=desk_book.now)
    assert len(sent) == 1
    assert db.session.query(Booking).count() == 3
