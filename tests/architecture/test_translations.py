"""Every text has its Japanese, nothing is a guess, and both say the same values."""

import re
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PO = ROOT / "translations" / "ja" / "LC_MESSAGES" / "messages.po"


def test_no_text_is_missing_or_fuzzy() -> None:
    command = [sys.executable, str(ROOT / "tools" / "translations.py"), "--check"]
    check = subprocess.run(command, capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout


def test_japanese_fills_in_the_same_values() -> None:
    with PO.open("rb") as file:
        catalog = read_po(file, locale="ja")
    values = re.compile(r"%\((\w+)\)s")
    differing = [message.id for message in catalog if isinstance(message.id, str) and isinstance(message.string, str)
                 and set(values.findall(message.id)) != set(values.findall(message.string))]  # fmt: skip
    assert [text for text in differing if text] == []
