"""Write the hash-locked requirements from `requirements/*.in`, without the address of any registry.

Versions already in a lock are kept; `python tools/lock.py --upgrade` takes the newest that the inputs allow.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("dev", "run", "server")  # the widest first: the narrower ones take over its versions
HEADER = "# Made by `make lock` from {name}.in; do not edit by hand.\n"


def main() -> int:
    """Compile each lock; the exit code is that of the first failure."""
    uv = Path(sys.executable).with_name("uv")
    for name in LOCKS:
        lock = ROOT / "requirements" / f"{name}.lock"
        command = [str(uv), "pip", "compile", f"requirements/{name}.in", "--quiet", "--generate-hashes"]
        command += ["--universal", "--python-version", "3.11", "--no-emit-index-url", "--no-emit-find-links"]
        command += [
            "--no-header",
            "--no-annotate",
            "--output-file",
            f"requirements/{name}.lock",
            *sys.argv[1:],
        ]
        if name != LOCKS[0]:
            command += ["--constraints", "requirements/dev.lock"]
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
        lock.write_text(HEADER.format(name=name) + lock.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
