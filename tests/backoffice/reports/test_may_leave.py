"""Who may leave: each rule by itself, no health in words, one task however often it is asked for."""

from datetime import date, datetime, timedelta

import pytest

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.care.models import CheckIn
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.people.actions import record_consent
from backoffice.people.models import Purpose
from backoffice.reports.may_leave import (
    Attendance28,
    MayLeave,
    Reason,
    ask_after,
    may_leave,
    may_leave_page,
    reasons_of,
)
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import Given, grant
from backoffice.tickets.queries import Balance
from backoffice.todos.actions import finish_todo
from tests.backoffice.reports.test_members import TODAY, a_member, freeze

NONE = Balance(0, 0, None)


@pytest.fixture
def member(gym: Studio) -> Client:
    """Somebody who joined in January and trains with Mori."""
    return a_member(gym, date(2026, 1, 10), None, trainer_id=trainers(gym.id)[0].id)


def a_visit(
    studio: Studio, client: Client, at: datetime, state: BookingState = BookingState.ATTENDED
) -> None:
    booking = Booking(
        studio_id=studio.id, service_id=service_by_slug(studio.id, "session").id, trainer_id=trainers(studio.id)[0].id,
        starts_at=at, ends_at=at + timedelta(hours=1), state=state, channel="WEB", created_at=at, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    came = Attendance.ATTENDED if state == BookingState.ATTENDED else Attendance.EXPECTED
    db.session.add(Participant(booking_id=booking.id, person_id=client.person_id, attendance=came))
    db.session.flush()


def a_week_of(studio: Studio, client: Client, now: datetime, *weeks_ago: int) -> None:
    for weeks in weeks_ago:
        a_visit(studio, client, now - timedelta(weeks=weeks))


def tell_fatigue(studio: Studio, client: Client, *, usual: int, recent: int) -> None:
    for ago in range(20):
        told = recent if ago < 7 else usual
        day = TODAY - timedelta(days=ago)
        told_at = datetime.combine(day, datetime.min.time()).astimezone()
        db.session.add(
            CheckIn(studio_id=studio.id, person_id=client.person_id, day=day, fatigue=told, told_at=told_at)
        )
    db.session.flush()


def test_whoever_comes_as_ever_and_has_a_next_booking_is_not_on_the_list(
    gym: Studio, member: Client, now: datetime
) -> None:
    a_week_of(gym, member, now, 1, 2, 3, 4, 5, 6, 7, 8)
    a_visit(gym, member, now + timedelta(days=2), BookingState.BOOKED)
    assert may_leave(gym, now=now) == []


def test_half_of_their_own_past_is_falling_and_no_next_booking_is_said(
    gym: Studio, member: Client, now: datetime
) -> None:
    """Eight visits in the eight weeks before, two in the last four: half of their usual four."""
    a_week_of(gym, member, now, 2, 3, 5, 6, 7, 8, 9, 10, 11)
    a_visit(gym, member, now - timedelta(weeks=5, days=2))
    (one,) = may_leave(gym, now=now)
    assert (one.visits.recent, one.visits.before) == (2, 8)
    assert one.reasons == [Reason.NO_NEXT, Reason.FALLING]


@pytest.mark.parametrize(
    ("visits", "tickets", "reasons"),
    [
        (Attendance28(None, None, 0, 0), NONE, [Reason.NO_NEXT]),
        (Attendance28(None, None, 0, 0), Balance(3, 0, None), [Reason.NO_NEXT, Reason.UNUSED]),
        (Attendance28(None, None, 0, 3), NONE, [Reason.NO_NEXT]),
        (Attendance28(None, None, 0, 4), NONE, [Reason.NO_NEXT, Reason.FALLING]),
        (Attendance28(None, None, 2, 6), NONE, [Reason.NO_NEXT]),
    ],
)
def test_each_rule_by_itself(
    now: datetime, visits: Attendance28, tickets: Balance, reasons: list[Reason]
) -> None:
    assert reasons_of(visits, tickets, tickets.free, is_tired=False, today=TODAY, now=now) == reasons


@pytest.mark.parametrize(
    ("days", "free", "speaks"),
    [(28, 6, True), (28, 5, False), (14, 4, True), (14, 3, False), (30, 8, True), (31, 8, False)],
)
def test_more_tickets_end_within_a_month_than_somebody_usually_uses(
    now: datetime, days: int, free: int, speaks: bool
) -> None:
    visits = Attendance28(now, now + timedelta(days=1), 4, 8)  # one visit a week
    tickets = Balance(free, 0, TODAY + timedelta(days=days))
    found = reasons_of(visits, tickets, free, is_tired=False, today=TODAY, now=now)
    assert found == ([Reason.EXPIRING] if speaks else [])


def test_only_what_ends_then_is_compared_with_their_pace(gym: Studio, member: Client, now: datetime) -> None:
    for weeks in range(12):
        a_visit(gym, member, now - timedelta(days=7 * weeks + 1))
    a_visit(gym, member, now + timedelta(days=3), BookingState.BOOKED)
    a_pack(gym, member, 3, now, TODAY + timedelta(days=21))
    a_pack(gym, member, 16, now, TODAY + timedelta(days=180))
    assert may_leave(gym, now=now) == []
    a_pack(gym, member, 2, now, TODAY + timedelta(days=21))
    (one,) = may_leave(gym, now=now)
    assert (one.reasons, one.ending, one.tickets.free) == ([Reason.EXPIRING], 5, 21)


def a_pack(studio: Studio, client: Client, free: int, now: datetime, expires_on: date | None = None) -> None:
    """Tickets given three months ago."""
    day = TODAY - timedelta(days=90)
    given = Given(free, "回数券", "Pack", 8000, day, expires_on=expires_on)
    grant(client.person_id, given, studio_id=studio.id, by=SYSTEM, now=now - timedelta(days=90))


def test_each_reason_alone_brings_a_member_on_the_list(gym: Studio, now: datetime) -> None:
    """By what the database holds, one member each; a fifth comes as ever."""
    falling, unused, expiring, as_ever, quiet = (
        a_member(gym, date(2026, 1, 10), None) for _number in range(5)
    )
    for member in (falling, unused, expiring, as_ever):
        a_visit(gym, member, now + timedelta(days=2), BookingState.BOOKED)
    a_week_of(gym, quiet, now, 2, 3, 5, 6, 7, 8)
    a_week_of(gym, falling, now, 2, 5, 6, 7, 8)
    a_pack(gym, unused, 3, now)
    a_week_of(gym, expiring, now, 1, 2, 3, 4, 5, 6, 7, 8)
    a_pack(gym, expiring, 8, now, TODAY + timedelta(days=20))
    a_week_of(gym, as_ever, now, 1, 2, 3, 4, 5, 6, 7, 8)
    a_pack(gym, as_ever, 2, now, TODAY + timedelta(days=20))
    assert {one.person_id: one.reasons for one in may_leave(gym, now=now)} == {
        falling.person_id: [Reason.FALLING],
        unused.person_id: [Reason.UNUSED],
        expiring.person_id: [Reason.EXPIRING],
        quiet.person_id: [Reason.NO_NEXT],
    }


@pytest.mark.parametrize(("days", "known"), [(83, True), (85, True), (364, True), (366, False)])
def test_the_last_visit_is_told_for_a_year(
    gym: Studio, member: Client, now: datetime, days: int, known: bool
) -> None:
    at = now - timedelta(days=days)
    a_visit(gym, member, at)
    (one,) = may_leave(gym, now=now)
    assert one.visits.last_at == (at if known else None)
    assert may_leave_page(gym, limit=9, now=now).rows == [one]


def test_pages_hold_the_whole_list_in_its_order(gym: Studio, now: datetime) -> None:
    """Also when somebody who stood at the end of a page is not on the list any more: it begins anew."""
    members = [a_member(gym, date(2026, 1, 10), None) for _number in range(7)]
    a_week_of(gym, members[3], now, 5, 6, 7, 8)
    whole = may_leave(gym, now=now)
    assert whole[0].person_id == members[3].person_id
    paged: list[MayLeave] = []
    for _page in range(3):
        after = paged[-1].person_id if paged else None
        page = may_leave_page(gym, after=after, limit=3, now=now)
        assert page.total == 7
        assert page.has_more == (len(paged) + len(page.rows) < 7)
        paged += page.rows
    assert paged == whole
    assert may_leave_page(gym, after=members[3].person_id + 10**6, limit=3, now=now).rows == whole[:3]


def test_tickets_that_nobody_uses(gym: Studio, member: Client, now: datetime) -> None:
    a_pack(gym, member, 4, now)
    (one,) = may_leave(gym, now=now)
    assert Reason.UNUSED in one.reasons
    assert one.tickets.free == 4


def test_fatigue_against_their_own_usual_says_only_that_there_is_something(
    gym: Studio, member: Client, now: datetime
) -> None:
    a_week_of(gym, member, now, 1, 2, 3, 4, 5, 6, 7, 8)
    a_visit(gym, member, now + timedelta(days=2), BookingState.BOOKED)
    tell_fatigue(gym, member, usual=2, recent=4)
    (one,) = may_leave(gym, now=now)
    assert one.reasons == [Reason.TIRED]
    said = {"source": "test", "by": SYSTEM, "wording": "v1", "language": "ja"}
    record_consent(member.person_id, Purpose.HEALTH, False, **said, now=now)  # type: ignore[arg-type]
    assert may_leave(gym, now=now) == []


def test_usual_fatigue_is_no_sign(gym: Studio, member: Client, now: datetime) -> None:
    a_week_of(gym, member, now, 1, 2, 3, 4, 5, 6, 7, 8)
    a_visit(gym, member, now + timedelta(days=2), BookingState.BOOKED)
    tell_fatigue(gym, member, usual=3, recent=3)
    assert may_leave(gym, now=now) == []


def test_new_members_and_those_who_left_are_left_alone(gym: Studio, now: datetime) -> None:
    a_member(gym, TODAY - timedelta(days=27), None)
    a_member(gym, date(2026, 1, 10), TODAY - timedelta(days=1))
    assert may_leave(gym, now=now) == []


def test_who_rests_is_left_alone(gym: Studio, member: Client, now: datetime) -> None:
    assert may_leave(gym, now=now)
    freeze(member, TODAY - timedelta(days=3), TODAY + timedelta(days=30))
    assert may_leave(gym, now=now) == []


def test_asked_twice_there_is_one_task(gym: Studio, member: Client, now: datetime) -> None:
    first = ask_after(gym, member.person_id, by=SYSTEM, now=now)
    assert ask_after(gym, member.person_id, by=SYSTEM, now=now).id == first.id
    (one,) = may_leave(gym, now=now)
    assert one.todo_id == first.id
    finish_todo(gym.id, first.id, by=SYSTEM, now=now)
    assert may_leave(gym, now=now)[0].todo_id is None
    assert ask_after(gym, member.person_id, by=SYSTEM, now=now).id != first.id


def test_nobody_is_asked_after_who_is_no_member(gym: Studio, now: datetime) -> None:
    gone = a_member(gym, date(2026, 1, 10), date(2026, 5, 31))
    with pytest.raises(NotFound):
        ask_after(gym, gone.person_id, by=SYSTEM, now=now)
