"""The hours of a day take the place of the weekly ones, for every reader; time off is still taken out."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backoffice.bookings.availability import free_slots
from backoffice.bookings.calendar_feed import closed_times
from backoffice.bookings.refusals import OutsideHours
from backoffice.bookings.schedule import add_special_day, add_time_off
from backoffice.bookings.shift_table import instants, shift_table, wall_span
from backoffice.bookings.spans import Length, inside, joined
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.clock import local
from backoffice.core.db import db
from backoffice.core.errors import Stale
from backoffice.shifts.days import set_day
from backoffice.staff.trainers import set_weekly_hours
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.backoffice.bookings.conftest import WEDNESDAY, Desk
from tests.backoffice.shifts.conftest import Put, Read
from tests.blueprints.bookings.front_desk import trainer
from tests.statements import statements

WEEKLY = "10:00-14:00 15:00-20:00"
FRIDAY = WEDNESDAY + timedelta(days=2)


@pytest.fixture
def desk_book(gym: Studio, by: Actor, now: datetime) -> Desk:
    """The desk at noon of Tuesday 24 November 2026."""
    return Desk(gym, by, now)


def starts(gym: Studio, day: date, now: datetime, who: str = "mori") -> list[str]:
    slots = free_slots(
        gym, service_by_slug(gym.id, "session"), day, day, now=now, trainer_id=trainer(gym, who).id
    )
    return [f"{local(slot.starts_at, gym.zone):%H:%M}" for slot in slots]


def test_a_day_of_its_own_wins_and_can_be_given_back(
    gym: Studio, put: Put, hours_on: Read, now: datetime
) -> None:
    assert hours_on(WEDNESDAY) == WEEKLY
    assert put(WEDNESDAY, "11-13 16-18")
    assert hours_on(WEDNESDAY) == "11:00-13:00 16:00-18:00*"
    assert hours_on(WEDNESDAY + timedelta(days=1)) == WEEKLY
    assert hours_on(WEDNESDAY, "okada") == WEEKLY
    assert starts(gym, WEDNESDAY, now)[::3] == ["11:00", "11:45", "16:30"]
    put(WEDNESDAY, "")
    assert (hours_on(WEDNESDAY), starts(gym, WEDNESDAY, now)) == ("*", [])
    put(WEDNESDAY, None)
    assert hours_on(WEDNESDAY) == WEEKLY
    assert starts(gym, WEDNESDAY, now)[0] == "10:00"


def test_a_day_of_its_own_holds_where_no_week_does_and_when_the_week_changes(
    gym: Studio, put: Put, hours_on: Read, by: Actor, now: datetime
) -> None:
    put(FRIDAY, "12-13:15")
    set_weekly_hours(trainer(gym), [], valid_from=WEDNESDAY, by=by, now=now)
    assert hours_on(WEDNESDAY) == ""
    assert hours_on(FRIDAY) == "12:00-13:15*"
    assert starts(gym, FRIDAY, now) == ["12:00"]


def test_time_off_and_closing_days_are_still_taken_out(
    gym: Studio, put: Put, by: Actor, now: datetime, desk_book: Desk
) -> None:
    put(FRIDAY, "10-18")
    add_time_off(trainer(gym), desk_book.at(10, day=FRIDAY), desk_book.at(16, 30, FRIDAY), by=by, now=now)
    assert starts(gym, FRIDAY, now) == ["16:30", "16:45"]
    add_special_day(gym.id, FRIDAY, by=by, now=now)
    assert starts(gym, FRIDAY, now) == []


def test_the_edges_of_the_day_are_the_studios(gym: Studio, put: Put, now: datetime, session: Session) -> None:
    session.execute(text("update opening_hours set opens_at = '00:00', closes_at = '23:59:00'"))
    put(FRIDAY, "0:30-2:00 22:00-23:45")
    assert starts(gym, FRIDAY, now) == ["00:30", "00:45", "22:00", "22:15", "22:30"]
    assert starts(gym, FRIDAY - timedelta(days=1), now)[-1] == "18:45"
    put(FRIDAY, "20-24")
    put(FRIDAY + timedelta(days=1), "0-2")
    both = free_slots(
        gym, service_by_slug(gym.id, "session"), FRIDAY, FRIDAY + timedelta(days=1), now=now,
        trainer_id=trainer(gym).id,
    )  # fmt: skip
    assert len({slot.starts_at for slot in both}) == len(both)
    assert local(both[-1].starts_at, gym.zone).time() == time(0, 45)


def test_booking_outside_of_it_is_refused(desk_book: Desk, put: Put) -> None:
    put(WEDNESDAY, "11-13")
    with pytest.raises(OutsideHours):
        desk_book.book(desk_book.at(16))
    desk_book.book(desk_book.at(11))
    put(FRIDAY, "20-21:30")
    desk_book.book(desk_book.at(20, day=FRIDAY))


def test_the_calendar_shades_what_is_not_worked(gym: Studio, put: Put) -> None:
    put(WEDNESDAY, "11-13")
    own = [
        (shade.start[11:16], shade.end[11:16])
        for shade in closed_times(gym.id, WEDNESDAY, WEDNESDAY + timedelta(days=1))
        if shade.trainer_id == trainer(gym).id
    ]
    assert own == [("00:00", "11:00"), ("13:00", "00:00")]


def test_an_old_form_is_told_and_versions_never_begin_anew(
    put: Put, hours_on: Read, version_of: Callable[[date], int]
) -> None:
    put(WEDNESDAY, "11-13", version=0)
    with pytest.raises(Stale) as told:
        put(WEDNESDAY, "12-14", version=0)
    assert told.value.params == {"current": 1}
    put(WEDNESDAY, None, version=1)
    with pytest.raises(Stale):
        put(WEDNESDAY, "12-14", version=0)
    assert not put(WEDNESDAY, None), "nothing differs"
    assert version_of(WEDNESDAY) == 2
    assert hours_on(WEDNESDAY) == WEEKLY


def test_the_audit_says_what_it_was_before(put: Put) -> None:
    put(WEDNESDAY, "11-13")
    put(WEDNESDAY, "")
    query = select(AuditLine).where(AuditLine.action == "shift.changed").order_by(AuditLine.id)
    lines = db.session.scalars(query).all()
    assert [(line.before or {})["hours"] for line in lines] == ["weekly", "11:00-13:00"]
    assert [(line.after or {})["hours"] for line in lines] == ["11:00-13:00", "off"]


def test_the_database_refuses_hours_of_another_day(put: Put, session: Session) -> None:
    put(WEDNESDAY, "11-13")
    with pytest.raises(IntegrityError, match="within_a_day"):
        session.execute(text("update shift_days set hours = '{[1430,1450)}'"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.dictionaries(
        st.integers(0, 6), st.lists(st.tuples(st.integers(0, 95), st.integers(1, 20)), max_size=3)
    ),
)
def test_nothing_is_offered_outside_the_table(
    gym: Studio,
    by: Actor,
    now: datetime,
    hours: dict[int, list[tuple[int, int]]],
) -> None:
    """Quarter hours from a start on, by day; days that are missing follow the weekly hours."""
    mori = trainer(gym)
    offered = service_by_slug(gym.id, "session")
    with db.session.begin_nested() as undo:
        for number, quarters in hours.items():
            spans = joined((start * 15, min(start + length, 96) * 15) for start, length in quarters)
            set_day(mori, WEDNESDAY + timedelta(days=number), spans, version=None, by=by, now=now)
        last = WEDNESDAY + timedelta(days=6)
        table = shift_table([mori.id], WEDNESDAY, last)
        for slot in free_slots(gym, offered, WEDNESDAY, last, now=now, trainer_id=mori.id):
            wall = local(slot.starts_at, gym.zone)
            start = wall.hour * 60 + wall.minute
            busy = Length(offered.minutes, offered.prep_minutes, offered.cleanup_minutes).busy(start)
            planned = table[mori.id, wall.date()]
            assert inside(planned.spans, busy)
            number = (wall.date() - WEDNESDAY).days
            assert (planned.version is None) == (number not in hours)
        undo.rollback()


def test_free_times_cost_one_statement_for_all_hours(gym: Studio, put: Put, now: datetime) -> None:
    service = service_by_slug(gym.id, "session")
    free_slots(gym, service, WEDNESDAY, WEDNESDAY, now=now)
    with statements() as few:
        free_slots(gym, service, WEDNESDAY, WEDNESDAY, now=now)
    for number in range(20):
        put(WEDNESDAY + timedelta(days=number), "11-13")
    with statements() as many:
        free_slots(gym, service, WEDNESDAY, WEDNESDAY + timedelta(days=20), now=now)
    assert len(many) == len(few) == 4


@pytest.mark.parametrize(
    ("day", "minutes"), [(date(2026, 10, 25), 1500), (date(2026, 3, 29), 1380), (date(2026, 11, 25), 1440)]
)
def test_a_day_is_as_long_as_the_studios_clock_makes_it(day: date, minutes: int) -> None:
    (whole,) = instants(day, [(0, 1440)], "Europe/Berlin")
    assert whole[1] - whole[0] == minutes
    evening = instants(day, [(22 * 60, 23 * 60 + 30)], "Europe/Berlin")
    assert [wall_span(day, span, "Europe/Berlin") for span in evening] == [(22 * 60, 23 * 60 + 30)]
    assert whole[1] - evening[0][1] == 30
