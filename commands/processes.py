"""The processes under `backoffice up`: honcho's manager, with a clean end and a second chance after a crash."""

import multiprocessing
import os
import signal
import threading
import time
from types import FrameType
from typing import Any

from honcho.manager import Manager
from honcho.process import Process

STOP_SECONDS = 20
MOST_RESTARTS = 5
CALM_SECONDS = 60


class Supervisor(Manager):  # type: ignore[misc]
    """Runs processes until Ctrl-C, a TERM signal or a closed terminal, or until one of them cannot be kept up.

    Only the first process of each group gets the TERM signal: a worker lets the message it is sending finish.
    """

    def __init__(self) -> None:
        super().__init__()
        self._stopping = multiprocessing.Event()
        self._asked_at = 0.0
        self._procmgr = _Signals()
        self._process_ctor = self._new_process
        self.failed = False

    def loop(self) -> None:
        """Start everything and return when everything has ended."""
        signal.signal(signal.SIGHUP, _as_terminate)
        super().loop()
        self.failed = self.returncode not in (0, 128 + signal.SIGINT, 128 + signal.SIGTERM)

    def terminate(self) -> None:
        """Ask every process to end."""
        self._stopping.set()
        self._asked_at = self._asked_at or time.monotonic()
        super().terminate()

    def kill(self) -> None:
        """Called again and again while processes end; only after 20 seconds they are ended by force."""
        if time.monotonic() - self._asked_at > STOP_SECONDS:
            super().kill()

    def _new_process(self, *args: Any, **named: Any) -> "RestartingProcess":
        return RestartingProcess(self._stopping, *args, **named)


class RestartingProcess(Process):  # type: ignore[misc]
    """A process that is started again after a crash, but not more than five times without a calm minute.

    It ends with its manager, also when that was killed.
    """

    def __init__(self, stopping: Any, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._stopping = stopping

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """Run the command; only its last end is reported as one."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        threading.Thread(target=self._end_with, args=(os.getppid(),), daemon=True).start()
        restarts = 0
        while True:
            started = time.monotonic()
            super().run(events, ignore_signals)
            if time.monotonic() - started > CALM_SECONDS:
                restarts = 0
            code = self._child.returncode
            if self._stopping.is_set() or code == 0 or restarts == MOST_RESTARTS:
                break
            restarts += 1
            self._send_message(f"ended with code {code}, starting it again\n".encode())
            time.sleep(restarts)
        self._send_message({"returncode": code or (0 if self._stopping.is_set() else 1)}, type="ended")

    def _end_with(self, manager: int) -> None:
        """A manager that was killed tells nobody; its parts would go on holding the port against the next start."""
        while os.getppid() == manager:
            time.sleep(0.5)
        self._stopping.set()
        self._signal_child(os.kill, signal.SIGTERM)
        time.sleep(STOP_SECONDS)
        self._signal_child(os.killpg, signal.SIGKILL)
        os._exit(1)

    def _signal_child(self, how: Any, sign: signal.Signals) -> None:
        if self._child is not None:
            _send(how, self._child.pid, sign)

    def _send_message(self, data: Any, type: str = "line") -> None:
        if type == "ended":
            super()._send_message(data, type="stop")
        elif type != "stop":
            super()._send_message(data, type=type)


class _Signals:
    """Sends signals to the processes: TERM to the first of a group, KILL to the whole group."""

    def terminate(self, pid: int) -> None:
        """Ask one process to end; it ends its own children."""
        _send(os.kill, pid, signal.SIGTERM)

    def kill(self, pid: int) -> None:
        """End a process and everything it started."""
        _send(os.killpg, pid, signal.SIGKILL)


def _send(how: Any, pid: int, sign: signal.Signals) -> None:
    try:
        how(pid, sign)
    except ProcessLookupError:
        return


def _as_terminate(_number: int, _frame: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
