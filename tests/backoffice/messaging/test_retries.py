"""Every series of tries ends, waits longer and longer, and never reaches past the time of its message."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.messaging.channels import Ending, Outcome
from backoffice.messaging.retries import JITTER, LAST_CALL, MOST_TRIES, PACES, next_try

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


@pytest.mark.parametrize("ending", PACES)
def test_waits_double_up_to_the_longest(ending: Ending) -> None:
    at = [
        next_try(Outcome(ending), tries=n, now=NOW, expires_at=LATER, chance=0.5)
        for n in range(1, MOST_TRIES)
    ]
    waits = [one - NOW for one in at if one is not None]
    assert len(waits) == MOST_TRIES - 1
    assert waits[0] == PACES[ending].first
    assert waits[1] == 2 * waits[0]
    assert waits == sorted(waits)
    assert waits[-1] == PACES[ending].longest


@pytest.mark.parametrize("ending", [Ending.NEVER, Ending.AMBIGUOUS, Ending.ACCEPTED])
def test_what_is_final_is_not_tried_again(ending: Ending) -> None:
    assert next_try(Outcome(ending), tries=1, now=NOW, expires_at=LATER) is None


def test_the_last_try_was_the_last() -> None:
    assert next_try(Outcome(Ending.RETRY_SOON), tries=MOST_TRIES, now=NOW, expires_at=LATER) is None


def test_a_wait_past_the_end_becomes_one_last_call() -> None:
    soon = NOW + timedelta(minutes=10)
    at = next_try(Outcome(Ending.RETRY_SOON), tries=8, now=NOW, expires_at=soon)
    assert at == soon - LAST_CALL
    assert next_try(Outcome(Ending.RETRY_SOON), tries=9, now=soon - LAST_CALL, expires_at=soon) is None


def test_a_provider_that_names_a_time_is_not_called_before() -> None:
    asked = Outcome(Ending.RETRY_SOON, retry_after=timedelta(hours=1))
    assert next_try(asked, tries=1, now=NOW, expires_at=LATER) == NOW + timedelta(hours=1)
    assert next_try(asked, tries=1, now=NOW, expires_at=NOW + timedelta(minutes=30)) is None


@given(
    st.sampled_from(list(PACES)),
    st.integers(1, MOST_TRIES + 2),
    st.timedeltas(timedelta(0), timedelta(days=3)),
    st.floats(0, 1),
)
def test_a_try_lies_ahead_and_before_the_end(
    ending: Ending, tries: int, left: timedelta, chance: float
) -> None:
    at = next_try(Outcome(ending), tries=tries, now=NOW, expires_at=NOW + left, chance=chance)
    if at is not None:
        assert NOW + PACES[ending].first * (1 - JITTER) <= at < NOW + left
