"""What operators and owners rely on is written down: settings, permissions, message kinds, periodic tasks."""

import ast
import re
from dataclasses import fields
from pathlib import Path

from backoffice.core.config import Settings
from backoffice.messaging.models import Kind
from backoffice.staff.permissions import GRANTS, Permission
from blueprints.staff.audit_fields import FIELDS
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


def test_every_value_of_the_audit_has_a_name() -> None:
    """What a line keeps as before and after is called in both languages: keys written out where it is recorded."""
    nameless = {}
    for path in ROOT.glob("backoffice/**/*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for node in _told_of(function):
                for key in _keys(node, tree):
                    if key not in FIELDS:
                        nameless[key] = f"{path.relative_to(ROOT)}: {function.name}"
    assert nameless == {}


def _told_of(function: ast.FunctionDef) -> list[ast.expr]:
    """What a function gives an audit line as before and after, also by way of variables of these names."""
    told: list[ast.expr] = []
    names = {"before", "after"}
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and AUDITS.fullmatch(getattr(node.func, "id", "")):
            told += [word.value for word in node.keywords if word.arg in names]
    if told:
        for node in ast.walk(function):
            if isinstance(node, ast.AnnAssign | ast.AugAssign) and getattr(node.target, "id", "") in names:
                told += [node.value] if node.value else []
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in names:
                told.append(node.value)
    return told


def _keys(told: ast.expr, module: ast.Module) -> set[str]:
    """The keys of dictionaries, also of those a function of the module returns, and the columns for `row_values`."""
    keys = set()
    returned = {one.name: one for one in module.body if isinstance(one, ast.FunctionDef)}
    for node in ast.walk(told):
        if isinstance(node, ast.Dict):
            keys |= {key.value for key in node.keys if isinstance(key, ast.Constant)}
        if isinstance(node, ast.Call) and (helper := returned.get(getattr(node.func, "id", ""))):
            made = [line.value for line in ast.walk(helper) if isinstance(line, ast.Return) and line.value]
            keys |= {key for value in made for key in _keys(value, module)}
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "row_values":
            keys |= {one.value for one in node.args if isinstance(one, ast.Constant)}
            starred = {getattr(one.value, "id", "") for one in node.args if isinstance(one, ast.Starred)}
            for line in module.body:
                if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") in starred:
                    keys |= set(ast.literal_eval(line.value))
    return {str(key) for key in keys}
