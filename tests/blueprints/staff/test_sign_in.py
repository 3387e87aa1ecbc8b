"""Signing in: the right password opens, everything else says one sentence, and nobody learns which accounts exist."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from werkzeug.test import TestResponse

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.staff import account, actions, failures, passwords, sessions
from backoffice.staff.models import Role, SignInFailure, Staff, StaffSession
from backoffice.studio.models import Studio
from blueprints.support import session_cookie
from tests.gym import PASSWORD, make_staff
from tests.pages import PageClient

MAIL = "desk@test.example"
WRONG = "The mail address or the password is not right."
Clock = Callable[[datetime], None]


def enter(client: PageClient, email: str = MAIL, password: str = PASSWORD, **more: str) -> TestResponse:
    """Open the sign-in page in English and send it."""
    client.get("/sign-in?lang=en")
    return client.post("/sign-in?lang=en", data={"email": email, "password": password, **more})


def test_the_right_password_leads_to_today(client: PageClient, desk: Staff) -> None:
    answer = enter(client)
    assert answer.status_code == 303
    assert answer.location == "/today"
    assert client.get("/").location == "/today"


@pytest.mark.parametrize(
    ("roles", "begins"),
    [
        ([Role.MANAGER], "/home"),
        ([Role.OWNER], "/home"),
        ([Role.OWNER, Role.MANAGER], "/home"),
        ([Role.MANAGER, Role.TRAINER], "/today"),
        ([Role.OWNER, Role.FRONT_DESK], "/today"),
        ([Role.TRAINER], "/today"),
    ],
)
def test_who_only_manages_begins_with_the_managers_page(
    gym: Studio, client: PageClient, now: datetime, roles: list[Role], begins: str
) -> None:
    make_staff("begins@test.example", roles, now=now)
    assert enter(client, "begins@test.example").location == begins
    assert client.get("/").location == begins
    assert client.get("/sign-in").location == begins
    page = client.get("/people?lang=en").text
    assert f'class="brand" href="{begins}"' in page
    menu = re.findall(r'class="nav-item" href="([^"]+)"', page)
    assert menu[0] == begins
    assert menu.count("/home") == int("/home" in menu)
    assert "/today" in menu
    assert f'href="{begins}">Back to' in client.get("/nothing-here?lang=en").text


def test_the_screen_opens_on_the_first_page_of_whoever_takes_over(
    gym: Studio, client: PageClient, now: datetime
) -> None:
    for mail, role, pin in (
        ("d@test.example", Role.FRONT_DESK, "2580"),
        ("m@test.example", Role.MANAGER, "471147"),
    ):
        account.set_pin(make_staff(mail, [role], now=now).id, pin, now=now)
    db.session.commit()
    enter(client, "d@test.example", shared="y")
    manager = db.session.query(Staff).filter_by(mail="m@test.example").one()
    client.get("/unlock?switch=1")
    answer = client.post("/switch", data={"staff_id": str(manager.id), "pin": "471147"})
    assert answer.location == "/home"


def test_the_address_is_known_however_it_is_typed(client: PageClient, desk: Staff) -> None:
    assert enter(client, "  Desk＠TEST.example ").status_code == 303


def test_wrong_password_unknown_account_and_suspended_account_get_the_same_page(
    client: PageClient, desk: Staff, now: datetime
) -> None:
    gone = make_staff("gone@test.example", [Role.TRAINER], now=now)
    actions.suspend(gone.id, by=SYSTEM, now=now)
    db.session.commit()
    mails = (MAIL, "gone@test.example", "nobody@test.example")
    answers = [enter(client, mail, "not-the-password") for mail in mails]
    pages = {re.sub(r'(value|content)="[^"]*"', "", answer.text) for answer in answers}
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert len(pages) == 1
    assert WRONG in pages.pop()


def test_an_invited_account_without_password_cannot_be_entered(client: PageClient, desk: Staff) -> None:
    desk.password_hash = None
    db.session.commit()
    assert enter(client, password="").status_code == 422
    assert enter(client, password="no account has this password").status_code == 422


def test_the_password_is_never_shown_again(client: PageClient, desk: Staff) -> None:
    assert "a-password-typed-wrong" not in enter(client, password="a-password-typed-wrong").text


@pytest.mark.parametrize("mail", [MAIL, "nobody@test.example"])
def test_failures_cost_a_growing_wait_for_known_and_unknown_accounts_alike(
    client: PageClient, desk: Staff, now: datetime, at: Clock, mail: str
) -> None:
    for _ in range(5):
        assert WRONG in enter(client, mail, "wrong").text
    told = enter(client, mail, "wrong")
    assert told.status_code == 429
    assert "Please wait 1 min" in told.text
    moment = now
    for minutes in (5, 15, 60, 60):
        moment += timedelta(hours=1, minutes=1)
        at(moment)
        assert WRONG in enter(client, mail, "wrong").text
        assert f"Please wait {minutes} min" in enter(client, mail, "wrong").text


def test_while_waiting_not_even_the_right_password_opens(
    client: PageClient, desk: Staff, now: datetime, at: Clock
) -> None:
    for _ in range(5):
        enter(client, password="wrong")
    assert enter(client).status_code == 429
    at(now + timedelta(seconds=61))
    assert enter(client).status_code == 303
    assert db.session.get(SignInFailure, failures.mail_key(MAIL)) is None


def test_yesterdays_failures_are_forgotten(client: PageClient, desk: Staff, now: datetime, at: Clock) -> None:
    for _ in range(4):
        enter(client, password="wrong")
    at(now + timedelta(hours=25))
    enter(client, password="wrong")
    assert enter(client).status_code == 303


def test_the_counter_keeps_no_address(client: PageClient, desk: Staff) -> None:
    enter(client, "a-password-in-the-wrong-field", "wrong")
    (row,) = db.session.query(SignInFailure).all()
    assert "password" not in row.key


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "\\/evil.example",
        "/" * 3000,
    ],
)
def test_next_leads_only_to_our_own_pages(client: PageClient, desk: Staff, target: str) -> None:
    answer = enter(client, next=target)
    assert answer.status_code in {303, 422}
    assert answer.status_code == 422 or answer.location == "/today"


def test_next_leads_back_to_the_page_that_was_wanted(client: PageClient, desk: Staff) -> None:
    answer = client.get("/account?tab=2")
    assert answer.location == "/sign-in?next=/account?tab%3D2"
    assert enter(client, next="/account?tab=2").location == "/account?tab=2"


def test_a_session_planted_before_sign_in_is_worth_nothing_after_it(
    client: PageClient, desk: Staff, now: datetime
) -> None:
    client.enter(desk, now=now)
    with client.session_transaction() as cookie:
        planted = cookie[session_cookie.KEY]
        cookie["left_over"] = "x"
    client.get("/unlock?switch=1&lang=en")
    assert enter(client).status_code == 303
    with client.session_transaction() as cookie:
        assert cookie[session_cookie.KEY] != planted
        assert "left_over" not in cookie
    assert sessions.signed_in(planted, now=now) is None


def test_sign_out_ends_the_session_even_for_a_copied_cookie(
    client: PageClient, desk: Staff, now: datetime
) -> None:
    enter(client)
    with client.session_transaction() as cookie:
        token = cookie[session_cookie.KEY]
    client.get("/unlock?switch=1")
    assert client.post("/sign-out", data={}).status_code == 303
    with client.session_transaction() as cookie:
        assert session_cookie.KEY not in cookie
        cookie[session_cookie.KEY] = token
    assert client.get("/account").location.startswith("/sign-in")


def test_sessions_end_after_thirty_days(client: PageClient, desk: Staff, now: datetime, at: Clock) -> None:
    enter(client)
    session = db.session.query(StaffSession).one()
    session.seen_at = now + timedelta(days=30)
    db.session.commit()
    at(now + timedelta(days=30, seconds=1))
    assert client.get("/account").location.startswith("/sign-in")


def test_a_hash_made_with_weaker_parameters_is_made_anew(client: PageClient, desk: Staff) -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
    desk.password_hash = weak.hash(PASSWORD)
    db.session.commit()
    assert enter(client).status_code == 303
    db.session.refresh(desk)
    assert not passwords.is_outdated(desk.password_hash)
    assert passwords.matches(desk.password_hash, PASSWORD)


@pytest.mark.parametrize(
    "value", ["\x00", "\ud800", "x" * 5000, "０" * 300, "'; drop table staff; --", "{{7*7}}"]
)
def test_odd_input_is_refused_kindly(client: PageClient, desk: Staff, value: str) -> None:
    encoded = (
        value.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if "\ud800" in value else value
    )
    assert enter(client, email=encoded).status_code == 422
    assert enter(client, password=encoded).status_code == 422


def test_without_a_csrf_token_nothing_happens(client: PageClient, desk: Staff) -> None:
    answer = client.post("/sign-in", data={"email": MAIL, "password": PASSWORD})
    assert answer.status_code == 400
    assert db.session.query(StaffSession).count() == 0
