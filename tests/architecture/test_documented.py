"""What operators and owners rely on is written down: settings, permissions, message kinds, periodic tasks."""

from dataclasses import fields
from pathlib import Path

from backoffice.core.config import Settings
from backoffice.messaging.models import Kind
from backoffice.staff.permissions import GRANTS, Permission
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
