"""The embedded PostgreSQL and Valkey: started for a machine that has no servers, joined when they run.

Both come as plain programs inside wheels. They listen on Unix sockets in a folder of mode 0700 and on no TCP
port; PostgreSQL asks for a password (SCRAM) on top of that, because the data is about people's health and one
slip in a folder's mode should not be enough to read it. Nobody is trusted for merely being on this machine.

Every process that uses the servers holds a shared lock. Whoever leaves last stops them, so a short command
never stops the servers under a running product, and servers orphaned by `kill -9` are adopted by the next start.
"""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from backoffice.core.config import Settings
from backoffice.core.local.postgres import PostgresServer
from backoffice.core.local.programs import LocalServerError, Runner, choose_runner
from backoffice.core.local.valkey import ValkeyServer

__all__ = [
    "LocalServerError",
    "LocalServers",
    "ensure_servers",
    "start_postgres",
    "start_test_servers",
    "start_valkey",
    "with_servers",
]


@dataclass(frozen=True)
class LocalServers:
    """Where database and broker are, and which of them this process started."""

    database_url: str
    redis_url: str
    started: tuple[str, ...] = ()


class Server(Protocol):
    """What both servers can do."""

    @property
    def url(self) -> str: ...
    def start(self) -> bool: ...
    def stop(self) -> None: ...


@contextmanager
def ensure_servers(settings: Settings, *, broker: bool = True) -> Iterator[LocalServers]:
    """Give the addresses of both servers, starting or joining embedded ones where none is configured.

    On leaving, servers that nobody else uses are stopped. Raises `LocalServerError` with a sentence for people.
    """
    database_url, redis_url, started = settings.database_url, settings.redis_url, list[str]()
    with ExitStack() as stack:
        if not database_url:
            database_url, fresh = stack.enter_context(start_postgres(settings.data_dir))
            started += ["postgresql"] * fresh
        if not redis_url and broker:
            redis_url, fresh = stack.enter_context(start_valkey(settings.data_dir))
            started += ["valkey"] * fresh
        yield LocalServers(database_url, redis_url, tuple(started))


def with_servers(settings: Settings, servers: LocalServers) -> Settings:
    """The settings, now that both servers have an address."""
    return replace(settings, database_url=servers.database_url, redis_url=servers.redis_url)


@contextmanager
def start_postgres(data_dir: Path, *, throw_away: bool = False) -> Iterator[tuple[str, bool]]:
    """The address of the embedded PostgreSQL of `data_dir`, and whether this call started it.

    `throw_away` is for test clusters that no test kills: nothing is forced to disk.
    """
    runner = choose_runner(data_dir)
    with _shared(runner, "postgresql", PostgresServer(runner, throw_away=throw_away)) as address:
        yield address


@contextmanager
def start_valkey(data_dir: Path) -> Iterator[tuple[str, bool]]:
    """The address of the embedded Valkey of `data_dir`, and whether this call started it."""
    runner = choose_runner(data_dir)
    with _shared(runner, "valkey", ValkeyServer(runner)) as address:
        yield address


@contextmanager
def start_test_servers(data_dir: Path) -> Iterator[LocalServers]:
    """Servers for tests that nobody kills: quick, and worthless after a power cut."""
    with (
        start_postgres(data_dir, throw_away=True) as (database_url, _),
        start_valkey(data_dir) as (redis_url, _),
    ):
        yield LocalServers(database_url, redis_url, ("postgresql", "valkey"))


@contextmanager
def _shared(runner: Runner, name: str, server: Server) -> Iterator[tuple[str, bool]]:
    with open(runner.home / f"{name}.users", "a") as users:
        with _one_at_a_time(runner, name):
            fresh = server.start()
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield server.url, fresh
        finally:
            with _one_at_a_time(runner, name):
                if _only_user(users.fileno()):
                    server.stop()


@contextmanager
def _one_at_a_time(runner: Runner, name: str) -> Iterator[None]:
    with open(runner.home / f"{name}.start", "a") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _only_user(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
