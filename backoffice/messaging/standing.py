"""Where a message stands, told alike by its row and by its line in a list."""

from datetime import datetime
from typing import Protocol


class Standing(Protocol):
    """What a message or its line in a list tells of where it stands."""

    @property
    def kind(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def send_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime: ...
