"""Odd input to every route: refused in words, never a server error, never a trace."""

import ast
import inspect
import os
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from backoffice.studio.models import Studio
from blueprints.support.limits import MOST_FIELDS
from tests.architecture.calling import Callers, address, routes, undone
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

SHIFTS = range(len(ODD) if os.environ.get("ODD") == "all" else 2)
"""Each walk gives every field another of the odd values. With ODD=all (`make faults`) every field meets every one."""


@cache
def names_of_inputs(blueprint: str) -> list[str]:
    """Every name that the views and forms of a blueprint read: form fields, `args.get(…)`, `form.get(…)`."""
    names: set[str] = set()
    for file in (*(BLUEPRINTS / blueprint).rglob("*.py"), *(BLUEPRINTS / "support").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Form"):
                names |= {target.id for line in node.body if isinstance(line, ast.Assign)
                          for target in line.targets if isinstance(target, ast.Name)}  # fmt: skip
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.args[0].value
                if isinstance(name, str) and name.isidentifier() and name == name.lower():
                    names.add(name)
    return sorted(names - {"lang", "csrf_token"})


def folder_of(app: Flask, endpoint: str) -> str:
    """The folder of blueprints/ that answers for an endpoint; that of shared parts for what is not ours."""
    module = inspect.unwrap(app.view_functions[endpoint]).__module__.split(".")
    return module[1] if module[0] == "blueprints" else "support"


@pytest.fixture
def world(gym: Studio, now: datetime) -> World:
    """A gym with one guest."""
    return make_world(gym, now)


@pytest.mark.parametrize("shift", SHIFTS)
def test_no_route_breaks(
    app: Flask, world: World, now: datetime, shift: int, subtests: pytest.Subtests
) -> None:
    callers = Callers(app, world, now)
    values = [quote(odd.encode("utf-8", "surrogatepass"), safe="") for odd in ODD.values()]
    sent = values[shift]
    for rule, method in routes(app):
        names = names_of_inputs(folder_of(app, rule.endpoint))
        pairs = [f"{name}={values[(place + shift) % len(values)]}" for place, name in enumerate(names)]
        if method == "GET":
            more = {"query_string": "&".join(pairs)}
        else:
            typed = "&".join(pairs[: MOST_FIELDS - 1])
            more = {"data": typed, "content_type": "application/x-www-form-urlencoded"}
        other = {name: sent for name in rule.arguments if name in {"token", "tab", "slug", "filename"}}
        for path in {address(rule, world), address(rule, world, **other)}:
            with subtests.test(path=path, method=method), undone():
                answer = callers.call(path, method, "owner", **more)
                assert answer.status_code < 500
                assert b"Traceback" not in answer.get_data()
