"""gunicorn with two workers on a free port, and what its workers weigh."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WORKERS = 2
THREADS = 8


@dataclass(frozen=True)
class Web:
    """A running web server."""

    port: int
    pid: int

    def worker_mib(self) -> float:
        """PSS of the heaviest worker in MiB: its own memory plus its share of what workers have in common."""
        return max(_pss_kib(pid) for pid in _children(self.pid)) / 1024


@contextmanager
def gunicorn(target: str, environment: dict[str, str], ready: str) -> Iterator[Web]:
    """Serve `target` until the block ends, as the product itself is served."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", target, "--preload", "--worker-class", "gthread"),
        *("--workers", str(WORKERS), "--threads", str(THREADS), "--bind", f"127.0.0.1:{port}"),
        *("--no-control-socket", "--log-level", "warning", "--keep-alive", "60"),
    ]
    process = subprocess.Popen(command, env={**os.environ, **environment}, cwd=Path(__file__).parents[1])
    try:
        _wait(f"http://127.0.0.1:{port}{ready}", process)
        yield Web(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("the web server ended while starting")
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _pss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise RuntimeError("no Pss line")
