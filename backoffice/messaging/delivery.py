"""Delivery of due messages: claim (commit), call the provider outside any transaction, finish.

A claim is a lease with a fencing token. Whoever comes back after the lease was given to somebody else finds
another token in the row and changes nothing. The phase says how far the last call got: from HANDED_OVER on,
a provider without retry keys may have accepted the message, so it is never tried again by itself.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.exc import OperationalError

from backoffice.core.db import db, transaction
from backoffice.messaging import breaker, settling
from backoffice.messaging.channels import Envelope, Outcome, Transport
from backoffice.messaging.claiming import LEASE, Claimer
from backoffice.messaging.facts import Provider
from backoffice.messaging.models import Channel, Kind, Message, MessageState, Phase

log = logging.getLogger(__name__)

MOST_PER_SWEEP = 200
SWEEP_SECONDS = 45.0
INSIST_SECONDS = 30.0

T = TypeVar("T")


@dataclass(frozen=True)
class Delivery:
    """Everything a sweep needs: the channels that are set up and what each kind has to know."""

    channels: Mapping[Channel, Transport]
    providers: Mapping[Kind, Provider]
    lease: timedelta = LEASE

    def deliver_due(self, now: datetime) -> int:
        """Deliver what is due, one by one, until nothing is left or the sweep has run long enough.

        Returns how many messages were moved on. Many workers may do this at once.
        """
        claimer = Claimer(self.channels, self.providers, self.lease)
        until = time.monotonic() + SWEEP_SECONDS
        for count in range(MOST_PER_SWEEP):
            if time.monotonic() > until:
                return count
            step = insist(lambda: claimer.claim_next(now))
            if step.is_idle:
                return count
            if step.envelope is not None and step.transport is not None:
                self.deliver(step.envelope, step.transport, now)
        return MOST_PER_SWEEP

    def deliver(self, envelope: Envelope, transport: Transport, now: datetime) -> None:
        """Call the provider with a claimed message and write down what became of it."""
        started = time.monotonic()
        outcome = transport.send(envelope, lambda: hand_over(envelope))
        after = timedelta(seconds=time.monotonic() - started)
        # The provider has answered: a database that is just restarting must not turn that into "unknown".
        insist(lambda: finish(envelope, outcome, transport, now + after))


def hand_over(envelope: Envelope) -> bool:
    """Commit that the message is about to be handed over for good. False when it is no longer ours to send."""
    with transaction():
        changed = db.session.execute(
            update(Message)
            .where(*_is_ours(envelope), Message.lease_until > func.clock_timestamp())
            .values(phase=Phase.HANDED_OVER)
            .execution_options(synchronize_session=False)
        )
    return isinstance(changed, CursorResult) and changed.rowcount == 1


def finish(envelope: Envelope, outcome: Outcome, transport: Transport, now: datetime) -> None:
    """Write down how a call ended, if the message is still ours."""
    with transaction(), db.session.no_autoflush:
        settling.close_attempt(envelope.attempt_id, outcome, now)
        row = db.session.scalar(
            select(Message)
            .where(*_is_ours(envelope))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None:
            log.info("message was taken back or taken over", extra={"message_id": envelope.message_id})
        else:
            settling.settle(row, outcome, transport, now)
            db.session.flush()
        # After the message: a claim also takes the message first and then its channel.
        breaker.note(envelope.channel, outcome, now=now)


def _is_ours(envelope: Envelope) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.id == envelope.message_id,
        Message.state == MessageState.CLAIMED,
        Message.fence == envelope.fence,
    )


def insist(work: Callable[[], T]) -> T:
    """Do it again while the database is away, or chose this as the victim of a deadlock, for half a minute."""
    until = time.monotonic() + INSIST_SECONDS
    while True:
        try:
            return work()
        except OperationalError:
            if time.monotonic() > until:
                raise
            log.warning("the database did not go along, trying again")
            time.sleep(0.5)
