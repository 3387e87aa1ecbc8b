"""An application loaded once, and a fork of it for each sweep that dies at the boundary it is told.

python -m tests.faults.nursery. Reads a number per line: before which statement or commit, or after which transaction, a
fork dies by SIGKILL. Answers "killed", or how many boundaries there were; 0 sweeps without a fork and a death.
"""

import os
import signal
import sys
from typing import Any

from backoffice.core import clock
from backoffice.core.db import db
from tests.faults.worker import at_each_boundary, flask_app


class Boundaries:
    """Counts the boundaries of a sweep and dies at one."""

    def __init__(self) -> None:
        self.passed = self.fatal = 0

    def __call__(self, *_words: Any, **_named: Any) -> None:
        self.passed += 1
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def sweep(boundaries: Boundaries, fatal: int) -> int:
    """Deliver what is due; how many boundaries were passed."""
    boundaries.passed, boundaries.fatal = 0, fatal
    with flask_app.app_context():
        flask_app.extensions["delivery"].deliver_due(clock.utc_now())
        db.engine.dispose()
    return boundaries.passed


def in_a_fork(boundaries: Boundaries, fatal: int) -> str:
    """How a sweep in a process of its own ended. What the parent has loaded it need not load."""
    child = os.fork()
    if child == 0:
        sweep(boundaries, fatal)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else "lived"


def main() -> None:
    """Answer line by line until there are no more."""
    boundaries = Boundaries()
    at_each_boundary(boundaries)
    for line in sys.stdin:
        fatal = int(line)
        print(in_a_fork(boundaries, fatal) if fatal else sweep(boundaries, 0), flush=True)


if __name__ == "__main__":
    main()
