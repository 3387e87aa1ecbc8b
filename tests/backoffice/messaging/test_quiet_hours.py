"""Decent hours: nothing but an answer goes out at night, and a reminder is never later than it would have been."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.core.clock import local, local_date
from backoffice.messaging.policy import Quiet
from backoffice.messaging.quiet_hours import AHEAD, QuietHours, change_time, decent_time, held_until

ZONE = "Asia/Tokyo"
NIGHT = QuietHours(time(21), time(8), ZONE)

clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
hours = st.builds(QuietHours, clocks, clocks, st.sampled_from([ZONE, "Europe/Berlin", "UTC"]))
instants = st.floats(0, 730).map(lambda days: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days))


def jst(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        (jst(24, 20, 59), False),
        (jst(24, 21), True),
        (jst(24, 23, 30), True),
        (jst(25, 0, 30), True),
        (jst(25, 7, 59), True),
        (jst(25, 8), False),
    ],
)
def test_the_night_begins_at_nine_and_ends_at_eight(at: datetime, quiet: bool) -> None:
    assert NIGHT.holds(at) is quiet


def test_a_reminder_for_early_birds_goes_out_the_evening_before() -> None:
    assert decent_time(Quiet.EARLIER, jst(25, 7), NIGHT, now=jst(20, 12)) == jst(24, 20, 30)
    assert decent_time(Quiet.EARLIER, jst(25, 21, 30), NIGHT, now=jst(20, 12)) == jst(25, 20, 30)


def test_a_reminder_whose_evening_has_passed_waits_for_the_morning() -> None:
    assert decent_time(Quiet.EARLIER, jst(25, 7), NIGHT, now=jst(24, 22)) == jst(25, 8)


def test_a_follow_up_waits_for_the_morning_and_an_answer_does_not() -> None:
    assert decent_time(Quiet.LATER, jst(24, 23, 30), NIGHT, now=jst(24, 23, 30)) == jst(25, 8)
    assert decent_time(Quiet.AT_ONCE, jst(24, 23, 30), NIGHT, now=jst(24, 23, 30)) == jst(24, 23, 30)


@pytest.mark.parametrize(
    ("now", "starts_at", "told"),
    [
        (jst(24, 12), jst(30, 10), jst(24, 12)),
        (jst(24, 23), jst(30, 10), jst(25, 8)),
        (jst(24, 23), jst(25, 9), jst(24, 23)),
        (jst(25, 0, 30), jst(25, 20), jst(25, 0, 30)),
        (jst(25, 0, 30), jst(26, 20), jst(25, 8)),
    ],
)
def test_a_same_day_change_never_waits(now: datetime, starts_at: datetime, told: datetime) -> None:
    assert change_time(now, starts_at, NIGHT) == told


@given(hours, instants)
def test_what_has_to_wait_goes_out_at_a_decent_hour_within_a_day(quiet: QuietHours, wanted: datetime) -> None:
    at = decent_time(Quiet.LATER, wanted, quiet, now=wanted)
    assert not quiet.holds(at)
    assert wanted <= at <= wanted + timedelta(hours=25)


@given(hours, instants, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_reminder_is_decent_never_in_the_past_and_late_only_when_its_evening_has_passed(
    quiet: QuietHours, wanted: datetime, ahead: timedelta
) -> None:
    now = wanted - ahead
    at = decent_time(Quiet.EARLIER, wanted, quiet, now=now)
    assert not quiet.holds(at)
    assert at >= now
    if at > wanted:
        pulled = quiet.begin_before(wanted) - AHEAD
        assert pulled < now or quiet.holds(pulled)


@given(hours, instants)
def test_what_is_due_waits_exactly_until_the_night_is_over(quiet: QuietHours, now: datetime) -> None:
    assert held_until(Quiet.AT_ONCE, quiet, now=now) is None
    until = held_until(Quiet.LATER, quiet, now=now)
    assert (until is None) is not quiet.holds(now)
    if until is not None:
        assert not quiet.holds(until)
        assert local(until, quiet.zone).time() == quiet.end or local_date(until, quiet.zone).month in (3, 10)


@given(hours, instants, st.timedeltas(timedelta(0), timedelta(days=5)))
def test_a_change_is_told_before_the_day_of_the_booking_or_at_once(
    quiet: QuietHours, now: datetime, ahead: timedelta
) -> None:
    starts_at = now + ahead
    told = change_time(now, starts_at, quiet)
    assert told == now or (
        not quiet.holds(told) and local_date(told, quiet.zone) < local_date(starts_at, quiet.zone)
    )


def test_equal_times_mean_no_quiet_hours() -> None:
    assert not QuietHours(time(0), time(0), ZONE).holds(jst(25, 0))
