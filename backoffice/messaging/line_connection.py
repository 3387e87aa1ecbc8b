"""A connection to LINE that ends: the SDK's client without its own retries, redirects or endless waits."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

from linebot.v3.messaging import ApiClient, Configuration, MessagingApi
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


@contextmanager
def line_api(url: str, token: str, deadline: timedelta) -> Iterator[MessagingApi]:
    """The SDK's client for one exchange, hung up after `deadline` whatever the other side does.

    Its own retries are off: it would send the same request three times before anybody could write that down. So are
    redirects: a message is not carried to another server.
    """
    configuration = Configuration(host=url, access_token=token)
    configuration.retries = False
    sockets: list[socket.socket] = []
    with ApiClient(configuration) as client, _ended_by(sockets, deadline):
        manager = client.rest_client.pool_manager
        manager.pool_classes_by_scheme = {
            "http": _watched(HTTPConnectionPool, sockets),
            "https": _watched(HTTPSConnectionPool, sockets),
        }
        manager.connection_pool_kw["ssl_context"] = _trusted()
        try:
            yield MessagingApi(client)
        finally:
            manager.clear()


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates of the system takes longer than a push, so a process does it once."""
    return ssl.create_default_context()


def _watched(pool: type[HTTPConnectionPool], sockets: list[socket.socket]) -> type[HTTPConnectionPool]:
    """A pool whose connections tell their sockets. A wait for one answer starts anew with each byte of a slow drip."""

    class Connection(pool.ConnectionCls):  # type: ignore[name-defined,misc]
        def connect(self) -> None:
            super().connect()
            sockets.append(self.sock)

    return type("Watched", (pool,), {"ConnectionCls": Connection})


@contextmanager
def _ended_by(sockets: list[socket.socket], deadline: timedelta) -> Iterator[None]:
    def hang_up() -> None:
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(deadline.total_seconds(), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
