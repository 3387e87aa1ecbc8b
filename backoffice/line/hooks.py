"""What features above LINE want to hear of its events. A worker hands their functions in: LINE knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from backoffice.line.models import LineAccount, LineEvent


def _nobody(*_told: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Hooks:
    """Called in the transaction of the event, once however often it comes.

    `heard`: something was said by a known person or an account nobody knows yet (the id of its entry, now). `tapped`:
    a button was tapped that is none of the menu (the account, the data of the button, the event, now).
    """

    heard: Callable[[int, datetime], None] = _nobody
    tapped: Callable[[LineAccount, str, LineEvent, datetime], None] = _nobody
