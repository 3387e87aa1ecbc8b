"""Trainers: whose clients stayed, what was written up in time, and each number is its list."""

from datetime import UTC, date, datetime, timedelta

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.reports.entries import Filters
from backoffice.reports.maturity import Maturity
from backoffice.reports.periods import Period
from backoffice.reports.trainers import Number, TrainerLine, behind, everything_behind, trainer_lines
from backoffice.session_logs.models import SessionLog
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug

AUTUMN = Period(date(2026, 8, 1), date(2026, 10, 1))
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
USUAL = Maturity(60, 0, is_observed=False)


def a_client(gym: Studio, number: int) -> Person:
    person = Person(name=f"会員 {number}", created_at=NOW)
    db.session.add(person)
    db.session.flush()
    db.session.add(
        Client(
            person_id=person.id,
            member_number=9000 + number,
            joined_on=date(2026, 1, 1),
            main_trainer_id=trainers(gym.id)[0].id,
            created_at=NOW,
        )
    )
    db.session.flush()
    return person


def a_session(
    gym: Studio,
    person: Person,
    starts_at: datetime,
    *,
    saved_after: timedelta | None = None,
    state: BookingState = BookingState.ATTENDED,
    slug: str = "session",
) -> None:
    """An hour with the first trainer; `saved_after` its end the log was saved."""
    ends_at = starts_at + timedelta(hours=1)
    booking = Booking(
        studio_id=gym.id, service_id=service_by_slug(gym.id, slug).id, trainer_id=trainers(gym.id)[0].id,
        starts_at=starts_at, ends_at=ends_at, state=state, channel="DESK", created_at=starts_at, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    attendance = Attendance.ATTENDED if state == BookingState.ATTENDED else Attendance.EXPECTED
    participant = Participant(booking_id=booking.id, person_id=person.id, attendance=attendance)
    db.session.add(participant)
    db.session.flush()
    if saved_after is not None:
        db.session.add(
            SessionLog(
                studio_id=gym.id,
                participant_id=participant.id,
                person_id=person.id,
                held_on=starts_at.date(),
                started_at=starts_at,
                started_by="test",
                saved_at=ends_at + saved_after,
                note="",
                to_self="",
            )
        )
    db.session.flush()


def line_of(gym: Studio, period: Period = AUTUMN) -> TrainerLine:
    """The line of the first trainer, each of whose numbers is as long as its list and its file."""
    trainer_id = trainers(gym.id)[0].id
    asked = Filters(gym.id, gym.zone, period)
    (line,) = trainer_lines(asked, [trainer_id], maturity=USUAL, now=NOW)
    for number in Number:
        listed = behind(number, trainer_id, asked, after=0, limit=100, now=NOW)
        assert len(listed) == line.count(number)
        assert list(everything_behind(number, trainer_id, asked, now=NOW)) == listed
    return line


def test_who_comes_or_is_booked_has_stayed(gym: Studio) -> None:
    before, late = datetime(2026, 7, 10, 3, tzinfo=UTC), datetime(2026, 10, 20, 3, tzinfo=UTC)
    comes, left, booked, came_too_early = (a_client(gym, number) for number in range(4))
    for person in (comes, left, booked):
        a_session(gym, person, before)
        before += timedelta(hours=2)
    a_session(gym, comes, late)
    a_session(gym, booked, NOW + timedelta(days=3), state=BookingState.BOOKED)
    a_session(gym, left, NOW + timedelta(days=4), state=BookingState.CANCELLED)
    a_session(gym, came_too_early, datetime(2026, 5, 1, 3, tzinfo=UTC))
    assert (line_of(gym).came, line_of(gym).stayed) == (3, 2)


def test_the_last_sixty_days_of_a_month_that_runs_end_now(gym: Studio) -> None:
    person = a_client(gym, 0)
    a_session(gym, person, datetime(2026, 8, 10, 3, tzinfo=UTC))
    a_session(gym, person, NOW - timedelta(days=58))
    line = line_of(gym, Period(date(2026, 9, 1), date(2026, 11, 1)))
    assert (line.came, line.stayed) == (1, 1)


def test_a_short_period_says_nothing_of_who_stayed(gym: Studio) -> None:
    a_session(gym, a_client(gym, 0), datetime(2026, 9, 10, 3, tzinfo=UTC))
    assert line_of(gym, Period(date(2026, 10, 1), date(2026, 10, 1))).came == 0


def test_written_up_within_a_day_of_the_end(gym: Studio) -> None:
    person, at = a_client(gym, 0), datetime(2026, 10, 20, 1, tzinfo=UTC)
    for number, after in enumerate((timedelta(minutes=5), timedelta(hours=24), timedelta(hours=25), None)):
        a_session(gym, person, at + timedelta(days=number), saved_after=after)
    a_session(gym, person, at + timedelta(days=5), slug="counselling")
    assert (line_of(gym).held, line_of(gym).in_time) == (4, 2)


def test_a_session_of_today_is_not_late_yet(gym: Studio) -> None:
    person = a_client(gym, 0)
    a_session(gym, person, NOW - timedelta(hours=5))
    assert line_of(gym, Period(date(2026, 11, 1), date(2026, 11, 1))).held == 0
