"""The side of a person's page with their papers: who may, what is told, how a file is served."""

import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from random import Random

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.files.models import StoredFile
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from tests.backoffice.files.pictures import bomb, photo, photo_from_a_phone
from tests.blueprints.bookings.front_desk import TOMORROW, trainer, visit
from tests.pages import PageClient

SignIn = Callable[..., PageClient]
HTML = b"<script>alert(1)</script>"


@pytest.fixture
def who(gym: Studio, by: Actor, now: datetime) -> int:
    made = create_person(name="山田 花子", by=by, now=now)
    db.session.commit()
    return made.id


@pytest.fixture
def at_desk(sign_in: SignIn) -> PageClient:
    return sign_in(Role.FRONT_DESK)


def send(
    client: PageClient, person_id: int, content: bytes, name: str = "x.jpg", *, times: int = 1, **more: object
):  # type: ignore[no-untyped-def]
    """Upload as the form of the page does; the last answer."""
    page = client.get(f"/people/{person_id}/files").text
    token = re.findall(r'name="form_token"[^>]*value="([^"]*)"', page)[0]
    for _ in range(times):
        sent = {"csrf_token": client.csrf, "form_token": token, "file": FileStorage(BytesIO(content), name)}
        boundary, body = encode_multipart(sent)
        kind = f'multipart/form-data; boundary="{boundary}"'
        answer = client.post(f"/people/{person_id}/files/new", data=body, content_type=kind, **more)
    return answer


def the_file() -> StoredFile:
    return db.session.scalars(select(StoredFile)).one()


def test_a_photo_is_kept_once_listed_and_shown(at_desk: PageClient, who: int) -> None:
    answer = send(at_desk, who, photo_from_a_phone(), "姿勢.HEIC", times=2)
    assert (answer.status_code, answer.location) == (303, f"/people/{who}/files")
    page = at_desk.get(f"/people/{who}/files").text
    assert "姿勢.jpg" in page
    shown = at_desk.get(f"/files/{the_file().id}")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert b"SecretCamera" not in shown.data
    assert shown.headers["Content-Disposition"].startswith("inline")
    policy = shown.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith("; sandbox")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cache-Control"] == "no-store"
    lines = select(AuditLine.action).where(AuditLine.subject_kind == "file").order_by(AuditLine.id)
    assert db.session.scalars(lines).all() == ["file.added", "file.opened"]


def test_a_pdf_is_only_ever_saved_never_shown(at_desk: PageClient, who: int) -> None:
    send(at_desk, who, b"%PDF-1.7" + HTML, "契約書.html")
    served = at_desk.get(f"/files/{the_file().id}")
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert "%E5%A5%91%E7%B4%84" in served.headers["Content-Disposition"]
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert (served.mimetype, served.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")


def test_other_pages_keep_their_policy(at_desk: PageClient) -> None:
    assert "script-src 'self'" in at_desk.get("/today").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<svg/>", "写真（JPEG・PNG・WebP）かPDFを選んでください。"),
        (bomb(60_000), "5000万画素まで"),
        (photo()[:200], "読み込めませんでした"),
        (photo() + bytes(15 * 1024**2), "15MB"),
        (b"", "ファイルを選んでください。"),
    ],
    ids=["svg", "bomb", "damaged", "large", "none"],
)
def test_a_refusal_stands_at_the_field_and_keeps_nothing(
    at_desk: PageClient, who: int, content: bytes, told: str
) -> None:
    answer = send(at_desk, who, content, "x.jpg" if content else "")
    assert answer.status_code == 422
    assert told in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert db.session.scalars(select(StoredFile)).all() == []


def test_a_file_of_nearly_two_megabytes_arrives_whatever_bytes_it_is_made_of(
    at_desk: PageClient, who: int
) -> None:
    content = b"%PDF-1.7" + Random(3).randbytes(1_900_000)
    assert send(at_desk, who, content, "契約書.pdf").status_code == 303
    assert at_desk.get(f"/files/{the_file().id}").data == content


def test_twenty_megabytes_are_refused_before_they_are_read(at_desk: PageClient, who: int) -> None:
    answer = send(at_desk, who, bytes(20 * 1024**2))
    assert answer.status_code == 413
    assert "16MB" in answer.text


def test_a_script_hears_where_to_go_or_what_is_wrong(at_desk: PageClient, who: int) -> None:
    asked = {"headers": {"Accept": "application/json"}}
    assert send(at_desk, who, photo(), **asked).json == {"to": f"/people/{who}/files"}
    refused = send(at_desk, who, b"<svg/>", **asked)
    assert (refused.status_code, "JPEG" in refused.json["error"]) == (422, True)


def test_the_camera_field_is_a_field_as_well(at_desk: PageClient, who: int) -> None:
    at_desk.get(f"/people/{who}/files/new")
    data = {"form_token": "t" * 20, "camera": (BytesIO(photo()), "image.jpg")}
    at_desk.post(f"/people/{who}/files/new", data=data, content_type="multipart/form-data")
    assert the_file().name == "image.jpg"


def test_deleted_and_brought_back(at_desk: PageClient, who: int) -> None:
    send(at_desk, who, photo(), "x.jpg")
    number = the_file().id
    at_desk.post(f"/files/{number}/deletion", data={})
    assert at_desk.get(f"/files/{number}").status_code == 404
    page = at_desk.get(f"/people/{who}/files").text
    assert "削除済み" in page
    assert f'href="/files/{number}"' not in page
    at_desk.post(f"/files/{number}/deletion/undo", data={})
    assert at_desk.get(f"/files/{number}").status_code == 200


def test_a_trainer_sees_no_papers_not_even_that_there_are_any(
    at_desk: PageClient, who: int, sign_in: SignIn
) -> None:
    send(at_desk, who, photo(), "x.jpg")
    number, trainer = the_file().id, sign_in(Role.TRAINER)
    trainer.get("/today")
    assert trainer.get(f"/people/{who}/files").status_code == 404
    assert trainer.get(f"/people/{who}/files/new").status_code == 403
    assert trainer.get(f"/files/{number}").status_code == 403
    for path in (f"/files/{number}/deletion", f"/files/{number}/deletion/undo", f"/people/{who}/files/new"):
        assert trainer.post(path, data={}).status_code == 403


def test_papers_stay_closed_to_the_trainer_of_the_guest(
    gym: Studio, at_desk: PageClient, who: int, sign_in: SignIn, now: datetime
) -> None:
    send(at_desk, who, photo(), "契約書.jpg")
    visit(gym, db.session.get_one(Person, who), "11:00", now=now, day=TOMORROW, slug="session")
    reader = sign_in(Role.TRAINER)
    trainer(gym).staff_id = db.session.scalars(select(Staff.id).order_by(Staff.id.desc())).first()
    db.session.commit()
    assert reader.get(f"/people/{who}").status_code == 200
    assert reader.get(f"/people/{who}/files").status_code == 404


def test_a_form_opened_before_a_merge_keeps_nothing_on_the_row_that_is_gone(
    at_desk: PageClient, who: int, now: datetime
) -> None:
    at_desk.get(f"/people/{who}/files")
    db.session.get_one(Person, who).archived_at = now
    db.session.commit()
    data = {"form_token": "t" * 20, "file": (BytesIO(photo()), "x.jpg")}
    answer = at_desk.post(f"/people/{who}/files/new", data=data, content_type="multipart/form-data")
    assert answer.status_code == 409
    assert db.session.scalars(select(StoredFile)).all() == []
