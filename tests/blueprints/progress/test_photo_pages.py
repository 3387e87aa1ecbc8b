"""Photos on a trainer's pages: what may be uploaded, who sees it, and that withdrawing hides it from every address."""

import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db, transaction
from backoffice.files.models import StoredFile
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.progress.models import ProgressPhoto
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.backoffice.files.pictures import bomb, photo, photo_from_a_phone
from tests.blueprints.bookings.front_desk import guest, signed_in_trainer, visit
from tests.pages import PageClient

SignIn = Callable[..., PageClient]
HTML = b"<script>alert(1)</script>"


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who trains with mori today and agrees to photos."""
    made = guest("山田 花子", now=now)
    visit(gym, made, "18:00", now=now, slug="session")
    say(made, True, now)
    return made


@pytest.fixture
def mori(gym: Studio, person: Person, sign_in: SignIn) -> PageClient:
    """The trainer of the person."""
    return signed_in_trainer(gym, sign_in)


def say(person: Person, granted: bool, now: datetime) -> None:
    said = {"wording": "photos", "language": "ja", "source": "test", "by": SYSTEM, "now": now}
    with transaction():
        record_consent(person.id, Purpose.PHOTOS, granted, **said)


def send(
    client: PageClient, person: Person, content: bytes, *, times: int = 1, pose: str = "FRONT", **more: object
):  # type: ignore[no-untyped-def]
    address = f"/people/{person.id}/progress/photos/new"
    token = re.findall(r'name="form_token"[^>]*value="([^"]*)"', client.get(address).text)[0]
    for _ in range(times):
        sent = {"csrf_token": client.csrf, "form_token": token, "pose": pose, "day": "2026-11-24"}
        boundary, body = encode_multipart({**sent, "file": FileStorage(BytesIO(content), "x.jpg")})
        kind = f'multipart/form-data; boundary="{boundary}"'
        answer = client.post(address, data=body, content_type=kind, **more)
    return answer


def the_photo() -> int:
    return db.session.scalars(select(ProgressPhoto.id)).one()


def test_a_photo_is_kept_once_without_place_and_camera_and_opened_on_record(
    mori: PageClient, person: Person
) -> None:
    answer = send(mori, person, photo_from_a_phone(), times=2)
    assert (answer.status_code, answer.location) == (303, f"/people/{person.id}/progress/photos")
    page = mori.get(answer.location).text
    assert "<img" not in page.partition("<main")[2].partition("</main>")[0], "nothing is opened unasked"
    pair = mori.get(f"{answer.location}?first={the_photo()}&second={the_photo()}").text
    assert f'src="/progress/photos/{the_photo()}"' in pair
    shown = mori.get(f"/progress/photos/{the_photo()}")
    assert (shown.status_code, shown.mimetype, shown.headers["Cache-Control"]) == (
        200,
        "image/jpeg",
        "no-store",
    )
    for trace in (b"SecretCamera", b"Exif", b"script", b"2026"):
        assert trace not in shown.data
    assert shown.headers["Content-Security-Policy"].endswith("; sandbox")
    lines = select(AuditLine.action).where(AuditLine.subject_kind == "file").order_by(AuditLine.id)
    assert db.session.scalars(lines).all() == ["file.added", "file.opened"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<svg/>", "写真（JPEG・PNG・WebP）"),
        (b"%PDF-1.7" + HTML, "写真（JPEG・PNG・WebP）を選んでください"),
        (bomb(60_000), "5000万画素まで"),
        (photo()[:200], "読み込めませんでした"),
        (photo() + bytes(15 * 1024**2), "15MB"),
    ],
    ids=["svg", "pdf", "bomb", "damaged", "large"],
)
def test_what_is_no_photo_is_told_and_not_kept(
    mori: PageClient, person: Person, content: bytes, told: str
) -> None:
    answer = send(mori, person, content)
    assert (answer.status_code, told in answer.text) == (422, True)
    scripted = send(mori, person, content, headers={"Accept": "application/json"})
    assert (scripted.status_code, told in scripted.json["error"]) == (422, True)
    assert db.session.scalars(select(StoredFile.id)).all() == []


def test_a_photo_that_is_a_page_as_well_loses_the_page(mori: PageClient, person: Person) -> None:
    send(mori, person, photo() + HTML)
    assert b"script" not in mori.get(f"/progress/photos/{the_photo()}").data


def test_twenty_megabytes_are_refused_before_they_are_read(mori: PageClient, person: Person) -> None:
    assert send(mori, person, bytes(20 * 1024**2)).status_code == 413


def test_nothing_chosen_and_an_unknown_pose_are_told(mori: PageClient, person: Person) -> None:
    mori.get(f"/people/{person.id}/progress/photos/new?pose=odd")
    data = {"form_token": "t" * 20, "pose": "FRONT", "day": "2026-11-24"}
    answer = mori.post(f"/people/{person.id}/progress/photos/new", data=data)
    assert "写真を撮影するか" in answer.text
    assert send(mori, person, photo(), pose="UPSIDE").status_code == 422


def test_taken_back_no_address_shows_a_photo(mori: PageClient, person: Person, now: datetime) -> None:
    send(mori, person, photo())
    say(person, False, now)
    page = mori.get(f"/people/{person.id}/progress/photos?first={the_photo()}&second={the_photo()}").text
    assert "写真への同意がありません" in page
    assert "/progress/photos/" + str(the_photo()) not in page
    assert mori.get(f"/progress/photos/{the_photo()}").status_code == 403
    assert "data-pose-form" not in mori.get(f"/people/{person.id}/progress/photos/new").text
    data = {"form_token": "t" * 20, "pose": "FRONT", "day": "2026-11-24", "file": (BytesIO(photo()), "x.jpg")}
    address = f"/people/{person.id}/progress/photos/new"
    assert mori.post(address, data=data, content_type="multipart/form-data").status_code == 403
    assert len(db.session.scalars(select(StoredFile.id)).all()) == 1


def test_the_tablet_is_handed_over_on_the_page_of_consents(mori: PageClient, person: Person) -> None:
    mori.get(f"/people/{person.id}/progress/photos")
    answer = mori.post(f"/people/{person.id}/screening/handover", data={"to": "consents"})
    assert re.fullmatch(r"/screening/[^/]+/consents", answer.location)


def test_removed_and_brought_back(mori: PageClient, person: Person) -> None:
    send(mori, person, photo())
    removal = f"/progress/photos/{the_photo()}/removal"
    mori.post(removal, data={})
    assert mori.get(f"/progress/photos/{the_photo()}").status_code == 404
    mori.post(f"{removal}/undo", data={})
    assert mori.get(f"/progress/photos/{the_photo()}").status_code == 200


def test_nobody_but_the_own_trainer_finds_it(mori: PageClient, person: Person, sign_in: SignIn) -> None:
    send(mori, person, photo())
    number = the_photo()
    other = sign_in(Role.TRAINER, Role.FRONT_DESK, mail="other@test.example")
    pages = (f"/people/{person.id}/progress/photos", f"/people/{person.id}/progress/photos/new")
    for path in (*pages, f"/progress/photos/{number}"):
        assert other.get(path).status_code == 404
    posts = (pages[1], f"/progress/photos/{number}/removal", f"/progress/photos/{number}/removal/undo")
    for path in posts:
        assert other.post(path, data={}).status_code == 404
    for role in (Role.FRONT_DESK, Role.MANAGER, Role.OWNER):
        client = sign_in(role, mail=f"x-{role.lower()}@test.example")
        for path in (
            *pages,
            f"/progress/photos/{number}",
            f"/files/{db.session.scalars(select(StoredFile.id)).one()}",
        ):
            assert client.get(path).status_code in (403, 404)


def test_the_sheet_holds_photos_only_when_asked_and_agreed(
    mori: PageClient, person: Person, now: datetime
) -> None:
    send(mori, person, photo())
    address, picture = f"/people/{person.id}/progress/sheet", f'src="/progress/photos/{the_photo()}"'
    assert picture not in mori.get(address).text
    assert mori.get(f"{address}?photos=1").text.count(picture) == 1
    say(person, False, now)
    assert picture not in mori.get(f"{address}?photos=1").text
