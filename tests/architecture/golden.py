"""Golden files: what is agreed stands in a file, and a difference is a decision. UPDATE_GOLDEN=1 writes them anew."""

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "golden"


def same_as_golden(name: str, lines: list[str]) -> None:
    """Fail with the lines that differ from the file of that name."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    agreed = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lost = [f"- {line}" for line in agreed if line not in lines]
    new = [f"+ {line}" for line in lines if line not in agreed]
    assert agreed == lines, "\n".join(["UPDATE_GOLDEN=1 if this is meant:", *lost, *new])
