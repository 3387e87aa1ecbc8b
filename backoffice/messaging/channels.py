"""What a channel is: something that hands one envelope to a provider and says honestly what became of it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from backoffice.core.config import Settings
from backoffice.messaging.models import Channel

LONGEST_DATA = 300


class Ending(StrEnum):
    """How a call ended; what follows from it is decided in retries.py."""

    ACCEPTED = "ACCEPTED"
    RETRY_SOON = "RETRY_SOON"
    RETRY_SLOWLY = "RETRY_SLOWLY"
    NEVER = "NEVER"
    AMBIGUOUS = "AMBIGUOUS"
    """It was handed over and the answer was lost."""
    TAKEN_BACK = "TAKEN_BACK"
    """Just before handing over it turned out that the message is no longer ours to send."""


class Blame(StrEnum):
    """What an ending says about the channel as a whole; what follows from it is decided in breaker.py."""

    MESSAGE = "MESSAGE"
    """The provider is there and has answered about this message."""
    CHANNEL = "CHANNEL"
    """It does not answer as it should: others would fare no better."""
    SETTINGS = "SETTINGS"
    """It does not let us in, and will not until somebody changes something."""
    QUOTA = "QUOTA"
    """It takes nothing more from us in this month."""


@dataclass(frozen=True)
class Outcome:
    """What became of one call: the ending, a plain reason (N_) for people, and the provider's words for experts."""

    ending: Ending
    reason: str = ""
    detail: str = ""
    retry_after: timedelta | None = None
    blame: Blame = Blame.MESSAGE


@dataclass(frozen=True)
class Button:
    """Something to tap below a text: its words, and the page it opens.

    With `data` (at most 300 characters of ASCII) a channel that can sends that back instead of opening the page;
    others keep to `url`.
    """

    label: str
    url: str = ""
    data: str = ""

    def __post_init__(self) -> None:
        if not self.label or not (self.url or self.data) or len(self.data) > LONGEST_DATA:
            raise ValueError("a button needs words and something short to do")


@dataclass(frozen=True)
class Envelope:
    """One message on its way: where to, what it says, and the key that stays the same on every try."""

    message_id: int
    fence: int
    attempt_id: int
    retry_key: uuid.UUID
    channel: Channel
    language: str
    address: str
    subject: str
    body: str
    brand: str = ""
    """The studio's name in the reader's language, for the top of a letter."""
    buttons: tuple[Button, ...] = ()
    calendar: str = ""
    """An iCalendar file to put beside the text, or nothing."""
    reply_to: str = ""
    unsubscribe_url: str = ""
    reply_token: str = field(default="", repr=False)
    """With it LINE takes this as the answer to what was just written or tapped: once, and under no retry key."""


LINE_KEEPS_KEYS = timedelta(hours=23)
"""LINE keeps a retry key for 24 hours; an hour is left for clocks that disagree and calls that last."""


@dataclass(frozen=True)
class SetUp:
    """A channel as far as a page knows it, which never calls one: that it is set up, and how long its keys hold."""

    honours_keys_for: timedelta = timedelta(0)


def set_up(settings: Settings) -> dict[Channel, SetUp]:
    """The channels that the settings name."""
    channels = {}
    if settings.smtp_url:
        channels[Channel.MAIL] = SetUp()
    if settings.line_channel_access_token:
        channels[Channel.LINE] = SetUp(LINE_KEEPS_KEYS)
    return channels


HandOver = Callable[[], bool]
"""Commits that the message is being handed over. False: it was taken back meanwhile, and must not go out."""


class KeepsKeys(Protocol):
    """What choosing a road asks of a channel that is set up."""

    @property
    def honours_keys_for(self) -> timedelta:
        """How long the provider drops a second message with the same retry key; zero when it knows no keys."""
        ...


class Transport(KeepsKeys, Protocol):
    """A channel to one provider."""

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
        """Hand the envelope over. Calls `hand_over` once, right before the point of no return, and obeys it.

        Never raises for what a provider does; errors of `hand_over` itself pass through, with nothing sent.
        """
        ...
