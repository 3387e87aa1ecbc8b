"""What a message needs to know, asked for inside its claim. Each kind has a provider in the feature it is about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backoffice.messaging.channels import Button
from backoffice.messaging.models import Channel, Message
from backoffice.messaging.texts import Text


@dataclass(frozen=True)
class Facts:
    """What the text says. `address` and `name` replace the person's own; values in `secrets` are never kept.

    `buttons` stand below the text; `calendar` is an iCalendar file that goes with a mail; `text` replaces the texts of
    the kind. `road` is the one that was chosen for this message alone; with `is_only_road` there is no other one.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    address: str | None = None
    name: str | None = None
    secrets: frozenset[str] = frozenset()
    buttons: tuple[Button, ...] = ()
    calendar: str = ""
    text: Text | None = None
    road: Channel | None = None
    is_only_road: bool = False


@dataclass(frozen=True)
class NotWanted:
    """The message must not go out any more; `reason` is a marked text (N_) that screens show."""

    reason: str


Provider = Callable[[Message, datetime], Facts | NotWanted]
"""Reads the rows a message is about as they are now. Runs in the transaction of the claim."""
