"""Language and brightness are remembered by the browser."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from backoffice.studio.models import Studio


@pytest.fixture
def csrf(gym: Studio, client: FlaskClient) -> Callable[[], str]:
    """The token of a page this browser has seen."""

    def token() -> str:
        page = client.get("/sign-in").get_data(as_text=True)
        return page.split('name="csrf_token" value="')[1].split('"')[0]

    return token


def test_the_chosen_language_wins_over_the_browsers(client: FlaskClient, csrf: Callable[[], str]) -> None:
    answer = client.post(
        "/language", data={"csrf_token": csrf(), "language": "en", "next": "/sign-in?lang=ja&a=1"}
    )
    assert (answer.status_code, answer.location) == (303, "/sign-in?a=1")
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "ja"}).get_data(
        as_text=True
    )


def test_dark_is_drawn_by_the_server(client: FlaskClient, csrf: Callable[[], str]) -> None:
    client.post("/theme", data={"csrf_token": csrf(), "theme": "dark", "next": "/sign-in"})
    assert 'data-bs-theme="dark"' in client.get("/sign-in").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/language", "/theme"])
def test_unknown_words_change_nothing(client: FlaskClient, csrf: Callable[[], str], path: str) -> None:
    field = path.strip("/")
    answer = client.post(path, data={"csrf_token": csrf(), field: "tlh", "next": "//evil.example"})
    assert answer.location == "/"
    assert field not in answer.headers.get("Set-Cookie", "").split("=")[0]


def test_a_forged_form_is_refused(client: FlaskClient, gym: Studio) -> None:
    assert client.post("/theme", data={"theme": "dark"}).status_code == 400
