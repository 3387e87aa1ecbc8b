"""Far ends in processes of their own: started on a free port, ended by process id."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


@dataclass(frozen=True)
class FarEnd:
    """Where a far end listens and where it writes what it accepted."""

    port: int
    journal: Path


@contextmanager
def mail_server(folder: Path, *options: str) -> Iterator[FarEnd]:
    """A mail server with an empty journal in `folder`."""
    with _running("tests.far_ends.mail_server", folder / "mail.jsonl", options) as far_end:
        yield far_end


@contextmanager
def line_server(folder: Path, *options: str) -> Iterator[FarEnd]:
    """A LINE that honours retry keys, with an empty journal in `folder`."""
    with _running("tests.far_ends.line_server", folder / "line.jsonl", options) as far_end:
        yield far_end


@contextmanager
def _running(module: str, journal: Path, options: tuple[str, ...]) -> Iterator[FarEnd]:
    port_file = journal.with_suffix(".port")
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", module, str(journal), str(port_file), *options]
    with journal.with_suffix(".log").open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not port_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"{module} did not start: {journal.with_suffix('.log').read_text()[-500:]}"
                )
            time.sleep(0.05)
        yield FarEnd(int(port_file.read_text()), journal)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
