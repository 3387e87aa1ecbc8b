"""The claim: take one due message, ask whether it is still wanted, write its text, and commit that it is ours."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import OperationalError

from backoffice.core.db import db, transaction
from backoffice.core.language import N_
from backoffice.messaging import breaker, settling
from backoffice.messaging.cap import hold_cap
from backoffice.messaging.channels import Ending, Envelope, Outcome, Transport
from backoffice.messaging.facts import Facts, Provider
from backoffice.messaging.judging import Wanted, judge
from backoffice.messaging.models import Attempt, Channel, Kind, Message, MessageState, Phase
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.reply_tokens import take_reply_token
from backoffice.messaging.roads import Road
from backoffice.messaging.texts import studio_words
from backoffice.messaging.verdicts import Ends, Waits
from backoffice.messaging.writing import CHECK_OWN_TEXT, compose, note_failure, own_text_of, unsubscribe_url
from backoffice.studio.models import Studio

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
"""How long a worker may hold a message; longer than any call can last."""

NO_TEXT = N_("The text could not be written. Please tell the owner: the worker's log says why.")


@dataclass(frozen=True)
class Step:
    """What a claim came to: an envelope to send, a message that ended or waits without a call, or nothing due."""

    envelope: Envelope | None = None
    transport: Transport | None = None
    is_idle: bool = False


@dataclass(frozen=True)
class Claimer:
    """Claims messages for one worker. `lease` is counted by the database's own clock."""

    channels: Mapping[Channel, Transport]
    providers: Mapping[Kind, Provider]
    lease: timedelta = LEASE

    def claim_next(self, now: datetime) -> Step:
        """Take the message that is due longest. A text that cannot be written does not stop the others."""
        claimed: list[int] = []
        try:
            with transaction(), db.session.no_autoflush:
                row = self._take(now)
                if row is None:
                    return Step(is_idle=True)
                claimed.append(row.id)
                return self._decide(row, now)
        except OperationalError:
            raise
        except Exception:
            if not claimed:
                raise
            log.exception("message could not be prepared", extra={"message_id": claimed[0]})
        with transaction():
            self._put_off(claimed[0], now)
        return Step()

    def _take(self, now: datetime) -> Message | None:
        is_due = and_(Message.state == MessageState.PLANNED, Message.next_try_at <= now)
        query = (
            select(Message)
            .where(or_(is_due, _is_left_behind()))
            .order_by(Message.next_try_at, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return db.session.scalar(query.execution_options(populate_existing=True))

    def _decide(self, row: Message, now: datetime) -> Step:
        last = self.channels.get(Channel(row.channel))
        if row.state == MessageState.CLAIMED and not settling.take_over(row, last, now):
            return Step()
        studio = db.session.get_one(Studio, row.studio_id)
        hold_cap(row)
        verdict = judge(row, studio, self.providers, self.channels, now=now)
        if not isinstance(verdict, Wanted):
            _stop(row, verdict, now)
            return Step()
        facts, road = verdict.facts, verdict.road
        if isinstance(road, Ends):
            _stop(row, road, now)
            return Step()
        if (until := breaker.wait_for(road.channel, expires_at=row.expires_at, now=now)) is not None:
            settling.plan_again(row, until, breaker.RESTING)
            return Step()
        return Step(self._claim(row, studio, facts, road, now), self.channels[road.channel])

    def _claim(self, row: Message, studio: Studio, facts: Facts, road: Road, now: datetime) -> Envelope:
        unsubscribe = unsubscribe_url(row)
        written = compose(row, studio, facts, unsubscribe, own_text_of(row), road.channel)
        text, row.subject, row.body = written.sent, written.kept.subject, written.kept.body
        row.channel, row.address = road.channel, road.address
        reply_token = _reply_token(row, road, now)
        row.state, row.phase, row.reason = MessageState.CLAIMED, Phase.CALLING, ""
        row.fence += 1
        row.tries += 1
        row.version += 1
        # By the database's clock, read when the lease begins: machines may disagree about the time. In the same
        # statement as the rest: a second UPDATE of a row makes PostgreSQL lock what its foreign keys point to, and
        # somebody who cancels the booking and waits for the message would make a deadlock of that.
        row.lease_until = func.clock_timestamp() + self.lease
        attempt = Attempt(
            message_id=row.id,
            channel=road.channel,
            fence=row.fence,
            by_reply=bool(reply_token),
            retry_key=row.retry_key,
            started_at=now,
        )
        db.session.add(attempt)
        db.session.flush()
        if text.failed is not None:
            note_failure(row, text.failed, now)
        if text.own_failed:
            settling.ask_a_person(row, CHECK_OWN_TEXT, now)
        return Envelope(
            message_id=row.id,
            fence=row.fence,
            attempt_id=attempt.id,
            retry_key=row.retry_key,
            channel=road.channel,
            language=row.language,
            address=road.address,
            subject=text.subject,
            body=text.body,
            brand=studio_words(studio, row.language).name,
            buttons=facts.buttons,
            calendar=facts.calendar,
            reply_to=studio.mail,
            unsubscribe_url=unsubscribe,
            reply_token=reply_token,
        )

    def _put_off(self, message_id: int, now: datetime) -> None:
        row = db.session.get(Message, message_id, with_for_update=True, populate_existing=True)
        if row is None:
            return
        row.tries += 1
        settling.try_again(row, Outcome(Ending.RETRY_SLOWLY, NO_TEXT), now)


def _is_left_behind() -> ColumnElement[bool]:
    """Claimed by a worker whose lease has run out."""
    return and_(Message.state == MessageState.CLAIMED, Message.lease_until < func.clock_timestamp())


def _stop(row: Message, verdict: Ends | Waits, now: datetime) -> None:
    if isinstance(verdict, Ends):
        settling.end(row, verdict.state, verdict.reason, now)
    else:
        settling.plan_again(row, verdict.until, verdict.reason)


def _reply_token(row: Message, road: Road, now: datetime) -> str:
    """The token to answer with, taken for good; none for what answers nothing, or what was called before.

    A message is replied once at most: after a clear no it is pushed, and a doubt is left to a person.
    """
    if road.channel is not Channel.LINE or not POLICIES[Kind(row.kind)].answers or settling.was_called(row):
        return ""
    return take_reply_token(road.address, now=now) or ""
