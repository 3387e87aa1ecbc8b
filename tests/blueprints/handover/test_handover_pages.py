"""The page of the shift: written once, noted with an undo, health opened by its trainer alone."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.handover.actions import write_note
from backoffice.handover.models import HandoverNote, NoteKind
from backoffice.staff.models import Role, Staff
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, trainer
from tests.gym import make_staff
from tests.pages import PageClient


@pytest.fixture
def at_desk(gym: Studio, sign_in: object) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)  # type: ignore[operator, no-any-return]


def write(client: PageClient, **note: object) -> int:
    """A note written on the page; sent twice it is one."""
    page = client.get("/handover").get_data(as_text=True)
    token = re.findall(r'name="form_token"[^>]*value="([^"]*)"', page)[0]
    for _ in range(2):
        answer = client.post("/handover", data={"form_token": token, "kind": "GENERAL", **note})
        assert answer.status_code == 303, answer.get_data(as_text=True)[-1500:]
    return db.session.scalars(select(HandoverNote.id)).one()


def test_written_noted_and_taken_back(at_desk: PageClient, now: datetime) -> None:
    number = write(at_desk, body="水筒を預かっています", kind="LOST_PROPERTY", person_id=guest(now=now).id)
    page = at_desk.get("/handover").get_data(as_text=True)
    assert "水筒を預かっています" in page
    assert "山田 花子 様" in page
    assert "申し送りが1件あります" in at_desk.get("/today").get_data(as_text=True)
    at_desk.post(f"/handover/{number}/acknowledgement", data={})
    assert "申し送りはありません" in at_desk.get("/handover").get_data(as_text=True)
    assert "水筒" in at_desk.get("/handover?show=all").get_data(as_text=True)
    at_desk.post(f"/handover/{number}/acknowledgement/undo", data={})
    assert "水筒" in at_desk.get("/handover").get_data(as_text=True)


def test_an_empty_note_and_health_to_nobody_stay_in_the_form(at_desk: PageClient) -> None:
    at_desk.get("/handover")
    for wrong in ({"body": ""}, {"body": "腰が痛い", "kind": "HEALTH"}):
        answer = at_desk.post("/handover", data={"form_token": "x" * 20, "kind": "GENERAL", **wrong})
        assert answer.status_code == 422
    assert db.session.scalars(select(HandoverNote)).all() == []


def test_the_desk_cannot_reread_what_it_passed_on_about_health(
    gym: Studio, at_desk: PageClient, sign_in: object, now: datetime
) -> None:
    who = guest(now=now)
    trainer(gym).staff_id = make_staff("mori@test.example", [Role.TRAINER], now=now).id
    number = write(
        at_desk, body="ぎっくり腰で休みます", kind="HEALTH", trainer_id=trainer(gym).id, person_id=who.id
    )
    for address in ("/handover", "/handover?show=all", f"/people/{who.id}"):
        assert "ぎっくり腰" not in at_desk.get(address).get_data(as_text=True), address
    assert at_desk.post(f"/handover/{number}/reading", data={}).status_code == 403
    client: PageClient = sign_in(Role.TRAINER)  # type: ignore[operator]
    newest = db.session.scalars(select(Staff).order_by(Staff.id.desc())).first()
    assert newest is not None
    client.get("/handover")
    assert client.post(f"/handover/{number}/reading", data={}).status_code == 403
    trainer(gym).staff_id = newest.id
    db.session.commit()
    answer = client.post(f"/handover/{number}/reading", data={})
    assert "ぎっくり腰で休みます" in answer.get_data(as_text=True)


def test_a_note_to_one_trainer_is_neither_read_nor_noted_by_another(
    gym: Studio, by: Actor, now: datetime, sign_in: Callable[..., PageClient]
) -> None:
    """Nor does the desk take note of what only its trainer may open."""
    mori = trainers(gym.id)[0]
    mori.staff_id = make_staff("mori@test.example", [Role.TRAINER], now=now).id
    with transaction():
        plain = write_note(gym.id, "森だけへ", trainer_id=mori.id, by=by, now=now)
        health = write_note(gym.id, "腰痛", kind=NoteKind.HEALTH, trainer_id=mori.id, by=by, now=now)
    for role, notes in ((Role.TRAINER, (plain, health)), (Role.FRONT_DESK, (health,))):
        reader = sign_in(role)
        reader.get("/handover")
        for note in notes:
            assert reader.post(f"/handover/{note.id}/acknowledgement", data={}).status_code == 404
            assert note.done_at is None
        assert "森だけへ" not in reader.post(f"/handover/{plain.id}/reading", data={}).text


def test_who_comes_second_is_told_who_was_first_and_gets_no_undo(
    at_desk: PageClient, at: Callable[[datetime], None], now: datetime
) -> None:
    number = write(at_desk, body="鍵は引き出しに")
    at_desk.post(f"/handover/{number}/acknowledgement", data={})
    assert "acknowledgement/undo" in at_desk.get("/handover").get_data(as_text=True)
    at(now + timedelta(seconds=5))
    at_desk.post(f"/handover/{number}/acknowledgement", data={})
    assert "acknowledgement/undo" not in at_desk.get("/handover").get_data(as_text=True)
