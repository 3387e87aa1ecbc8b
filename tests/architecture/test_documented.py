"""What operators and owners rely on is written down: settings, permissions, message kinds, periodic tasks."""

import ast
import re
from dataclasses import fields
from pathlib import Path

from backoffice.core.config import Settings
from backoffice.messaging.models import Kind
from backoffice.staff.permissions import GRANTS, Permission
from blueprints.staff.audit_words import SUBJECTS, VERBS
from tasks.schedule import SCHEDULE

ROOT = Path(__file__).resolve().parents[2]
DOCS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))


def missing(names: list[str]) -> list[str]:
    """Those names that stand in no document, in backticks."""
    return [name for name in names if f"`{name}`" not in DOCS]


def test_every_setting_is_documented() -> None:
    assert missing([field.name.upper() for field in fields(Settings)]) == []


def test_every_message_kind_is_documented() -> None:
    assert missing([kind.value for kind in Kind]) == []


def test_every_periodic_task_is_documented() -> None:
    assert missing([one.task for one in SCHEDULE]) == []


def test_the_table_of_permissions_says_what_the_code_grants() -> None:
    rows = {}
    for line in (ROOT / "docs" / "access.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 6 and cells[0].startswith("`"):
            rows[cells[0].strip("`")] = [cell == "yes" for cell in cells[2:]]
    assert rows == {
        permission.value: [permission in granted for granted in GRANTS.values()] for permission in Permission
    }


AUDITS = re.compile("record|Entry|_tell_both|_write_down|_change")


def test_every_line_of_the_audit_has_words() -> None:
    """A code like `booking.moved`, written by any action, is said in both languages, and so is what it is about."""
    action = re.compile(r"[a-z_]+\.[a-z_]+")
    nameless = set()
    for path in [*ROOT.glob("backoffice/**/*.py"), *ROOT.glob("blueprints/**/*.py")]:
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(getattr(call, "func", None), "id", "")
            if not isinstance(call, ast.Call) or not AUDITS.fullmatch(name):
                continue
            words = [one.value for one in call.args[:2] if isinstance(one, ast.Constant)]
            if not words or not isinstance(words[0], str) or not action.fullmatch(words[0]):
                continue
            if words[0].partition(".")[2] not in VERBS:
                nameless.add(words[0])
            if len(words) == 2 and words[1] not in SUBJECTS:
                nameless.add(words[1])
    assert nameless == set()
