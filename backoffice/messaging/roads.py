"""Which road a message takes, chosen in its claim: LINE where the studio wants it and it can arrive, else mail.

A road is left only after a clear no. As long as an earlier call may have arrived, the message stays on its road,
because only the same provider can tell a second copy by its key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging import breaker, settling
from backoffice.messaging.channels import Transport
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Channel, Kind, Message, MessageRoad, MessageState
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.road_choices import CHOOSABLE
from backoffice.people.queries import line_of, mail_of

NO_CHANNEL = N_("Not sent: no channel set up.")
NO_ADDRESS = N_("There is no mail address to send it to.")
NO_ACCOUNT = N_("The LINE account it went to cannot be reached any more.")
REFUSED = N_("LINE refused it.")
NO_OTHER_ROAD = N_("LINE refused it, and it cannot go by mail.")
KEY_TOO_OLD = N_("It may have arrived, and it is too late to ask LINE again under the same key.")


@dataclass(frozen=True)
class Road:
    """The channel a message takes, and where to."""

    channel: Channel
    address: str


@dataclass(frozen=True)
class NoRoad:
    """Nothing leads to the person: how the message ends, and the plain reason."""

    state: MessageState
    reason: str


def choose_road(
    row: Message, facts: Facts, channels: Mapping[Channel, Transport], *, now: datetime
) -> Road | NoRoad:
    """The road of a message that is about to go out."""
    last = Channel(row.channel)
    is_doubtful = settling.is_doubtful(row)
    if is_doubtful and not settling.key_holds(row, channels.get(last), now):
        return NoRoad(MessageState.FAILED, KEY_TOO_OLD)
    was_refused = settling.was_refused(row, Channel.LINE)
    if POLICIES[Kind(row.kind)].only_by is Channel.LINE:
        return _answer_road(facts, channels, was_refused=was_refused)
    by_line = (
        Channel.LINE in channels and not was_refused and facts.address is None and prefers_line(row, now)
    )
    channel = last if is_doubtful else Channel.LINE if by_line else Channel.MAIL
    address = _address(row, facts, channel)
    if channel in channels and address:
        return Road(channel, address)
    if was_refused:
        return NoRoad(MessageState.FAILED, NO_OTHER_ROAD)
    if channel not in channels:
        return NoRoad(MessageState.NOT_SENT, NO_CHANNEL)
    return NoRoad(MessageState.FAILED, NO_ACCOUNT if channel is Channel.LINE else NO_ADDRESS)


def prefers_line(row: Message, now: datetime) -> bool:
    """Whether LINE is wanted, and reaches the person today. Who has no mail address is reached there in any case."""
    if row.person_id is None or Kind(row.kind) not in CHOOSABLE:
        return False
    return (
        (_is_wanted(row) or mail_of(row.person_id) is None)
        and not breaker.is_used_up(Channel.LINE, now=now)
        and line_of(row.person_id) is not None
    )


def _answer_road(facts: Facts, channels: Mapping[Channel, Transport], *, was_refused: bool) -> Road | NoRoad:
    """An answer to somebody on LINE goes to the account that asked, or nowhere."""
    if Channel.LINE not in channels:
        return NoRoad(MessageState.NOT_SENT, NO_CHANNEL)
    if was_refused or facts.address is None:
        return NoRoad(MessageState.FAILED, REFUSED)
    return Road(Channel.LINE, facts.address)


def _is_wanted(row: Message) -> bool:
    """Whether the studio sends messages of this kind by LINE."""
    road = (MessageRoad.studio_id == row.studio_id, MessageRoad.kind == row.kind)
    return bool(db.session.scalar(select(exists().where(*road, MessageRoad.channel == Channel.LINE))))


def _address(row: Message, facts: Facts, channel: Channel) -> str | None:
    if facts.address is not None or row.person_id is None:
        return facts.address
    return line_of(row.person_id) if channel is Channel.LINE else mail_of(row.person_id)
