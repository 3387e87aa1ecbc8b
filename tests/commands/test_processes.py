"""The processes under `backoffice up`, judged by what is left of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from backoffice.core.config import ROOT

MANAGER = """
import sys
from commands.processes import Supervisor
supervisor = Supervisor()
supervisor.add_process("part", f"echo $$ > {sys.argv[1]}; exec sleep 600")
supervisor.loop()
"""
SOON = 15


def test_parts_end_when_their_manager_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    manager = subprocess.Popen(
        [sys.executable, "-c", MANAGER, str(note)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert _within(lambda: note.exists() and note.read_text().strip() != "")
    part = int(note.read_text())
    manager.send_signal(signal.SIGKILL)
    manager.wait()
    try:
        assert _within(lambda: not _lives(part))
    finally:
        if _lives(part):
            os.kill(part, signal.SIGKILL)


def _within(condition: Callable[[], bool], seconds: float = SOON) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
