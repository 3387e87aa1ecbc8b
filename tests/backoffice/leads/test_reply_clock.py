"""The clock of the first reply: minutes count only while the studio is open."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.core.clock import at_local, local
from backoffice.leads.reply_clock import reply_due, time_left
from backoffice.leads.stages import REPLY_WITHIN

ZONE = "Asia/Tokyo"
MONDAY = datetime(2026, 11, 23, tzinfo=UTC).date()
HOURS = {MONDAY: (time(10), time(21)), MONDAY + timedelta(days=1): (time(9, 30), time(18))}
MINUTE = timedelta(minutes=1)


def moment(day: int, clock: str) -> datetime:
    return at_local(MONDAY + timedelta(days=day), time.fromisoformat(clock), ZONE)


@pytest.mark.parametrize(
    ("opened", "read", "left"),
    [
        ((0, "12:00"), (0, "12:00"), 60),
        ((0, "12:00"), (0, "12:40"), 20),
        ((0, "12:00"), (0, "13:30"), -30),
        ((0, "20:30"), (1, "00:30"), 30),
        ((0, "23:30"), (1, "09:00"), 60),
        ((0, "23:30"), (1, "10:00"), 30),
        ((1, "17:50"), (5, "12:00"), 50),
    ],
)
def test_a_closed_studio_stops_the_clock(opened: tuple[int, str], read: tuple[int, str], left: int) -> None:
    counted = time_left(moment(*opened), HOURS, zone=ZONE, now=moment(*read))
    assert counted == left * MINUTE


@given(start=st.integers(0, 3 * 24 * 60), length=st.integers(0, 2 * 24 * 60))
def test_it_agrees_with_counting_minutes(start: int, length: int) -> None:
    opened = moment(0, "00:00") + start * MINUTE
    open_minutes = 0
    for minute in range(length):
        at = local(opened + minute * MINUTE, ZONE)
        opens_at, closes_at = HOURS.get(at.date(), (time.max, time.min))
        open_minutes += opens_at <= at.time() < closes_at
    assert (
        time_left(opened, HOURS, zone=ZONE, now=opened + length * MINUTE)
        == REPLY_WITHIN - open_minutes * MINUTE
    )


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ((0, "12:00"), (0, "13:00")),
        ((0, "20:00"), (0, "21:00")),
        ((0, "20:30"), (1, "10:00")),
        ((0, "23:30"), (1, "10:30")),
        ((0, "03:00"), (0, "11:00")),
        ((1, "18:00"), (1, "19:00")),
    ],
)
def test_the_reply_is_due_in_opening_hours(opened: tuple[int, str], due: tuple[int, str]) -> None:
    """The last one: no open day is known after it, so the wall clock counts."""
    assert reply_due(moment(*opened), HOURS, zone=ZONE) == moment(*due)


@given(start=st.integers(0, 41 * 60))
def test_the_clock_has_run_out_when_the_reply_is_due(start: int) -> None:
    opened = moment(0, "00:00") + start * MINUTE
    due = reply_due(opened, HOURS, zone=ZONE)
    assert time_left(opened, HOURS, zone=ZONE, now=due) == timedelta(0)
    assert time_left(opened, HOURS, zone=ZONE, now=due - MINUTE) == MINUTE


def test_an_old_enquiry_is_late_without_counting_its_years() -> None:
    assert time_left(moment(-4000, "12:00"), HOURS, zone=ZONE, now=moment(1, "12:00")) < timedelta(0)
