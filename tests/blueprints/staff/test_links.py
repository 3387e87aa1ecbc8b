"""Mailed links: an invitation and a reset let exactly one person choose a password, once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.messaging.models import Kind, Message
from backoffice.staff import actions, tokens
from backoffice.staff.models import Role, Staff, StaffState, StaffToken
from backoffice.staff.tokens import Purpose
from tests.gym import PASSWORD
from tests.pages import PageClient

Clock = Callable[[datetime], None]
GOOD = "a quiet morning in Kyoto"


@pytest.fixture
def invited(desk: Staff, now: datetime) -> Staff:
    """Somebody who was invited a moment ago."""
    staff = actions.invite(
        "new@test.example", "新人", [Role.TRAINER], studio_id=desk.studio_id, by=SYSTEM, now=now
    )
    db.session.commit()
    return staff


def path_of(staff: Staff, purpose: Purpose, now: datetime) -> str:
    """The path that the mail would carry."""
    link = tokens.mint_link(staff.id, purpose, now=now)
    db.session.commit()
    return link.removeprefix("http://localhost")


def choose(client: PageClient, path: str, password: str = GOOD, again: str | None = None) -> int:
    """Open the link and send the form; the status of the answer."""
    client.get(path)
    return client.post(
        path, data={"password": password, "again": password if again is None else again}
    ).status_code


def test_an_invitation_opens_the_account_once(client: PageClient, invited: Staff, now: datetime) -> None:
    path = path_of(invited, Purpose.INVITE, now)
    assert "new@test.example" in client.get(path).text
    assert choose(client, path) == 303
    client.get("/sign-in")
    answer = client.post("/sign-in", data={"email": "new@test.example", "password": GOOD})
    assert answer.location == "/today"
    assert client.get(path).status_code == 404
    assert choose(client, path, "another password for it") == 404


def test_showing_the_link_changes_nothing(client: PageClient, invited: Staff, now: datetime) -> None:
    path = path_of(invited, Purpose.INVITE, now)
    for _ in range(3):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert db.session.query(StaffToken).filter_by(used_at=None).count() == 1


def test_the_database_does_not_know_the_link(invited: Staff, now: datetime) -> None:
    secret = path_of(invited, Purpose.INVITE, now).rpartition("/")[2]
    (row,) = db.session.query(StaffToken).all()
    assert secret not in (row.token_hash, row.purpose)
    assert len(secret) >= 40


@pytest.mark.parametrize(
    ("purpose", "age"), [(Purpose.INVITE, timedelta(days=7)), (Purpose.RESET, timedelta(hours=2))]
)
def test_links_grow_old(
    client: PageClient,
    desk: Staff,
    invited: Staff,
    now: datetime,
    at: Clock,
    purpose: Purpose,
    age: timedelta,
) -> None:
    path = path_of(invited if purpose is Purpose.INVITE else desk, purpose, now)
    at(now + age - timedelta(seconds=1))
    assert client.get(path).status_code == 200
    at(now + age)
    assert client.get(path).status_code == 404
    assert choose(client, path) in {400, 404}


def test_an_invitation_is_no_reset_and_the_other_way_round(
    client: PageClient, desk: Staff, invited: Staff, now: datetime
) -> None:
    invitation = path_of(invited, Purpose.INVITE, now)
    assert client.get(invitation.replace("/invite/", "/reset/")).status_code == 404
    reset = path_of(desk, Purpose.RESET, now)
    assert client.get(reset.replace("/reset/", "/invite/")).status_code == 404


def test_a_week_old_invitation_is_no_reset_of_an_account_that_opened_meanwhile(
    client: PageClient, invited: Staff, now: datetime
) -> None:
    invitation = path_of(invited, Purpose.INVITE, now)
    invited.state = StaffState.ACTIVE
    db.session.commit()
    assert client.get(invitation.replace("/invite/", "/reset/")).status_code == 404


def test_a_reset_for_an_account_that_is_not_open_leads_nowhere(
    client: PageClient, desk: Staff, now: datetime
) -> None:
    path = path_of(desk, Purpose.RESET, now)
    desk.state = StaffState.SUSPENDED
    db.session.commit()
    assert client.get(path).status_code == 404


def test_a_reset_ends_every_session_and_every_other_link(
    client: PageClient, desk: Staff, now: datetime
) -> None:
    first, second = path_of(desk, Purpose.RESET, now), path_of(desk, Purpose.RESET, now)
    elsewhere = client.application.test_client()
    elsewhere.enter(desk, now=now)
    assert elsewhere.get("/unlock?switch=1").status_code == 200
    assert choose(client, second) == 303
    assert elsewhere.get("/unlock?switch=1").location.startswith("/sign-in")
    assert client.get(first).status_code == 404


def test_suspending_somebody_kills_their_links(
    client: PageClient, desk: Staff, invited: Staff, now: datetime
) -> None:
    path = path_of(invited, Purpose.INVITE, now)
    actions.suspend(invited.id, by=SYSTEM, now=now)
    db.session.commit()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("password", "again"),
    [
        ("short", None),
        ("x" * 201, None),
        ("aaaaaaaaaaaaaaaa", None),
        ("new@test.example", None),
        (GOOD, "something else"),
        ("kyoto-demo-2026", None),
    ],
)
def test_weak_passwords_are_refused_and_the_link_stays_good(
    client: PageClient, invited: Staff, now: datetime, password: str, again: str | None
) -> None:
    path = path_of(invited, Purpose.INVITE, now)
    assert choose(client, path, password, again) == 422
    assert invited.password_hash is None
    assert choose(client, path) == 303


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "%ED%A0%80", "..%2F..%2Fetc", "x'--"])
def test_made_up_links_lead_nowhere(client: PageClient, desk: Staff, token: str) -> None:
    assert client.get(f"/invite/{token}").status_code == 404
    assert client.get(f"/reset/{token}").status_code == 404


def ask(client: PageClient, mail: str) -> str:
    """Ask for a reset; the page without what differs by design."""
    client.get("/reset?lang=en")
    answer = client.post("/reset?lang=en", data={"email": mail})
    assert answer.status_code == 200
    return answer.text.replace(client.csrf, "")


def test_asking_for_a_reset_says_the_same_for_every_address(
    client: PageClient, desk: Staff, invited: Staff
) -> None:
    def plain(text: str) -> str:
        return "\n".join(line for line in text.splitlines() if "csrf" not in line)

    assert (
        plain(ask(client, desk.mail))
        == plain(ask(client, "nobody@test.example"))
        == plain(ask(client, invited.mail))
    )
    (message,) = db.session.query(Message).filter_by(kind=Kind.PASSWORD_RESET)
    assert (message.staff_id, message.values) == (desk.id, {})


def test_asking_again_and_again_mails_once_in_five_minutes(
    client: PageClient, desk: Staff, now: datetime, at: Clock
) -> None:
    for _ in range(4):
        ask(client, desk.mail)
    assert db.session.query(Message).filter_by(kind=Kind.PASSWORD_RESET).count() == 1
    at(now + timedelta(minutes=5))
    ask(client, desk.mail)
    assert db.session.query(Message).filter_by(kind=Kind.PASSWORD_RESET).count() == 2


def test_the_old_password_works_until_a_new_one_is_chosen(client: PageClient, desk: Staff) -> None:
    ask(client, desk.mail)
    client.get("/sign-in")
    assert client.post("/sign-in", data={"email": desk.mail, "password": PASSWORD}).status_code == 303
