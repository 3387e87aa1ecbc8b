"""The frame around staff pages is kept between requests, but never what belongs to one person."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from backoffice.staff.models import Role
from blueprints.support import appearance
from tests.pages import PageClient

SignIn = Callable[..., PageClient]


@pytest.fixture(autouse=True)
def fresh_parts() -> Iterator[None]:
    """No part kept from another test."""
    appearance._parts.clear()
    yield
    appearance._parts.clear()


def frame(client: FlaskClient) -> str:
    """A page that everybody on the staff may open."""
    return client.get("/account").get_data(as_text=True)


def test_each_role_sees_its_own_menu(sign_in: SignIn) -> None:
    manager = frame(sign_in(Role.MANAGER))
    trainer = frame(sign_in(Role.TRAINER))
    assert 'href="/reports"' in manager
    assert 'href="/reports"' not in trainer
    assert 'href="/reports"' in frame(sign_in(Role.MANAGER, mail="second@test.example"))


def test_kept_parts_hold_no_token_and_no_name(sign_in: SignIn) -> None:
    client = sign_in(Role.FRONT_DESK)
    page = frame(client)
    assert appearance._parts
    for part in appearance._parts.values():
        assert client.csrf not in part
        assert "検査" not in part
    assert client.csrf in page
    assert "検査" in page


def test_languages_do_not_mix(sign_in: SignIn) -> None:
    client = sign_in(Role.FRONT_DESK)
    assert "画面をロックしています" in client.get("/account?lang=ja").get_data(as_text=True)
    assert "The screen is locked" in client.get("/account?lang=en").get_data(as_text=True)
