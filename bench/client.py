"""A thin HTTP client: a few keep-alive connections on raw sockets, light beside what it measures."""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import quantiles


@dataclass
class Load:
    """What a run of requests showed. Times in milliseconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bytes: int = 0

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def percentile(self, percent: int) -> float:
        """The time within which `percent` of the requests were answered."""
        return quantiles(self.times, n=100)[percent - 1] if len(self.times) > 1 else self.times[0]


@dataclass
class _Connection:
    socket: socket.socket
    started: float = 0.0
    data: bytearray = field(default_factory=bytearray)


def run(port: int, request: Callable[[], bytes], *, seconds: float, connections: int = 4) -> Load:
    """Send `request()` again and again on each connection for some seconds and time the answers."""
    load, selector = Load(), selectors.DefaultSelector()
    begun = time.perf_counter()
    for _ in range(connections):
        one = _Connection(socket.create_connection(("127.0.0.1", port)))
        one.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(one.socket, selectors.EVENT_READ, one)
        _send(one, request)
    until = begun + seconds
    while selector.get_map():
        for key, _events in selector.select(timeout=30):
            one = key.data
            if _receive(one, load):
                if time.perf_counter() < until:
                    _send(one, request)
                    continue
                selector.unregister(one.socket)
                one.socket.close()
    load.seconds = time.perf_counter() - begun
    return load


def _send(one: _Connection, request: Callable[[], bytes]) -> None:
    one.data.clear()
    message = request()
    one.started = time.perf_counter()
    one.socket.sendall(message)


def _receive(one: _Connection, load: Load) -> bool:
    """Read what is there; True when the answer is complete."""
    chunk = one.socket.recv(262_144)
    if not chunk:
        raise ConnectionError("the server closed the connection")
    one.data += chunk
    head = one.data.find(b"\r\n\r\n")
    if head < 0:
        return False
    headers = bytes(one.data[:head]).lower()
    length = (
        int(headers.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in headers else 0
    )
    if len(one.data) < head + 4 + length:
        return False
    load.times.append((time.perf_counter() - one.started) * 1000)
    status = int(one.data[9:12])
    load.statuses[status] = load.statuses.get(status, 0) + 1
    load.bytes = head + 4 + length
    return True


def get(path: str, cookie: str) -> bytes:
    """A GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()


def post(path: str, cookie: str, body: str) -> bytes:
    """A POST of an url-encoded form."""
    data = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data
