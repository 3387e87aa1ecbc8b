"""What a caller will most likely book: their own hours first, then few times spread over the days."""

from collections import Counter
from datetime import time, timedelta

import pytest

from backoffice.bookings import attendance
from backoffice.bookings.actions import cancel
from backoffice.bookings.models import Booking
from backoffice.bookings.queries import guests_of
from backoffice.bookings.suggestions import Habits, fitting_times, habits_of, likely_service
from backoffice.core.clock import local
from backoffice.studio.models import ServiceKind
from backoffice.studio.queries import services
from tests.statements import statements

from .conftest import WEDNESDAY, Desk


def attended(desk: Desk, booking: Booking) -> None:
    attendance.attend(guests_of(booking.id)[0], by=desk.by, now=booking.ends_at)


@pytest.fixture
def regular(desk_book: Desk) -> tuple[Desk, int]:
    """Somebody who trains on Wednesdays at 18:30 with Okada, and once came at another time."""
    who = desk_book.meet()
    for week in range(3):
        desk_book.book(
            desk_book.at(18, 30, WEDNESDAY + timedelta(days=7 * week)),
            who,
            trainer="okada",
            service="session",
        )
    desk_book.book(desk_book.at(11, 0, WEDNESDAY + timedelta(days=1)), who, service="session")
    return desk_book, who.id


def test_a_regular_is_offered_the_usual_hour_and_trainer_first(regular: tuple[Desk, int]) -> None:
    desk, who = regular
    habits = habits_of(who, desk.studio)
    assert habits == Habits(
        ServiceKind.SESSION, desk.service("session").id, desk.trainer("okada").id, ((2, time(18, 30)),)
    )
    first = WEDNESDAY + timedelta(days=14)
    times = fitting_times(desk.studio, desk.service("session"), habits, first, now=desk.now, person_ids=[who])
    usual = [(local(slot.starts_at, desk.studio.zone), slot.trainer_id) for slot in times.usual]
    assert [(at.date(), at.time(), trainer) for at, trainer in usual] == [
        (first + timedelta(days=7), time(18, 30), desk.trainer("okada").id)
    ], "the booked week is left out, the next one offered"


def test_other_times_are_spread_over_days_and_parts_of_the_day(regular: tuple[Desk, int]) -> None:
    desk, who = regular
    times = fitting_times(
        desk.studio, desk.service("session"), habits_of(who, desk.studio), WEDNESDAY, now=desk.now
    )
    starts = [local(slot.starts_at, desk.studio.zone) for slot in times.others]
    parts = Counter((at.date(), (at.hour >= 12) + (at.hour >= 17)) for at in starts)
    assert starts == sorted(starts)
    assert len(starts) + len(times.usual) == 9
    assert set(parts.values()) == {1}


@pytest.mark.parametrize(
    ("came_for", "next_one"), [("counselling", "trial"), ("trial", "session"), ("care", "care")]
)
def test_the_next_step_is_proposed(desk_book: Desk, came_for: str, next_one: str) -> None:
    who = desk_book.meet()
    attended(desk_book, desk_book.book(desk_book.at(11), who, service=came_for))
    offered = services(desk_book.studio.id)
    assert likely_service(offered, habits_of(who.id, desk_book.studio)).slug == next_one


def test_somebody_new_gets_what_they_asked_for(desk_book: Desk) -> None:
    offered = services(desk_book.studio.id)
    assert likely_service(offered, Habits(), "trial").slug == "trial"
    assert likely_service(offered, Habits(), "anything") is offered[0]


def test_a_cancelled_visit_makes_no_habit(desk_book: Desk) -> None:
    who = desk_book.meet()
    booking = desk_book.book(desk_book.at(11), who)
    assert habits_of(who.id, desk_book.studio) != Habits()
    cancel(booking, by_gym=False, by=desk_book.by, now=desk_book.now)
    assert habits_of(who.id, desk_book.studio) == Habits()


def test_habits_and_times_cost_the_same_for_everybody(regular: tuple[Desk, int]) -> None:
    desk, who = regular
    counts = []
    for person in (who, desk.meet().id):
        with statements() as sent:
            habits = habits_of(person, desk.studio)
            fitting_times(
                desk.studio, desk.service("session"), habits, WEDNESDAY, now=desk.now, person_ids=[person]
            )
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 6
