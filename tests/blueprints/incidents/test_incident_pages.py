"""Reported once, the own ones for a trainer, all of them for a manager who settles each."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.incidents.actions import Report, report_incident
from backoffice.incidents.models import Incident, IncidentKind
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, signed_in_trainer, visit
from tests.pages import PageClient

TOLD = "ダンベルを足に落としかけた"
SignIn = Callable[..., PageClient]


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who trains with mori today."""
    made = guest("山田 花子", now=now)
    visit(gym, made, "12:30", now=now, slug="session")
    return made


def send(client: PageClient, path: str = "/incidents/new", **typed: str) -> int:
    page = client.get(path).text
    hidden = dict(re.findall(r'name="(form_token)"[^>]*value="([^"]*)"', page))
    data = {**hidden, "kind": "NEAR_MISS", "what": TOLD, "day": "2026-11-24", "clock": "11:50", **typed}
    answers = [client.post("/incidents/new", data=dict(data)).status_code for _ in range(2)]
    return answers[-1]


def test_written_by_a_trainer_settled_by_a_manager(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    trainer, person_id = signed_in_trainer(gym, sign_in), person.id
    assert (
        send(trainer, f"/incidents/new?person={person_id}", person_id=str(person_id), region="ankle") == 303
    )
    made = db.session.query(Incident).one()
    assert (made.person_id, made.region) == (person_id, "ankle")
    incident = made.id
    assert TOLD not in trainer.get("/incidents").text
    assert TOLD in trainer.get(f"/incidents/{incident}").text
    assert trainer.post(f"/incidents/{incident}/closing", data={"outcome": "x"}).status_code == 403
    assert "ヒヤリハット" in trainer.get(f"/people/{person_id}/record").text
    assert "対応待ちの報告" not in trainer.get("/today").text
    manager = sign_in(Role.MANAGER)
    assert "対応待ちの報告が1件あります" in manager.get("/today").text
    page = manager.get(f"/incidents/{incident}").text
    version = re.findall(r'name="version"[^>]*value="(\d+)"', page)[0]
    assert manager.post(f"/incidents/{incident}/closing", data={"version": version}).status_code == 422
    done = {"outcome": "棚を低くした", "version": version}
    assert manager.post(f"/incidents/{incident}/closing", data=dict(done)).status_code == 303
    assert manager.post(f"/incidents/{incident}/closing", data=dict(done)).status_code == 409
    assert "対応待ちの報告はありません" in manager.get("/incidents").text
    assert "棚を低くした" in manager.get(f"/incidents/{incident}").text
    assert manager.post(f"/incidents/{incident}/closing/undo", data={}).status_code == 303
    assert "2026-11-24" not in manager.get("/incidents?show=all").text


def test_a_trainer_sees_no_report_of_others_and_writes_about_own_guests(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    stranger = guest("他人 太郎", "090-9999-9999", now=now)
    with transaction():
        told = Report(IncidentKind.ACCIDENT, now, TOLD)
        incident = report_incident(gym, told, by=SYSTEM, now=now).id
    client = signed_in_trainer(gym, sign_in)
    assert "対応待ちの報告はありません" in client.get("/incidents").text
    assert client.get(f"/incidents/{incident}").status_code == 404
    assert client.get(f"/incidents/new?person={stranger.id}").status_code == 404
    assert client.post("/incidents/new", data={"person_id": str(stranger.id)}).status_code == 404
    assert db.session.query(Incident).count() == 1


def test_a_report_begun_on_a_client_sheet_leads_back_to_it(
    gym: Studio, person: Person, sign_in: SignIn
) -> None:
    client, person_id = signed_in_trainer(gym, sign_in), person.id
    opened = f"/incidents/new?person={person_id}"
    page = client.get(opened).text
    assert page.count(f'href="/people/{person_id}/record"') == 2
    assert f'action="{opened}"' in page
    told = {"kind": "NEAR_MISS", "what": TOLD, "day": "2026-11-24", "clock": "11:50", "form_token": "t" * 20}
    assert client.post(opened, data=told).location == f"/people/{person_id}/record"
    assert client.post("/incidents/new", data={**told, "form_token": "u" * 20}).location == "/incidents"


def test_what_cannot_be_kept_comes_back_with_what_was_typed(gym: Studio, sign_in: SignIn) -> None:
    client = signed_in_trainer(gym, sign_in)
    client.get("/incidents/new")
    token = {"form_token": "t" * 20, "kind": "NEAR_MISS", "day": "2026-11-24", "clock": "11:50"}
    for wrong in ({"what": ""}, {"what": TOLD, "day": "2026-12-24"}, {"what": TOLD, "kind": "WAR"},
                  {"what": TOLD, "region": "soul"}, {"what": TOLD, "person_id": "x"}):  # fmt: skip
        answer = client.post("/incidents/new", data={**token, **wrong})
        assert answer.status_code == 422, wrong
    assert db.session.query(Incident).count() == 0


def test_the_desk_has_nothing_to_do_with_it(gym: Studio, sign_in: SignIn) -> None:
    client = sign_in(Role.FRONT_DESK)
    for path in ("/incidents", "/incidents/new", "/incidents/1"):
        assert client.get(path).status_code == 403
