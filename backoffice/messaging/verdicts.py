"""What may be said of a message before anything is written: it ends here, it waits, or nothing stands in its way."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.messaging.models import MessageState


@dataclass(frozen=True)
class Ends:
    """It does not go out: how it ends, and the plain reason (N_)."""

    state: MessageState
    reason: str


@dataclass(frozen=True)
class Waits:
    """It does not go out yet; `reason` (N_) is empty for quiet hours, which need no explanation on the row."""

    until: datetime
    reason: str = ""
