"""No-shows and late cancels: every guest in exactly one place, and every number equals the list behind it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core.db import db
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.models import Person
from backoffice.reports.periods import Period
from backoffice.reports.visits import (
    AHEAD,
    OUTCOMES,
    Became,
    VisitFilters,
    VisitGrouping,
    all_visits_behind,
    days_ahead,
    visits_behind,
    visits_by,
    visits_in_all,
)
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug

S, A = BookingState, Attendance
ENDS = {
    Became.HELD: (S.ATTENDED, A.ATTENDED),
    Became.NO_SHOW: (S.NO_SHOW, A.NO_SHOW),
    Became.LATE: (S.LATE_CANCELLED, A.EXPECTED),
    Became.EARLY: (S.CANCELLED, A.EXPECTED),
    Became.BY_GYM: (S.CANCELLED_BY_GYM, A.EXPECTED),
    Became.UNSAID: (S.BOOKED, A.EXPECTED),
}
numbers = count(1)


@dataclass(frozen=True)
class Visit:
    """One booking of one guest: when, made how many days before, reminded or not, and what became of it."""

    starts_at: datetime
    days_before: int
    reminded: bool
    became: Became
    service: str = "session"


def tell(studio: Studio, visit: Visit) -> Booking:
    person = Person(name=f"試験 {next(numbers)}", created_at=visit.starts_at)
    db.session.add(person)
    state, attendance = ENDS[visit.became]
    booking = Booking(
        studio_id=studio.id, service_id=service_by_slug(studio.id, visit.service).id,
        trainer_id=trainers(studio.id)[0].id, starts_at=visit.starts_at,
        ends_at=visit.starts_at + timedelta(hours=1), state=state, channel="WEB",
        created_at=visit.starts_at - timedelta(days=visit.days_before), created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    db.session.add(Participant(booking_id=booking.id, person_id=person.id, attendance=attendance))
    if visit.reminded:
        remind(studio, booking, person, MessageState.SENT)
    db.session.flush()
    return booking


def remind(studio: Studio, booking: Booking, person: Person, state: MessageState) -> None:
    at = booking.starts_at - timedelta(days=1)
    db.session.add(
        Message(
            studio_id=studio.id, kind=Kind.REMINDER_DAY_BEFORE, channel="mail", language="ja", person_id=person.id,
            booking_id=booking.id, dedupe_key=f"remind:{booking.id}", send_at=at, expires_at=booking.starts_at,
            next_try_at=at, state=state, created_at=at,
        )
    )  # fmt: skip
    db.session.flush()


def asking(studio: Studio, **changes: object) -> VisitFilters:
    return VisitFilters(studio.id, studio.zone, Period(date(2026, 9, 1), date(2026, 11, 1))).only(**changes)


FIRST = datetime(2026, 9, 7, 1, tzinfo=UTC)
"""Monday 7 September, 10:00 in Kyoto."""


def test_the_rates_leave_out_whom_nobody_expected_any_more(gym: Studio, now: datetime) -> None:
    for number, became in enumerate(
        [Became.HELD] * 8 + [Became.NO_SHOW, Became.LATE, Became.EARLY, Became.BY_GYM]
    ):
        tell(gym, Visit(FIRST + timedelta(days=number), 3, False, became))
    found = visits_in_all(asking(gym), now=now)
    assert (found.all, found.expected, found.no_show, found.late) == (12, 10, 1, 1)
    assert found.share(found.no_show) == 0.1
    low, high = found.interval(found.no_show) or (0, 0)
    assert low == pytest.approx(0.0179, abs=1e-4)
    assert high == pytest.approx(0.4042, abs=1e-4)


def test_nine_expected_guests_are_too_few_for_a_rate(gym: Studio, now: datetime) -> None:
    for number in range(9):
        tell(gym, Visit(FIRST + timedelta(days=number), 3, False, Became.HELD))
    found = visits_in_all(asking(gym), now=now)
    assert found.share(0) is None
    assert found.interval(0) is None


@pytest.mark.parametrize(
    ("days", "key"), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 4), (7, 4), (8, 8), (15, 15), (90, 15)]
)
def test_days_ahead_fall_into_steps(gym: Studio, now: datetime, days: int, key: int) -> None:
    tell(gym, Visit(FIRST, days, False, Became.NO_SHOW))
    (row,) = visits_by(asking(gym), VisitGrouping.AHEAD, now=now)
    assert (row.key, row.no_show) == (str(key), 1)
    assert visits_in_all(asking(gym, ahead=key), now=now).all == 1


def test_booked_at_ten_to_midnight_is_a_day_ahead(gym: Studio, now: datetime) -> None:
    booking = tell(gym, Visit(FIRST, 0, False, Became.HELD))
    booking.created_at = datetime(2026, 9, 6, 14, 50, tzinfo=UTC)
    db.session.flush()
    (row,) = visits_by(asking(gym), VisitGrouping.AHEAD, now=now)
    assert row.key == "1"


@pytest.mark.parametrize(
    ("starts_at", "month"),
    [
        (datetime(2026, 9, 30, 14, 50, tzinfo=UTC), "2026-09-01"),
        (datetime(2026, 9, 30, 15, 10, tzinfo=UTC), "2026-10-01"),
    ],
)
def test_a_month_of_visits_ends_at_midnight_in_kyoto(
    gym: Studio, now: datetime, starts_at: datetime, month: str
) -> None:
    tell(gym, Visit(starts_at, 1, False, Became.HELD))
    assert [row.key for row in visits_by(asking(gym), VisitGrouping.MONTH, now=now)] == [month]


def test_only_an_accepted_reminder_counts(gym: Studio, now: datetime) -> None:
    """A message that was planned, cancelled or failed reminded nobody."""
    booking = tell(gym, Visit(FIRST, 3, False, Became.NO_SHOW))
    guest = db.session.query(Participant).filter_by(booking_id=booking.id).one()
    remind(gym, booking, db.session.get_one(Person, guest.person_id), MessageState.CANCELLED)
    tell(gym, Visit(FIRST + timedelta(days=1), 3, True, Became.HELD))
    rows = {row.key: row for row in visits_by(asking(gym), VisitGrouping.REMINDER, now=now)}
    assert (rows["false"].no_show, rows["true"].held) == (1, 1)
    (behind,) = all_visits_behind(asking(gym, reminded=True), Became.ALL, now=now)
    assert behind.reminded
    assert behind.outcome == Became.HELD


def test_what_is_still_ahead_is_not_counted(gym: Studio, now: datetime) -> None:
    tell(gym, Visit(now + timedelta(hours=2), 3, False, Became.UNSAID))
    tell(gym, Visit(now + timedelta(days=1), 3, False, Became.LATE))
    assert visits_in_all(asking(gym), now=now).all == 0


def test_steps_have_no_gap() -> None:
    ends = [days_ahead(first) for first in AHEAD]
    assert [None if end is None else end + 1 for end in ends] == [*AHEAD[1:], None]


visits = st.builds(
    Visit,
    starts_at=st.integers(0, 90 * 24).map(lambda hours: FIRST + timedelta(hours=hours)),
    days_before=st.integers(0, 20),
    reminded=st.booleans(),
    became=st.sampled_from(OUTCOMES),
    service=st.sampled_from(["session", "trial", "care"]),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(visits, max_size=25), random=st.randoms())
def test_buckets_add_up_and_every_number_is_its_list(
    gym: Studio, now: datetime, told: list[Visit], random: object
) -> None:
    """Whatever happened, in whatever order it was written down: one place each; count = list = pages put together."""
    random.shuffle(told)  # type: ignore[attr-defined]
    with db.session.begin_nested() as savepoint:
        for visit in told:
            tell(gym, visit)
        whole = visits_in_all(asking(gym), now=now)
        assert whole.all == sum(getattr(whole, one.value) for one in OUTCOMES)
        assert whole.all == sum(visit.starts_at < now for visit in told)
        for grouping in VisitGrouping:
            rows = visits_by(asking(gym), grouping, now=now)
            for one in (*OUTCOMES, Became.ALL, Became.EXPECTED):
                assert sum(getattr(row, one.value) for row in rows) == getattr(whole, one.value)
        for one in Became:
            listed = list(all_visits_behind(asking(gym), one, now=now))
            assert len(listed) == getattr(whole, one.value)
            assert paged(asking(gym), one, now) == [row.participant_id for row in listed]
        savepoint.rollback()


def paged(filters: VisitFilters, became: Became, now: datetime) -> list[int]:
    found: list[int] = []
    after = None
    while rows := visits_behind(filters, became, now=now, after=after, limit=4):
        found += [row.participant_id for row in rows]
        after = (rows[-1].starts_at, rows[-1].participant_id)
    return found
