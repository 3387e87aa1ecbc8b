"""A connection that does not end but break: the other side reads an error, not an end."""

import socket
import struct
from typing import Protocol


class HasOptions(Protocol):
    """A socket, or what asyncio shows of one."""

    def setsockopt(self, level: int, option: int, value: bytes, /) -> None: ...


def reset_on_close(connection: HasOptions) -> None:
    """Have the next close send RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
