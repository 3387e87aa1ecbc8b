"""The mark is everybody's, its reason the managers'; visitors learn neither."""

from collections.abc import Callable
from datetime import datetime

import pytest

from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient

SignIn = Callable[..., PageClient]
REASON = "他のお客様への迷惑行為"


@pytest.fixture
def person(gym: Studio, by: Actor, now: datetime) -> Person:
    made = create_person(name="渡邊 晴香", phones=["090-1234-5678"], by=by, now=now)
    db.session.commit()
    return made


def marked(person_id: int, manager: PageClient, **sent: object) -> str:
    address = f"/people/{person_id}/caution"
    manager.get(address)
    version = db.session.get_one(Person, person_id, populate_existing=True).version
    data = {"caution": "BARRED", "reason": REASON, "version": version, **sent}
    return manager.post(address, data=data, follow_redirects=True).text


def test_a_manager_marks_and_lifts(person: Person, sign_in: SignIn) -> None:
    manager, person_id = sign_in(Role.MANAGER), person.id
    assert "出禁</span>" in marked(person_id, manager)
    assert REASON in manager.get(f"/people/{person_id}/caution").text
    version = db.session.get_one(Person, person_id, populate_existing=True).version
    lifted = manager.post(
        f"/people/{person_id}/caution/removal", data={"version": version}, follow_redirects=True
    )
    assert "出禁</span>" not in lifted.text


def test_the_desk_sees_the_mark_everywhere_and_the_reason_nowhere(person: Person, sign_in: SignIn) -> None:
    person_id = person.id
    marked(person_id, sign_in(Role.MANAGER))
    desk = sign_in(Role.FRONT_DESK)
    pages = [
        desk.get(f"/people/{person_id}"),
        desk.get("/people?q=晴香"),
        desk.get(f"/bookings/new?person={person_id}"),
        desk.post("/people/suggest", data={"q": "晴香"}),
        desk.post("/palette", data={"q": "晴香"}),
        desk.post("/bookings/quick", data={"first_person_id": str(person_id)}),
        desk.post("/bookings/guests/first", data={"first_phone": "090-1234-5678"}),
    ]
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert ["出禁</span>" in page.text for page in pages] == [True] * len(pages)
    assert not any(REASON in page.text for page in pages)
    assert desk.get(f"/people/{person_id}/caution").status_code == 403


def test_nothing_is_marked_without_a_reason(person: Person, sign_in: SignIn) -> None:
    page = marked(person.id, sign_in(Role.MANAGER), reason=" ")
    assert db.session.get_one(Person, person.id, populate_existing=True).caution == ""
    assert 'aria-invalid="true"' in page
