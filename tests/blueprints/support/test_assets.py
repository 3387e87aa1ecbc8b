"""Built files are found by their plain names, kept for ever, and sent compressed."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from backoffice.studio.models import Studio


@dataclass(frozen=True)
class Answer:
    """What a browser gets; the file behind it is closed."""

    status: int
    type: str
    headers: Headers
    size: int


def fetch(client: FlaskClient, path: str, accept: str = "") -> Answer:
    """Load a file to its end."""
    with client.get(path, headers={"Accept-Encoding": accept}) as response:
        return Answer(response.status_code, response.mimetype, response.headers, len(response.data))


@pytest.fixture
def style(app: Flask) -> str:
    """The address of the staff stylesheet."""
    return str(app.jinja_env.globals["static_asset"]("app.css"))  # type: ignore[operator]


def test_a_hashed_file_may_be_kept_for_a_year(client: FlaskClient, style: str) -> None:
    answer = fetch(client, style)
    assert (answer.status, answer.type) == (200, "text/css")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(("accept", "given"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)])
def test_the_best_copy_is_sent(client: FlaskClient, style: str, accept: str, given: str | None) -> None:
    answer = fetch(client, style, accept)
    assert answer.headers.get("Content-Encoding") == given
    assert answer.type == "text/css"
    assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path", ["/static/nothing.css", "/static/../build.mjs", "/static/%2e%2e/package.json"]
)
def test_nothing_else_is_served(client: FlaskClient, gym: Studio, path: str) -> None:
    assert fetch(client, path).status == 404


def test_the_icon_that_browsers_ask_for_exists(client: FlaskClient) -> None:
    assert fetch(client, "/favicon.ico").type == "image/svg+xml"


def test_a_visitors_page_stays_light(app: Flask, client: FlaskClient) -> None:
    address = app.jinja_env.globals["static_asset"]
    weight = sum(fetch(client, address(name), "gzip").size for name in ("public.css", "public.js"))  # type: ignore[operator]
    assert weight < 20_000
