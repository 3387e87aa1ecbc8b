"""Every answer carries the headers that keep scripts, frames, caches and strange host names out."""

import pytest

from backoffice.staff.models import Staff
from tests.pages import PageClient

PATHS = ["/sign-in", "/healthz", "/nothing", "/today", "/reset", "/"]


@pytest.mark.parametrize("path", PATHS)
def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(
    client: PageClient, desk: Staff, path: str
) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: PageClient, desk: Staff
) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_over_https_browsers_are_told_to_stay_there(client: PageClient, desk: Staff) -> None:
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers
    assert "Strict-Transport-Security" in client.get("/sign-in", base_url="https://localhost").headers


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example"]
)
def test_other_host_names_are_refused(client: PageClient, desk: Staff, host: str) -> None:
    answer = client.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_a_forwarded_address_is_not_believed_without_a_known_proxy(client: PageClient, desk: Staff) -> None:
    answer = client.get(
        "/account", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    )
    assert answer.location.startswith("/sign-in")
    assert "Strict-Transport-Security" not in answer.headers
