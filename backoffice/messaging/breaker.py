"""The breaker: a channel that fails again and again rests, for every worker on every host; then one message tries it.

Kept as a row, because workers share nothing else. What waits for a channel spends no tries.
"""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging.channels import Blame, Ending, Outcome
from backoffice.messaging.models import Channel, ChannelState
from backoffice.messaging.months import month_end
from backoffice.messaging.retries import LAST_CALL

MOST_FAILURES = 5
REST = timedelta(minutes=1)

RESTING = N_("The channel does not answer at the moment. It is tried again every minute.")


def wait_for(channel: Channel, *, expires_at: datetime, now: datetime) -> datetime | None:
    """Until when a message has to wait for a channel that rests; None when it may go now.

    After the rest one message is let through to try it, and the others wait another round. Somebody's last chance
    before `expires_at` is not waited away.
    """
    state = db.session.get(ChannelState, channel.value, populate_existing=True)
    if state is None or state.resting_until is None:
        return None
    if state.resting_until <= now and _may_try(channel, now):
        return None
    rested = state.resting_until if state.resting_until > now else now + REST
    until = min(rested, expires_at - LAST_CALL)
    return until if until > now else None


def rests_until(channel: Channel, *, now: datetime) -> datetime | None:
    """Until when a channel rests, for a page: unlike `wait_for` nobody is chosen to try it."""
    state = db.session.get(ChannelState, channel.value, populate_existing=True)
    until = None if state is None else state.resting_until
    return until if until is not None and until > now else None


def note(channel: Channel, outcome: Outcome, *, now: datetime) -> None:
    """Write down what a call says about its channel. An answer of any kind ends the rest."""
    if outcome.ending is Ending.TAKEN_BACK:
        return
    if outcome.blame is Blame.MESSAGE:
        _is_well(channel)
        return
    state = _locked(channel)
    if outcome.blame is Blame.QUOTA:
        state.failures, state.resting_until, state.reason = 0, None, outcome.reason
        state.used_up_until = month_end(now)
    else:
        is_final = outcome.blame is Blame.SETTINGS
        state.failures = max(state.failures + 1, MOST_FAILURES if is_final else 0)
        state.reason = outcome.reason
        if state.failures >= MOST_FAILURES:
            state.resting_until = now + REST


def is_used_up(channel: Channel, *, now: datetime) -> bool:
    """Whether the provider takes no more from us this month."""
    state = db.session.get(ChannelState, channel.value, populate_existing=True)
    return state is not None and state.used_up_until is not None and state.used_up_until > now


def _may_try(channel: Channel, now: datetime) -> bool:
    """Whether this worker is the one that tries: the first to move the end of the rest."""
    tried = db.session.scalar(
        update(ChannelState)
        .where(ChannelState.channel == channel, ChannelState.resting_until <= now)
        .values(resting_until=now + REST)
        .returning(ChannelState.channel)
        .execution_options(synchronize_session=False)
    )
    return tried is not None


def _is_well(channel: Channel) -> None:
    """In the usual case nothing is written, so that workers do not wait for each other."""
    db.session.execute(
        update(ChannelState)
        .where(ChannelState.channel == channel, ChannelState.failures > 0)
        .values(failures=0, reason="", resting_until=None)
        .execution_options(synchronize_session=False)
    )


def _locked(channel: Channel) -> ChannelState:
    fresh = insert(ChannelState).values(channel=channel.value, failures=0, reason="")
    db.session.execute(fresh.on_conflict_do_nothing())
    return db.session.get_one(ChannelState, channel.value, with_for_update=True, populate_existing=True)
