"""Which messages a booking wants, and when they lose their use."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from backoffice.bookings.actions import cancel, move
from backoffice.bookings.reminders import planned_for
from backoffice.core.db import db
from backoffice.messaging.models import Kind, Message, MessageState

from .conftest import WEDNESDAY, Desk

START = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


@given(ahead=st.integers(-60, 100 * 60), day_before=st.booleans(), two_hours=st.booleans())
def test_news_at_once_and_no_reminder_whose_time_has_passed(
    ahead: int, day_before: bool, two_hours: bool
) -> None:
    now = START - timedelta(minutes=ahead)
    wanted = planned_for(
        START, Kind.BOOKING_CONFIRMED, day_before=day_before, two_hours_before=two_hours, now=now
    )
    kinds = [one.kind for one in wanted]
    assert (Kind.BOOKING_CONFIRMED in kinds) == (ahead > 0)
    assert (Kind.REMINDER_DAY_BEFORE in kinds) == (day_before and ahead >= 24 * 60)
    assert (Kind.REMINDER_TWO_HOURS in kinds) == (two_hours and ahead >= 2 * 60)
    assert all(now <= one.send_at < START for one in wanted)


def test_every_message_expires_with_the_visit_and_names_the_version(desk_book: Desk) -> None:
    service = desk_book.service("trial")
    service.reminds_two_hours_before = True
    booking = desk_book.book(desk_book.at(16, day=WEDNESDAY + timedelta(days=2)), service="trial")
    move(
        booking,
        starts_at=desk_book.at(17, day=WEDNESDAY + timedelta(days=2)),
        by=desk_book.by,
        now=desk_book.now,
    )
    live = list(db.session.scalars(select(Message).where(Message.state == MessageState.PLANNED)))
    assert {one.kind for one in live} == {
        Kind.BOOKING_MOVED,
        Kind.REMINDER_DAY_BEFORE,
        Kind.REMINDER_TWO_HOURS,
    }
    assert {(one.expires_at, one.booking_version) for one in live} == {(booking.starts_at, 2)}
    cancelled = list(db.session.scalars(select(Message).where(Message.state == MessageState.CANCELLED)))
    assert {one.booking_version for one in cancelled} == {1}


def test_changed_by_the_gym_at_night_is_told_in_the_morning_but_on_the_day_at_once(desk_book: Desk) -> None:
    night = desk_book.at(23, 30, WEDNESDAY - timedelta(days=1))
    later = desk_book.book(desk_book.at(16, day=WEDNESDAY + timedelta(days=2)))
    today = desk_book.book(desk_book.at(16))
    for booking in (later, today):
        cancel(booking, by_gym=True, by=desk_book.by, now=night)
    told = dict(
        db.session.execute(
            select(Message.booking_id, Message.send_at).where(Message.kind == Kind.BOOKING_CANCELLED)
        ).all()
    )
    assert told == {later.id: desk_book.at(8), today.id: night}
