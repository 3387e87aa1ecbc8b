"""Habits of the code, read from the code: where SQL, imports, texts and styles may stand."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TREES = ("backoffice", "blueprints", "tasks", "commands")
TEMPLATES = ROOT / "templates"
MAIL = TEMPLATES / "texts"
"""Mail programs know no stylesheets: a letter has its styles on each piece, and all its words from the text."""
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if MAIL not in path.parents)
ENTRY_ONLY = {"flask", "wtforms", "flask_login", "flask_wtf", "flask_babel", "werkzeug"}
QUEUE = {"celery", "redis", "kombu"}
SHOWN_ATTRIBUTES = {"aria-label", "placeholder", "title", "alt", "data-label"}
NEEDS_NO_TRANSLATION = {"日本語", "English", "EN", "· cm"}


def modules(*trees: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every module of some trees, parsed."""
    for tree in trees:
        for path in sorted((ROOT / tree).rglob("*.py")):
            yield path.relative_to(ROOT), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    """A module, parsed once for all the rules that read it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    """The top-level names a module imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_views_and_tasks_build_no_sql() -> None:
    assert [
        str(path) for path, tree in modules("blueprints", "tasks") if "sqlalchemy" in imported(tree)
    ] == []


def test_the_gyms_rules_know_neither_web_nor_queue() -> None:
    core = Path("backoffice/core")
    assert [str(path) for path, tree in modules("backoffice")
            if core not in path.parents and imported(tree) & (ENTRY_ONLY | QUEUE)] == []  # fmt: skip


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        f"{path}:{node.lineno}"
        for path, tree in modules(*TREES)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_no_module_is_named_for_nothing() -> None:
    vague = {"utils.py", "helpers.py", "services.py", "common.py", "misc.py"}
    what_the_gym_offers = Path("blueprints/studio/services.py")
    named = [path for path, _ in modules(*TREES) if path.name in vague and path != what_the_gym_offers]
    assert named == []


def test_every_module_and_public_function_says_what_it_does() -> None:
    silent = [str(path) for path, tree in modules(*TREES) if not ast.get_docstring(tree)]
    for path, tree in modules("backoffice", "blueprints", "tasks"):
        silent += [
            f"{path}:{node.lineno} {node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert silent == []


def test_actions_never_commit() -> None:
    core = Path("backoffice/core")
    committing = [
        f"{path}:{node.lineno}"
        for path, tree in modules("backoffice")
        if core not in path.parents
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "commit"
        and path.name in {"actions.py", "queries.py"}
    ]
    assert committing == []


def test_business_code_does_not_read_the_clock() -> None:
    reading = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(|func\.now\(")
    core = Path("backoffice/core")
    business = [path for path, _ in modules("backoffice", "blueprints", "tasks") if core not in path.parents]
    assert [path for path in business if reading.search((ROOT / path).read_text(encoding="utf-8"))] == []


class Hygiene(HTMLParser):
    """What stands in a template outside Jinja: faults of the content policy, and words nobody can translate."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.words: list[str] = []
        plain = re.sub(r"\{#.*?#\}", "", source, flags=re.S)
        plain = re.sub(
            r"\{% (macro _described|block robots).*?\{%-? end(macro|block) %\}", "", plain, flags=re.S
        )
        plain = re.sub(r"<(/?)\{\{.*?\}\}", r"<\1span", plain, flags=re.S)
        plain = re.sub(r"\{%.*?%\}", " ", plain, flags=re.S)
        self.feed(re.sub(r"\{\{.*?\}\}", " ", plain, flags=re.S))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in values):
            self.faults.append(f"inline <{tag}>")
        for name, value in attrs:
            if (
                name == "style"
                or name.startswith(("on", "hx-on"))
                or (value or "").strip().startswith("javascript:")
            ):
                self.faults.append(f"{name} on <{tag}>")
            if name in SHOWN_ATTRIBUTES and value:
                self.handle_data(value)

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if re.search(r"[A-Za-z]{2,}|[ぁ-んァ-ヶ一-龠]", text) and text not in NEEDS_NO_TRANSLATION:
            self.words.append(text)


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_have_nothing_inline_and_no_word_without_translation(template: Path) -> None:
    found = Hygiene(template.read_text(encoding="utf-8"))
    assert found.faults == []
    assert found.words == []
