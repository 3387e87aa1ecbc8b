"""Twenty thousand nights: clocks set forward and back, odd quiet hours, messages that are late, early, or nearly over.

The cases are drawn by a die with a fixed seed: Hypothesis, which looks for the smallest case of the same rules in
test_quiet_hours.py and test_retries.py, would need minutes for as many.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from backoffice.core.clock import local_date
from backoffice.messaging import judging
from backoffice.messaging.channels import Outcome
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.messaging.policy import POLICIES, Quiet
from backoffice.messaging.quiet_hours import AHEAD, QuietHours, change_time, decent_time, held_until
from backoffice.messaging.retries import MOST_TRIES, PACES, next_try
from backoffice.messaging.verdicts import Ends, Waits
from backoffice.studio.models import Studio

CASES = 20_000
SEED = 20261129
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ZONES = (
    "Asia/Tokyo", "UTC", "Asia/Kathmandu", "Europe/Berlin", "America/New_York", "America/St_Johns",
    "Australia/Lord_Howe", "Pacific/Auckland",
)  # fmt: skip
"""Without summer time, and with it, in both hemispheres, by an hour and by half an hour."""
LONGEST_NIGHT = timedelta(hours=20)


def offset(zone: str, at: datetime) -> timedelta:
    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)


@cache
def clock_changes(zone: str) -> list[datetime]:
    """The days of two years in which a zone sets its clocks."""
    days = [BEGIN + DAY * number for number in range(2 * 365)]
    return [at for at in days if offset(zone, at) != offset(zone, at + DAY)]


@dataclass(frozen=True)
class Case:
    """A studio's night, a time, and how much earlier or later something else is."""

    hours: QuietHours
    at: datetime
    ahead: timedelta

    @property
    def is_near_a_change(self) -> bool:
        zone = self.hours.zone
        return offset(zone, self.at - 2 * DAY) != offset(zone, self.at + 2 * DAY)


@cache
def cases() -> tuple[Case, ...]:
    """The same for each test."""
    return tuple(_drawn())


def _drawn() -> Iterator[Case]:
    """Half of them with the usual night; a third near a change of the clocks; the rest anywhere."""
    dice = Random(SEED)
    for _case in range(CASES):
        zone = dice.choice(ZONES)
        hours = QuietHours(time(21), time(8), zone) if dice.random() < 0.5 else _odd_night(dice, zone)
        changes = clock_changes(zone)
        if changes and dice.random() < 0.4:
            at = dice.choice(changes) + timedelta(minutes=dice.randint(-300, 2000))
        else:
            at = BEGIN + timedelta(seconds=dice.randint(0, 2 * 365 * 86_400))
        ahead = dice.choice(
            (timedelta(0), timedelta(minutes=dice.randint(0, 90)), HOUR * dice.randint(0, 120))
        )
        yield Case(hours, at, ahead)


def _odd_night(dice: Random, zone: str) -> QuietHours:
    start, length = dice.randint(0, 287), dice.randint(0, int(LONGEST_NIGHT / timedelta(minutes=5)))
    begin, end = 5 * start, 5 * (start + length) % 1440
    return QuietHours(time(*divmod(begin, 60)), time(*divmod(end, 60)), zone)


def test_what_can_wait_goes_out_when_the_night_is_over_and_not_later() -> None:
    dice = Random(SEED)
    for case in cases():
        at = decent_time(Quiet.LATER, case.at, case.hours, now=case.at)
        assert not case.hours.holds(at), case
        assert (at == case.at) is not case.hours.holds(case.at), case
        assert case.at <= at <= case.at + LONGEST_NIGHT + HOUR, case
        assert held_until(Quiet.LATER, case.hours, now=case.at) == (None if at == case.at else at), case
        assert decent_time(Quiet.AT_ONCE, case.at, case.hours, now=case.at) == case.at
        assert held_until(Quiet.AT_ONCE, case.hours, now=case.at) is None
        between = case.at + (at - case.at) * dice.random()
        # Where the end of the night was skipped by the clock, the hour after it is waited out.
        assert (
            at == case.at or case.hours.holds(between) or (case.is_near_a_change and at - between <= HOUR)
        ), case


def test_a_reminder_is_never_at_night_nor_in_the_past_and_late_only_when_its_evening_has_passed() -> None:
    late = 0
    for case in cases():
        now = case.at - case.ahead
        at = decent_time(Quiet.EARLIER, case.at, case.hours, now=now)
        assert not case.hours.holds(at), case
        assert at >= now, case
        if at > case.at:
            late += 1
            pulled = case.hours.begin_before(case.at) - AHEAD
            assert pulled < now or case.hours.holds(pulled), case
        elif at < case.at:
            assert case.hours.holds(case.at), case
    assert 500 < late < CASES / 2


def test_a_change_is_told_at_once_or_on_a_morning_before_the_day_of_the_booking() -> None:
    waited = 0
    for case in cases():
        starts_at = case.at + case.ahead
        told = change_time(case.at, starts_at, case.hours)
        if told == case.at:
            continue
        waited += 1
        assert case.hours.holds(case.at), case
        assert not case.hours.holds(told), case
        assert local_date(told, case.hours.zone) < local_date(starts_at, case.hours.zone), case
    assert waited > 500


def test_a_claim_lets_nothing_through_at_or_after_its_end_nor_at_night() -> None:
    dice, kinds, seen = Random(SEED), list(POLICIES), dict[type, int]()
    for case in cases():
        hours, kind = case.hours, dice.choice(kinds)
        studio = Studio(quiet_from=hours.start, quiet_to=hours.end, zone=hours.zone)
        morning = hours.end_after(case.at) if hours.holds(case.at) else case.at
        expires_at = dice.choice(
            (case.at + case.ahead, case.at - case.ahead, morning, morning + timedelta(microseconds=1))
        )
        row = Message(
            kind=kind, state=MessageState.PLANNED, next_try_at=case.at, expires_at=expires_at, tries=0, version=1
        )  # fmt: skip
        verdict = judging._held_back(row, studio, case.at)
        seen[type(verdict)] = seen.get(type(verdict), 0) + 1
        if verdict is None:
            assert case.at < expires_at, case
            assert POLICIES[Kind(kind)].quiet is Quiet.AT_ONCE or not hours.holds(case.at), case
        elif isinstance(verdict, Waits):
            assert case.at < verdict.until < expires_at, case
            assert not hours.holds(verdict.until), case
        else:
            assert verdict.state is MessageState.EXPIRED, case
    assert min(seen[Waits], seen[Ends]) > 500


def test_every_series_of_tries_ends_before_its_message_does() -> None:
    """Each try of a series fails in a way of its own; twenty thousand series."""
    dice, endings, last_calls = Random(SEED), list(PACES), 0
    for _series in range(CASES):
        now = BEGIN + timedelta(seconds=dice.randint(0, 86_400))
        expires_at = now + timedelta(seconds=dice.choice((dice.randint(1, 600), dice.randint(1, 3 * 86_400))))
        for tries in range(1, MOST_TRIES + 2):
            asked = timedelta(seconds=dice.randint(0, 7200)) if dice.random() < 0.1 else None
            outcome = Outcome(dice.choice(endings), retry_after=asked)
            at = next_try(outcome, tries=tries, now=now, expires_at=expires_at, chance=dice.random())
            if at is None:
                break
            assert now < at < expires_at
            assert asked is None or at >= now + asked
            last_calls += expires_at - at == timedelta(minutes=1)
            now = at + timedelta(seconds=dice.random() * 30)  # a sweep comes a little later, a call lasts
        else:
            raise AssertionError("it never ends")
    assert last_calls > 500


def test_a_night_that_comes_twice_ends_once() -> None:
    """Clocks go back at three: a quarter past two is met twice, and so is the end of the night."""
    night = QuietHours(time(21), time(2, 30), "Europe/Berlin")
    second = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    assert night.end_after(second) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert night.end_after(second - HOUR) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
