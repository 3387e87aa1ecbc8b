"""Decent hours: when a message of some kind may go out, by the studio's own clock."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from backoffice.core.clock import at_local, local, local_date
from backoffice.messaging.policy import Quiet

AHEAD = timedelta(minutes=30)
"""How long before the quiet hours a reminder goes out that would fall into them; leaves room for a second try."""


@dataclass(frozen=True)
class QuietHours:
    """From `start` to `end` (which may lie on the next day) in `zone`. Equal times mean no quiet hours at all."""

    start: time
    end: time
    zone: str

    def holds(self, at: datetime) -> bool:
        """Whether an instant is quiet. The start is quiet, the end is not."""
        clock = local(at, self.zone).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def begin_before(self, at: datetime) -> datetime:
        """When the quiet hours around an instant began."""
        return max(one for one in self._near(at, self.start) if one <= at and self.holds(one))

    def end_after(self, at: datetime) -> datetime:
        """When the quiet hours around an instant end."""
        return min(one for one in self._near(at, self.end) if one > at and not self.holds(one))

    def _near(self, at: datetime, clock: time) -> list[datetime]:
        """The instants around `at` at which the clock shows a time: in the night that clocks are set back, there are
        two; in the night that they are set forward, there may be none, and the one an hour later stands for it."""
        day = local_date(at, self.zone)
        days = [day + timedelta(days=step) for step in (-1, 0, 1, 2)]
        return [at_local(one, clock.replace(fold=fold), self.zone) for one in days for fold in (0, 1)]


def decent_time(rule: Quiet, wanted: datetime, hours: QuietHours, *, now: datetime) -> datetime:
    """When to send what is wanted at `wanted`: the same time, earlier or later, as its kind asks.

    A reminder that would have to go out before `now` waits for the end of the quiet hours instead; whether it is
    still of use then is for `expires_at` to say.
    """
    if rule is Quiet.AT_ONCE or not hours.holds(wanted):
        return wanted
    if rule is Quiet.EARLIER:
        pulled = hours.begin_before(wanted) - AHEAD
        if pulled >= now and not hours.holds(pulled):
            return pulled
    return hours.end_after(wanted)


def held_until(rule: Quiet, hours: QuietHours, *, now: datetime) -> datetime | None:
    """For a message that is due: the end of the quiet hours it has to wait for, or None when it may go now."""
    if rule is Quiet.AT_ONCE or not hours.holds(now):
        return None
    return hours.end_after(now)


def change_time(now: datetime, starts_at: datetime, hours: QuietHours) -> datetime:
    """When to tell a client about a change that the gym made: at once, or in the morning when that is early enough.

    Early enough means: the booking is not on the day on which the quiet hours end. A same-day change never waits.
    """
    if not hours.holds(now):
        return now
    morning = hours.end_after(now)
    return morning if local_date(starts_at, hours.zone) > local_date(morning, hours.zone) else now
