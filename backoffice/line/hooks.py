"""What features above LINE want to hear of its events. A worker hands their functions in: LINE knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from backoffice.line.models import LineAccount, LineEvent


@dataclass(frozen=True)
class Hooks:
    """`tapped` gets the data of a button that is none of the menu, in the transaction that handles the event."""

    tapped: Callable[[LineAccount, str, LineEvent, datetime], None]
