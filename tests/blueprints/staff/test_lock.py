"""The shared front-desk PC: locks when left alone, opens by PIN for whoever works next, and the page stays."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from werkzeug.test import TestResponse

from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.staff.models import Role, Staff, StaffSession, StaffState
from backoffice.staff.passwords import hash_secret
from tests.gym import PASSWORD, make_staff
from tests.pages import PageClient

Clock = Callable[[datetime], None]
JSON = {"Accept": "application/json"}
PIN, OTHER_PIN = "2580", "471147"
PIN_HASH, OTHER_HASH = hash_secret(PIN), hash_secret(OTHER_PIN)


@pytest.fixture
def colleague(desk: Staff, now: datetime) -> Staff:
    """A manager with a PIN."""
    colleague = make_staff("manager@test.example", [Role.MANAGER], now=now, name="次郎")
    colleague.pin_hash = OTHER_HASH
    desk.pin_hash = PIN_HASH
    db.session.commit()
    return colleague


@pytest.fixture
def shared(client: PageClient, desk: Staff, colleague: Staff, now: datetime) -> PageClient:
    """The front-desk PC, in English, with the desk signed in."""
    client.enter(desk, now=now, is_shared=True)
    client.set_cookie("language", "en")
    client.get("/unlock?switch=1")
    return client


def switch(client: PageClient, staff: Staff, pin: str) -> TestResponse:
    """As the lock dialog does it."""
    return client.post("/switch", data={"staff_id": str(staff.id), "pin": pin}, headers=JSON)


def test_locking_covers_every_page_until_a_pin_opens_it(
    shared: PageClient, desk: Staff, colleague: Staff
) -> None:
    told = shared.post("/lock", data={}, headers=JSON).get_json()
    assert told["people"] == [
        {"id": desk.id, "name": desk.name, "current": True},
        {"id": colleague.id, "name": "次郎", "current": False},
    ]
    assert shared.get("/account").location == "/unlock?next=/account"
    assert shared.get("/account", headers={"HX-Request": "true"}).status_code == 423
    assert shared.get("/account", headers=JSON).status_code == 423
    answer = switch(shared, desk, PIN)
    assert answer.status_code == 200
    assert shared.get("/account").status_code == 200


def test_a_colleague_takes_over_in_the_same_browser(
    shared: PageClient, desk: Staff, colleague: Staff, now: datetime
) -> None:
    assert shared.get("/settings/audit").status_code == 403
    shared.post("/lock", data={}, headers=JSON)
    told = switch(shared, colleague, OTHER_PIN).get_json()
    assert (told["name"], told["role"]) == ("次郎", "Manager")
    assert shared.get("/settings/audit").status_code == 200
    line = db.session.query(AuditLine).filter_by(action="staff.took_over").one()
    assert (line.actor_id, line.before) == (colleague.id, {"staff_id": desk.id})


def test_the_forms_of_the_page_stay_good_after_the_change(
    shared: PageClient, desk: Staff, colleague: Staff
) -> None:
    before = shared.csrf
    switch(shared, colleague, OTHER_PIN)
    shared.csrf = before
    assert shared.post("/account/language", data={"language": "en"}).status_code == 303


def test_a_pin_does_not_count_as_a_fresh_password(
    shared: PageClient, now: datetime, colleague: Staff
) -> None:
    colleague.roles = [Role.OWNER.value]
    db.session.commit()
    switch(shared, colleague, OTHER_PIN)
    assert shared.get("/settings/team/new").location == "/confirm-password?next=/settings/team/new"


def test_three_wrong_pins_and_only_the_password_helps(
    shared: PageClient, desk: Staff, colleague: Staff
) -> None:
    shared.post("/lock", data={}, headers=JSON)
    assert switch(shared, desk, "0000").get_json() == {"error": "That PIN is not right."}
    assert switch(shared, desk, "0001").status_code == 422
    assert switch(shared, desk, "0002").get_json() == {"error": "Three wrong PINs. Please use the password."}
    assert switch(shared, desk, PIN).status_code == 429
    refused = shared.post("/unlock", data={"password": "wrong-password"})
    assert refused.status_code == 422
    assert "The password is not right." in refused.text or "パスワードが違います。" in refused.text
    assert shared.post("/unlock", data={"password": PASSWORD}).status_code == 303
    assert shared.get("/account").status_code == 200
    assert switch(shared, desk, PIN).status_code == 200


def test_one_persons_wrong_pins_do_not_lock_out_a_colleague(
    shared: PageClient, desk: Staff, colleague: Staff
) -> None:
    for _ in range(3):
        switch(shared, desk, "0000")
    assert switch(shared, colleague, OTHER_PIN).status_code == 200


def test_the_screen_locks_by_the_servers_clock_after_five_quiet_minutes(
    shared: PageClient, now: datetime, at: Clock
) -> None:
    at(now + timedelta(minutes=4, seconds=59))
    assert shared.get("/account").status_code == 200
    at(now + timedelta(minutes=9, seconds=58))
    assert shared.get("/account").status_code == 200
    at(now + timedelta(minutes=14, seconds=58))
    assert shared.get("/account").location.startswith("/unlock")


def test_a_poll_does_not_keep_the_screen_open_but_work_does(
    shared: PageClient, now: datetime, at: Clock
) -> None:
    for minute in range(1, 5):
        at(now + timedelta(minutes=minute))
        assert shared.get("/account", headers={"X-Poll": "1"}).status_code == 200
    at(now + timedelta(minutes=5))
    assert shared.get("/account", headers={"X-Poll": "1", **JSON}).status_code == 423
    at(now)
    for minute in range(1, 12):
        at(now + timedelta(minutes=minute))
        assert shared.post("/awake", data={}, headers=JSON).status_code == 204


def test_an_own_device_does_not_lock_by_itself(
    client: PageClient, desk: Staff, now: datetime, at: Clock
) -> None:
    client.enter(desk, now=now)
    at(now + timedelta(hours=3))
    assert client.get("/account").status_code == 200


def test_an_own_device_opens_only_for_its_own_person(
    client: PageClient, desk: Staff, colleague: Staff, now: datetime
) -> None:
    client.enter(desk, now=now)
    client.get("/unlock?switch=1")
    told = client.post("/lock", data={}, headers=JSON).get_json()
    assert [one["id"] for one in told["people"]] == [desk.id]
    assert switch(client, colleague, OTHER_PIN).status_code == 422
    assert db.session.query(StaffSession).one().staff_id == desk.id


def test_suspended_colleagues_and_those_without_a_pin_cannot_take_over(
    shared: PageClient, desk: Staff, colleague: Staff
) -> None:
    colleague.state = StaffState.SUSPENDED
    db.session.commit()
    assert switch(shared, colleague, OTHER_PIN).status_code == 422
    assert "次郎" not in shared.get("/unlock?switch=1").text


@pytest.mark.parametrize("chosen", ["0", "-1", "999999999999999999", "x", "１", ""])
def test_nobody_else_can_be_chosen(shared: PageClient, desk: Staff, chosen: str) -> None:
    answer = shared.post("/switch", data={"staff_id": chosen, "pin": "9999"}, headers=JSON)
    assert answer.status_code == 422
    assert db.session.query(StaffSession).one().staff_id == desk.id


def test_without_a_script_the_lock_page_does_the_same(shared: PageClient, colleague: Staff) -> None:
    assert shared.post("/lock", data={}).location == "/unlock"
    page = shared.get("/unlock?next=/account")
    assert "次郎" in page.text
    wrong = shared.post("/switch", data={"staff_id": str(colleague.id), "pin": "0000", "next": "/account"})
    assert wrong.status_code == 422
    assert "That PIN is not right." in wrong.text
    right = shared.post("/switch", data={"staff_id": str(colleague.id), "pin": OTHER_PIN, "next": "/account"})
    assert right.location == "/account"


def test_a_form_sent_to_a_locked_screen_is_not_lost(shared: PageClient, desk: Staff) -> None:
    shared.post("/lock", data={}, headers=JSON)
    typed = {"language": "en", "note": "長い<メモ>", "pin": "1379"}
    kept = shared.post("/account/language", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert kept.status_code == 423
    assert 'value="長い&lt;メモ&gt;"' in kept.text
    assert "1379" not in kept.text
    assert "/unlock" in kept.text
    foreign = shared.post("/account/language", data=typed, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.location == "/unlock?next=/today"


def test_sign_out_works_on_a_locked_screen(shared: PageClient) -> None:
    shared.post("/lock", data={}, headers=JSON)
    assert shared.post("/sign-out", data={}).location == "/sign-in"
