"""One's own account: language, password, PIN, signing out everywhere."""

from datetime import datetime

import pytest

from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.staff import passwords
from backoffice.staff.models import Staff
from blueprints.support import session_cookie
from tests.gym import PASSWORD
from tests.pages import PageClient

NEW = "a quiet morning in Kyoto"


@pytest.fixture
def mine(client: PageClient, desk: Staff, now: datetime) -> PageClient:
    """The desk, signed in on an own device and looking at the own account."""
    client.enter(desk, now=now)
    client.get("/account")
    return client


def test_the_language_of_screens_and_mails(mine: PageClient, desk: Staff) -> None:
    assert 'lang="ja"' in mine.get("/account").text
    assert mine.post("/account/language", data={"language": "en"}).status_code == 303
    assert 'lang="en"' in mine.get("/account").text
    assert mine.post("/account/language", data={"language": "fr"}).status_code == 422
    assert desk.language == "en"


def test_a_new_password_keeps_this_browser_and_ends_the_others(
    mine: PageClient, desk: Staff, now: datetime
) -> None:
    elsewhere = mine.application.test_client()
    elsewhere.enter(desk, now=now)
    with mine.session_transaction() as cookie:
        before = cookie[session_cookie.KEY]
    typed = {"old_password": PASSWORD, "password": NEW, "again": NEW}
    assert mine.post("/account/password", data=typed).location == "/account"
    assert mine.get("/account").status_code == 200
    with mine.session_transaction() as cookie:
        assert cookie[session_cookie.KEY] != before
    assert elsewhere.get("/account").location.startswith("/sign-in")
    line = db.session.query(AuditLine).filter_by(action="staff.password_changed").one()
    assert line.after == {"password": "…"}


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("wrong-password", NEW, NEW), (PASSWORD, "short", "short"), (PASSWORD, NEW, "else"), ("", NEW, NEW)],
)
def test_nothing_changes_unless_everything_is_right(
    mine: PageClient, desk: Staff, old: str, new: str, again: str
) -> None:
    typed = {"old_password": old, "password": new, "again": again}
    assert mine.post("/account/password", data=typed).status_code == 422
    assert passwords.matches(desk.password_hash, PASSWORD)
    assert mine.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("pin", "status"),
    [
        ("2580", 303),
        ("47114711", 303),
        ("1111", 422),
        ("1234", 422),
        ("9876", 422),
        ("258", 422),
        ("258025802", 422),
        ("２５８０", 422),
        ("25a0", 422),
        ("", 422),
    ],
)
def test_pins(mine: PageClient, desk: Staff, pin: str, status: int) -> None:
    assert mine.post("/account/pin", data={"pin": pin}).status_code == status
    assert (desk.pin_hash is not None) == (status == 303)


def test_a_pin_can_be_removed(mine: PageClient, desk: Staff) -> None:
    mine.post("/account/pin", data={"pin": "2580"})
    assert mine.post("/account/pin/removal", data={}).status_code == 303
    assert desk.pin_hash is None


def test_signing_out_everywhere(mine: PageClient, desk: Staff, now: datetime) -> None:
    elsewhere = mine.application.test_client()
    elsewhere.enter(desk, now=now)
    assert mine.post("/account/sessions/end", data={}).location == "/sign-in"
    assert mine.get("/account").location.startswith("/sign-in")
    assert elsewhere.get("/account").location.startswith("/sign-in")
