"""Every text has its Japanese, nothing is a guess, and both say the same values."""

import ast
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


def test_japanese_has_wide_brackets() -> None:
    """As a Japanese gym prints them; those of a weekday come from the calendar and stay narrow: 11月24日(火)."""
    with PO.open("rb") as file:
        catalog = read_po(file, locale="ja")
    narrow = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]\s?(?<!%)\(|(?<!%)\([^)]*[\u3040-\u30ff\u4e00-\u9fff]")
    texts = [
        text
        for message in catalog
        for text in ([message.string] if isinstance(message.string, str) else message.string)
    ]
    assert [text for text in texts if narrow.search(text)] == []


def test_no_mark_stands_inside_another() -> None:
    """The extraction reads the outer call only: a text marked inside it would never be translated."""
    marks = {"_", "_l", "N_", "gettext", "ngettext", "lazy_gettext"}
    nested = []
    for path in [*ROOT.glob("backoffice/**/*.py"), *ROOT.glob("blueprints/**/*.py")]:
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in marks):
                continue
            inner = [node for part in call.args for node in ast.walk(part) if isinstance(node, ast.Call)]
            if any(isinstance(one.func, ast.Name) and one.func.id in marks for one in inner):
                nested.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert nested == []


def test_no_mark_stands_inside_a_formatted_string() -> None:
    """There the extraction does not read it at all."""
    marks, hidden = {"_", "_l", "N_", "gettext", "ngettext", "lazy_gettext"}, []
    for path in [*ROOT.glob("backoffice/**/*.py"), *ROOT.glob("blueprints/**/*.py")]:
        for text in ast.walk(ast.parse(path.read_text("utf-8"))):
            calls = (
                [node for node in ast.walk(text) if isinstance(node, ast.Call)]
                if isinstance(text, ast.JoinedStr)
                else []
            )
            if any(isinstance(one.func, ast.Name) and one.func.id in marks for one in calls):
                hidden.append(f"{path.relative_to(ROOT)}:{text.lineno}")
    assert hidden == []
