"""What becomes of a message at some moment: the questions of its claim in their order. Nothing is written, so pages may
ask them before the time comes; a claim writes down what it was told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from backoffice.core.language import N_
from backoffice.messaging.cap import over_cap
from backoffice.messaging.channels import KeepsKeys
from backoffice.messaging.facts import Facts, NotWanted, Provider
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.quiet_hours import QuietHours, held_until
from backoffice.messaging.roads import Road, choose_road
from backoffice.messaging.texts import says_who_sends
from backoffice.messaging.verdicts import Ends, Waits
from backoffice.people.models import Purpose
from backoffice.people.queries import consent
from backoffice.studio.models import Studio

TOO_LATE = N_("Its time was over before it could be sent.")
TOO_LATE_QUIET = N_("Its time would be over before the quiet hours end.")
NO_CONSENT = N_("There is no consent to such messages (any more).")
CONNECTS_LINE = "line_url"
"""The value of a text that holds the link to connect LINE."""
NO_SENDER = N_(
    "Not sent: by law such a message has to say the gym's address and how to reach it. Please complete the settings."
)


@dataclass(frozen=True)
class Wanted:
    """Nothing stands in its way but, perhaps, that no road leads to its reader; what its text says."""

    road: Road | Ends
    facts: Facts


def judge(
    row: Message,
    studio: Studio,
    providers: Mapping[Kind, Provider],
    channels: Mapping[Channel, KeepsKeys],
    *,
    now: datetime,
) -> Wanted | Waits | Ends:
    """What becomes of a message that is due at `now`. Whether its channel rests is for the caller to ask."""
    stopped = _held_back(row, studio, now) or _may_not_advertise(row, studio) or over_cap(row, studio, now)
    if stopped is not None:
        return stopped
    facts = providers[Kind(row.kind)](row, now)
    if isinstance(facts, NotWanted):
        return Ends(MessageState.CANCELLED, facts.reason)
    if Channel.LINE not in channels:
        facts = _without_line(facts)
    return Wanted(choose_road(row, facts, channels, now=now), facts)


def _without_line(facts: Facts) -> Facts:
    """No way to connect LINE where nobody would hear of it: the ID of an account alone answers no code."""
    return (
        replace(facts, values={**facts.values, CONNECTS_LINE: ""}) if CONNECTS_LINE in facts.values else facts
    )


def _held_back(row: Message, studio: Studio, now: datetime) -> Ends | Waits | None:
    """What is too late ends, what falls into the quiet hours waits for their end."""
    hours = QuietHours(studio.quiet_from, studio.quiet_to, studio.zone)
    until = held_until(POLICIES[Kind(row.kind)].quiet, hours, now=now)
    if row.expires_at <= now:
        return Ends(MessageState.EXPIRED, TOO_LATE)
    if until is not None and row.expires_at <= until:
        return Ends(MessageState.EXPIRED, TOO_LATE_QUIET)
    return None if until is None else Waits(until)


def _may_not_advertise(row: Message, studio: Studio) -> Ends | None:
    """Advertising goes to those who agreed, and says who sends it and where they are; else it ends here."""
    if row.person_id is None or not POLICIES[Kind(row.kind)].needs_consent:
        return None
    if not consent(row.person_id, Purpose.FOLLOW_UP):
        return Ends(MessageState.CANCELLED, NO_CONSENT)
    return None if says_who_sends(studio, row.language) else Ends(MessageState.NOT_SENT, NO_SENDER)
