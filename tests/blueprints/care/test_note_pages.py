"""A trainer notes what was agreed with an own guest and what became of it; nobody else finds anything."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.care.models import CareNote
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, signed_in_trainer, visit
from tests.pages import PageClient

ADVICE = "寝る1時間前からスマホを見ない"
SignIn = Callable[..., PageClient]


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who trains with mori today."""
    made = guest("山田 花子", now=now)
    visit(gym, made, "18:00", now=now, slug="session")
    return made


def keep(client: PageClient, address: str, **changes: str) -> object:
    page = client.get(address).text
    token = re.search(r'name="form_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    sent = {
        "topic": "SLEEP",
        "advice": ADVICE,
        "due_on": "2026-11-24",
        "form_token": token.group(1),
        **changes,
    }
    return client.post(address, data=sent, follow_redirects=True)


def the_note() -> CareNote:
    return db.session.scalars(select(CareNote).execution_options(populate_existing=True)).one()


def test_written_once_closed_with_an_outcome_and_taken_back(
    gym: Studio, person: Person, sign_in: SignIn
) -> None:
    address, trainer = f"/people/{person.id}/care", signed_in_trainer(gym, sign_in)
    for _ in range(2):
        keep(trainer, address, form_token="t" * 20)
    note = the_note()
    assert ADVICE in trainer.get(address).text
    closing = f"{address}/notes/{note.id}/outcome"
    page = trainer.post(closing, data={"words": "夜勤の日は無理", "version": "1"})
    assert page.status_code == 422
    assert "夜勤の日は無理" in page.text, "what was typed is kept"
    page = trainer.post(
        closing, data={"words": "", "version": "1", "outcome": "PARTLY"}, follow_redirects=True
    )
    assert "一部できた" in page.text
    assert the_note().outcome == "PARTLY"
    stale = trainer.post(closing, data={"words": "できた", "version": "1", "outcome": "KEPT"})
    assert stale.status_code == 409
    assert the_note().outcome == "PARTLY"
    trainer.post(f"{closing}/undo", data={})
    assert the_note().outcome is None


def test_what_is_missing_is_said_next_to_its_field(gym: Studio, person: Person, sign_in: SignIn) -> None:
    trainer = signed_in_trainer(gym, sign_in)
    page = keep(trainer, f"/people/{person.id}/care", due_on="2026-11-01")
    assert 'id="due_on-error"' in page.text  # type: ignore[attr-defined]
    assert ADVICE in page.text  # type: ignore[attr-defined]
    assert db.session.query(CareNote).count() == 0


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER, Role.OWNER])
def test_nobody_but_trainers_opens_it(person: Person, sign_in: SignIn, role: Role) -> None:
    client, address = sign_in(role), f"/people/{person.id}/care"
    assert client.get(address).status_code == 403


def test_a_trainer_of_others_finds_nobody(gym: Studio, person: Person, sign_in: SignIn) -> None:
    address = f"/people/{person.id}/care"
    keep(signed_in_trainer(gym, sign_in), address)
    note, other = the_note(), sign_in(Role.TRAINER, Role.FRONT_DESK, mail="other@test.example")
    for method, path in (
        ("get", ""),
        ("post", ""),
        ("post", f"/notes/{note.id}/outcome"),
        ("post", f"/notes/{note.id}/outcome/undo"),
    ):
        assert (
            getattr(other, method)(
                f"{address}{path}",
                **({} if method == "get" else {"data": {"outcome": "KEPT", "version": "1"}}),
            ).status_code
            == 404
        )
    assert the_note().outcome is None


def test_without_the_consent_targets_are_not_shown_and_the_page_says_why(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    client, address = signed_in_trainer(gym, sign_in), f"/people/{person.id}/care"
    for granted in (True, False):
        with transaction():
            record_consent(
                person.id,
                Purpose.HEALTH,
                granted,
                wording="1",
                language="ja",
                source="test",
                by=SYSTEM,
                now=now,
            )
        page = client.get(f"{address}/plan").text
        assert ('name="sleep_hours"' in page, "もう一度同意される" in page) == (granted, not granted)
        assert ("/care/plan" in client.get(address).text) is granted
