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
from backoffice.messaging.channels import KeepsKeys
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Channel, Kind, Message, MessageRoad, MessageState
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.road_choices import CHOOSABLE
from backoffice.messaging.verdicts import Ends
from backoffice.people.queries import line_of, mail_of

NO_CHANNEL = N_("Not sent: no channel set up.")
NO_ADDRESS = N_("There is no mail address to send it to.")
NO_ACCOUNT = N_("The LINE account it went to cannot be reached any more.")
REFUSED = N_("LINE refused it.")
NO_OTHER_ROAD = N_("LINE refused it, and it cannot go by mail.")
BY_MAIL_ONLY = N_("Messages of this kind go by mail only.")
LINE_NOT_SET_UP = N_("LINE is not set up.")
CHOSEN_MAIL = N_("In the settings, mail is chosen for this kind.")
USED_UP = N_("The messages that LINE allows this month are used up.")
NOT_ON_LINE = N_("They have not connected LINE, or have blocked the gym there.")
BY_LINE = N_("In the settings, LINE is chosen for this kind, or there is no mail address.")
ANSWERS = N_("It answers somebody on LINE.")
STAYS = N_("An earlier try may have arrived, so it stays on its road.")
KEY_TOO_OLD = N_("It may have arrived, and it is too late to ask LINE again under the same key.")


@dataclass(frozen=True)
class Road:
    """The channel a message takes, where to, and why this one (N_)."""

    channel: Channel
    address: str
    why: str = ""


def choose_road(
    row: Message, facts: Facts, channels: Mapping[Channel, KeepsKeys], *, now: datetime
) -> Road | Ends:
    """The road of a message that is about to go out; `Ends` when nothing leads to the person."""
    last = Channel(row.channel)
    is_doubtful = settling.is_doubtful(row)
    if is_doubtful and not settling.key_holds(row, channels.get(last), now):
        return Ends(MessageState.FAILED, KEY_TOO_OLD)
    was_refused = settling.was_refused(row, Channel.LINE)
    if POLICIES[Kind(row.kind)].only_by is Channel.LINE or (
        facts.is_only_road and facts.road is Channel.LINE
    ):
        return _answer_road(facts, channels, was_refused=was_refused)
    obstacle = _against_line(row, facts, channels, was_refused=was_refused, now=now)
    channel = last if is_doubtful else Channel.LINE if obstacle is None else Channel.MAIL
    why = STAYS if is_doubtful else obstacle or BY_LINE
    address = _address(row, facts, channel)
    if channel in channels and address:
        return Road(channel, address, why)
    if was_refused:
        return Ends(MessageState.FAILED, NO_OTHER_ROAD)
    if channel not in channels:
        return Ends(MessageState.NOT_SENT, NO_CHANNEL)
    return Ends(MessageState.FAILED, NO_ACCOUNT if channel is Channel.LINE else NO_ADDRESS)


def _answer_road(facts: Facts, channels: Mapping[Channel, KeepsKeys], *, was_refused: bool) -> Road | Ends:
    """An answer to somebody on LINE goes to the account that asked, or nowhere."""
    if Channel.LINE not in channels:
        return Ends(MessageState.NOT_SENT, NO_CHANNEL)
    if was_refused or facts.address is None:
        return Ends(MessageState.FAILED, REFUSED)
    return Road(Channel.LINE, facts.address, ANSWERS)


def _against_line(
    row: Message, facts: Facts, channels: Mapping[Channel, KeepsKeys], *, was_refused: bool, now: datetime
) -> str | None:
    """Why a message does not go by LINE (N_); None when it is wanted there, and reaches the person today.

    Who has no mail address is reached there in any case.
    """
    if row.person_id is None or facts.address is not None or not (facts.road or Kind(row.kind) in CHOOSABLE):
        return BY_MAIL_ONLY
    if Channel.LINE not in channels:
        return LINE_NOT_SET_UP
    if was_refused:
        return REFUSED
    return _against_reach(row, row.person_id, facts.road, now)


def prefers_line(row: Message, now: datetime) -> bool:
    """Whether a message is one for LINE, wanted there, and reaches its person today."""
    if row.person_id is None or Kind(row.kind) not in CHOOSABLE:
        return False
    return _against_reach(row, row.person_id, None, now) is None


def _against_reach(row: Message, person_id: int, chosen: Channel | None, now: datetime) -> str | None:
    if not _is_wanted(row, chosen) and mail_of(person_id) is not None:
        return CHOSEN_MAIL
    if breaker.is_used_up(Channel.LINE, now=now):
        return USED_UP
    return None if line_of(person_id) is not None else NOT_ON_LINE


def _is_wanted(row: Message, chosen: Channel | None) -> bool:
    """Whether this message was written for LINE, or the studio sends its kind there."""
    if chosen is not None:
        return chosen is Channel.LINE
    road = (MessageRoad.studio_id == row.studio_id, MessageRoad.kind == row.kind)
    return bool(db.session.scalar(select(exists().where(*road, MessageRoad.channel == Channel.LINE))))


def _address(row: Message, facts: Facts, channel: Channel) -> str | None:
    if facts.address is not None or row.person_id is None:
        return facts.address
    return line_of(row.person_id) if channel is Channel.LINE else mail_of(row.person_id)
