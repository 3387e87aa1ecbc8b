"""The whole product as `make run` starts it: own data folder, own port, a mail server as the far end, a later clock."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from celery import Celery

from backoffice.core.celery_app import broker_url
from backoffice.core.clock import at_local, local_date
from backoffice.core.config import load_settings
from backoffice.core.local import ensure_servers
from tests.far_ends import journal
from tests.far_ends.processes import ROOT, FarEnd, mail_server

ZONE = "Asia/Tokyo"
START_SECONDS, STOP_SECONDS, MAIL_SECONDS, RING_SECONDS = 60, 40, 40, 1.5


@dataclass
class Product:
    """Web, worker and beat under `backoffice up`. Days count from tomorrow, so that hours never lie in the past."""

    folder: Path
    mail: FarEnd
    port: int
    process: subprocess.Popen[bytes] | None = None
    clock: tuple[int, int] | None = None
    first_day: Any = field(default_factory=lambda: local_date(datetime.now(UTC), ZONE) + timedelta(days=1))

    @property
    def url(self) -> str:
        """Where it listens, and what its mails link to."""
        return f"http://127.0.0.1:{self.port}"

    def day(self, number: int) -> str:
        """A day as addresses write it."""
        return (self.first_day + timedelta(days=number)).isoformat()

    def at(self, day: int, hour: int) -> None:
        """Let it be this hour of this day: everything is stopped and started again with CLOCK_OFFSET."""
        if self.clock == (day, hour):
            return
        self.stop()
        wished = at_local(self.first_day + timedelta(days=day), clock_time(hour), ZONE)
        offset = f"+{(wished - datetime.now(UTC)) // timedelta(seconds=1)}s"
        self._start(offset)
        self.clock = (day, hour)

    def found(self) -> None:
        """The gym and its people, made at the machine before anybody comes."""
        said = self._run("-m", "tests.journeys.founding")
        if said.returncode:
            raise RuntimeError(said.stderr.decode()[-2000:])

    def ring(self, task: str, times: int = 1) -> None:
        """What beat does at its own pace, now; leaves the worker a moment to do it."""
        settings = load_settings(self._environment())
        with (
            ensure_servers(settings, broker=True) as servers,
            Celery(broker=broker_url(servers.redis_url), set_as_current=False) as bell,
        ):
            for _ring in range(times):
                bell.send_task(task, ignore_result=True)
                time.sleep(RING_SECONDS)

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """Every mail that the far end accepted for an address, in order."""
        return [entry for entry in journal.read(self.mail.journal) if entry["to"] == [address]]

    def next_mail(self, address: str, already: int) -> dict[str, Any]:
        """Wait for the mail after the first `already` ones."""
        deadline = time.monotonic() + MAIL_SECONDS
        while len(mails := self.mails_to(address)) <= already:
            if time.monotonic() > deadline:
                raise AssertionError(f"no mail number {already + 1} for {address}: {self.said()}")
            time.sleep(0.2)
        return mails[already]

    def said(self) -> str:
        """The last lines of its output."""
        return (self.folder / "up.log").read_text("utf-8", "replace")[-2000:]

    def stop(self) -> None:
        """As Ctrl-C does; what does not end in time is ended by process id, with everything below it."""
        process, self.process, self.clock = self.process, None, None
        if process is None:
            return
        everything = _family(process.pid)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for pid in reversed(everything):
                _end(pid)
            process.wait()
            raise
        left = [pid for pid in everything if Path(f"/proc/{pid}").exists()]
        for pid in left:
            _end(pid)

    def _start(self, offset: str) -> None:
        with (self.folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "commands", "up"],
                cwd=ROOT,
                env=self._environment(CLOCK_OFFSET=offset),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"it did not start: {self.said()}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()
        except (urllib.error.URLError, OSError):
            return False
        return True

    def _run(self, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, *words]
        return subprocess.run(
            command, cwd=ROOT, env=self._environment(**more), capture_output=True, timeout=90
        )

    def _environment(self, **more: str) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(self.folder / "data"),
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "WEB_WORKERS": "1",
            "SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "MAIL_FROM": "desk@gym.example",
            **more,
        }


@contextmanager
def product(folder: Path) -> Iterator[Product]:
    """A founded gym that is ended whatever happens; `at` starts it."""
    with mail_server(folder) as mail:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        running = Product(folder, mail, port)
        running.found()
        try:
            yield running
        finally:
            running.stop()


def _family(pid: int) -> list[int]:
    """A process and everything below it, parents first."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(one for child in below for one in _family(child))]


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
