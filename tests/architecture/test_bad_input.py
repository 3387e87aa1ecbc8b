"""Odd input to every route: refused in words, never a server error, never a trace."""

import ast
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from backoffice.studio.models import Studio
from blueprints.support.limits import MOST_FIELDS
from tests.architecture.calling import address, call, routes, undone
from tests.architecture.world import World, make_world

BLUEPRINTS = Path(__file__).resolve().parents[2] / "blueprints"
ODD = {
    "nul": "a\x00b",
    "surrogate": "\ud800",
    "full-width digits": "１２３",
    "beyond bigint": "9" * 25,
    "year 0": "0000-00-00",
    "year 9999": "9999-12-31",
    "long": "あ" * 400,
}


@cache
def names_of_inputs() -> list[str]:
    """Every name that a view or form of ours reads: form fields, `args.get(…)`, `form.get(…)`."""
    names: set[str] = set()
    for file in BLUEPRINTS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Form"):
                names |= {target.id for line in node.body if isinstance(line, ast.Assign)
                          for target in line.targets if isinstance(target, ast.Name)}  # fmt: skip
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.args[0].value
                if isinstance(name, str) and name.isidentifier() and name == name.lower():
                    names.add(name)
    return sorted(names - {"lang", "csrf_token"})


@pytest.fixture
def world(gym: Studio, now: datetime) -> World:
    """A gym with one guest."""
    return make_world(gym, now)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_no_route_breaks(
    app: Flask, world: World, now: datetime, odd: str, subtests: pytest.Subtests
) -> None:
    names, sent = names_of_inputs(), quote(odd.encode("utf-8", "surrogatepass"), safe="")
    asked = "&".join(f"{name}={sent}" for name in names)
    typed = "&".join(f"{name}={sent}" for name in names[: MOST_FIELDS - 1])
    for rule, method in routes(app):
        if method == "GET":
            more = {"query_string": asked}
        else:
            more = {"data": typed, "content_type": "application/x-www-form-urlencoded"}
        other = {name: sent for name in rule.arguments if name in {"token", "tab", "slug", "filename"}}
        for path in {address(rule, world), address(rule, world, **other)}:
            with subtests.test(path=path, method=method), undone():
                answer = call(app, path, method, "owner", world, now, **more)
                assert answer.status_code < 500
                assert "Traceback" not in answer.text
