"""What a far end accepted, one JSON object per line, written before it answers."""

import json
import os
from pathlib import Path
from typing import Any


def append(path: Path, entry: dict[str, Any]) -> None:
    """Add a line; one write, so lines of several threads never mix."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, (json.dumps(entry, ensure_ascii=False) + "\n").encode())
    finally:
        os.close(file)


def read(path: Path) -> list[dict[str, Any]]:
    """Every line so far; none when nothing was written."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
