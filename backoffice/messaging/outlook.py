"""What a message that waits would say, and which road it would take, by the very questions of its claim."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging import breaker
from backoffice.messaging.channels import KeepsKeys
from backoffice.messaging.facts import Provider
from backoffice.messaging.judging import Wanted, judge
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.roads import Road
from backoffice.messaging.texts import Text
from backoffice.messaging.verdicts import Ends
from backoffice.messaging.wording import Source
from backoffice.messaging.writing import compose, own_text_of, unsubscribe_url
from backoffice.studio.models import Studio

log = logging.getLogger(__name__)

MOST_WAITS = 3
QUIET = N_("Quiet hours: it waits for their end.")
NOT_WRITTEN = N_("Its text cannot be written at the moment. Please tell the owner.")
FORESEEN = (MessageState.PLANNED, MessageState.HELD_FOR_REVIEW)


@dataclass(frozen=True)
class Outlook:
    """When it would go (`at`) and why later than planned (`waits`, N_); the road and text, or why it would not go."""

    at: datetime
    waits: str = ""
    road: Road | None = None
    text: Text | None = None
    ends: str = ""


def outlook(
    row: Message,
    providers: Mapping[Kind, Provider],
    channels: Mapping[Channel, KeepsKeys],
    *,
    own: Source | None = None,
    now: datetime,
) -> Outlook | None:
    """What would become of a message if all stayed as it is now; None when it is no longer ahead, or a secret.

    `own` is a text that is just being written for it. Nothing is written, and secrets are covered.
    """
    if row.state not in FORESEEN or POLICIES[Kind(row.kind)].is_secret:
        return None
    try:
        return _foresee(row, providers, channels, own or own_text_of(row), max(row.next_try_at, now))
    except Exception:
        # A page about what waits has to open most of all when something is wrong with it.
        log.exception("message could not be foreseen", extra={"message_id": row.id})
    return Outlook(row.next_try_at, ends=NOT_WRITTEN)


def _foresee(
    row: Message,
    providers: Mapping[Kind, Provider],
    channels: Mapping[Channel, KeepsKeys],
    own: Source | None,
    at: datetime,
) -> Outlook:
    studio = db.session.get_one(Studio, row.studio_id)
    waits = ""
    for _turn in range(MOST_WAITS):
        verdict = judge(row, studio, providers, channels, now=at)
        if isinstance(verdict, Wanted):
            channel = None if isinstance(verdict.road, Ends) else verdict.road.channel
            text = compose(row, studio, verdict.facts, unsubscribe_url(row), own, channel).kept
            if isinstance(verdict.road, Ends):
                return Outlook(at, waits, text=text, ends=verdict.road.reason)
            rests = breaker.rests_until(verdict.road.channel, now=at)
            return Outlook(rests or at, breaker.RESTING if rests else waits, verdict.road, text)
        if isinstance(verdict, Ends):
            return Outlook(at, waits, ends=verdict.reason)
        at, waits = verdict.until, verdict.reason or QUIET
    return Outlook(at, waits)
