"""When to try again. Error classes are data; every series of tries comes to an end."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.messaging.channels import Ending, Outcome

MOST_TRIES = 12
LAST_CALL = timedelta(minutes=1)
JITTER = 0.2


@dataclass(frozen=True)
class Pace:
    """Waiting times of one error class: the first one, doubled at every try, up to the longest."""

    first: timedelta
    longest: timedelta


PACES = {
    Ending.RETRY_SOON: Pace(timedelta(seconds=30), timedelta(minutes=30)),
    Ending.RETRY_SLOWLY: Pace(timedelta(minutes=15), timedelta(hours=6)),
}


def next_try(
    outcome: Outcome, *, tries: int, now: datetime, expires_at: datetime, chance: float | None = None
) -> datetime | None:
    """When to try again after `tries` tries; None when this was the last one.

    Exponential, with jitter so that a returning provider is not stormed. A wait that would end after `expires_at`
    is cut to one last call shortly before it. `chance` (0 to 1) replaces the dice in tests.
    """
    pace = PACES.get(outcome.ending)
    if pace is None or tries >= MOST_TRIES:
        return None
    wait: timedelta = min(pace.first * 2 ** (tries - 1), pace.longest)
    dice = random.random() if chance is None else chance  # noqa: S311 - spreads load, guards nothing
    wait = max(wait * (1 + JITTER * (2 * dice - 1)), outcome.retry_after or timedelta(0))
    if now + wait < expires_at:
        return now + wait
    last = expires_at - LAST_CALL
    asked_to_wait = outcome.retry_after is not None and now + outcome.retry_after > last
    return None if asked_to_wait or last < now + pace.first else last
