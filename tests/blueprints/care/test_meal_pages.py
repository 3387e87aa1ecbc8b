"""The photo of a meal on its way: asked of whom it may be asked, cleaned, told when it is none, seen by one trainer."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import EnvironBuilder, encode_multipart

from backoffice.care.measures import TARGETS
from backoffice.care.models import CheckIn
from backoffice.care.plans import set_plan
from backoffice.care.queries import check_in_path, plan_of
from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db, transaction
from backoffice.files.models import StoredFile
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.backoffice.files.pictures import bomb, photo, photo_from_a_phone
from tests.blueprints.bookings.front_desk import guest, signed_in_trainer, visit
from tests.pages import PageClient

SignIn = Callable[..., PageClient]
HTML = b"<script>alert(1)</script>"
FIELD = 'name="meal_photo"'


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who trains with mori today, agrees to photos and is asked for one."""
    made = guest("山田 花子", now=now)
    visit(gym, made, "18:00", now=now, slug="session")
    say(made, True, now)
    ask(gym, made, ["meal_photo", "video"], now)
    return made


@pytest.fixture
def link(person: Person) -> str:
    return check_in_path(person.id)


@pytest.fixture
def mori(gym: Studio, person: Person, sign_in: SignIn) -> PageClient:
    return signed_in_trainer(gym, sign_in)


def say(person: Person, granted: bool, now: datetime) -> None:
    said = {"wording": "photos", "language": "ja", "source": "test", "by": SYSTEM, "now": now}
    with transaction():
        record_consent(person.id, Purpose.PHOTOS, granted, **said)


def ask(gym: Studio, person: Person, questions: list[str], now: datetime) -> None:
    with transaction():
        seen = plan_of(person.id).id
        set_plan(gym, person.id, TARGETS, questions, [], seen=seen, by=SYSTEM, now=now)


def send(client: PageClient, link: str, content: bytes, **answers: str):  # type: ignore[no-untyped-def]
    client.get(link)
    sent = {"csrf_token": client.csrf, "fatigue": "4", "agrees": "y", **answers}
    boundary, body = encode_multipart({**sent, "meal_photo": FileStorage(BytesIO(content), "弁当.jpg")})
    return client.post(link, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def row() -> CheckIn:
    return db.session.scalars(select(CheckIn).execution_options(populate_existing=True)).one()


def test_sent_from_a_phone_it_is_seen_cleaned_and_on_record(
    client: PageClient, link: str, person: Person, mori: PageClient
) -> None:
    page = client.get(link).text
    assert 'accept="image/jpeg,image/png,image/webp"' in page
    assert send(client, link, photo_from_a_phone()).status_code == 303
    care = f"/people/{person.id}/care"
    assert "写真あり" in mori.get("/care").text
    assert f"{care}/check-ins/{row().id}/reading" in mori.get(care).text
    opened = mori.post(f"{care}/check-ins/{row().id}/reading", data={}).text
    picture = f"{care}/check-ins/{row().id}/meal"
    assert f'src="{picture}"' in opened
    shown = mori.get(picture)
    assert (shown.status_code, shown.mimetype, shown.headers["Cache-Control"]) == (
        200,
        "image/jpeg",
        "no-store",
    )
    for trace in (b"SecretCamera", b"Exif", b"script", b"2026"):
        assert trace not in shown.data
    lines = select(AuditLine.action).where(AuditLine.subject_kind == "file").order_by(AuditLine.id)
    assert db.session.scalars(lines).all() == ["file.added", "file.opened"]


@pytest.mark.parametrize(
    ("content", "ja", "en"),
    [
        (b"<svg/>", "写真（JPEG・PNG・WebP）", "Please choose a photo (JPEG"),
        (b"%PDF-1.7" + HTML, "写真（JPEG・PNG・WebP）を選んでください", "Please choose a photo (JPEG"),
        (bomb(60_000), "5000万画素まで", "too many pixels"),
        (photo()[:200], "読み込めませんでした", "cannot be read"),
        (photo() + bytes(20 * 1024**2), "15MB", "larger than 15 MB"),
    ],
    ids=["svg", "pdf", "bomb", "damaged", "20 MB"],
)
def test_what_is_no_photo_is_told_beside_its_field_and_the_answers_stay(
    client: PageClient, link: str, content: bytes, ja: str, en: str
) -> None:
    for words, address in ((ja, link), (en, f"{link}?lang=en")):
        answer = send(client, address, content)
        assert answer.status_code == 422
        told = answer.text.partition('id="meal_photo-error"')[2].partition("</p>")[0]
        assert words in told
        assert 'checked id="fatigue-3"' in answer.text
    assert db.session.query(CheckIn).count() == 0
    assert db.session.query(StoredFile).count() == 0


def test_a_photo_that_is_a_page_as_well_loses_the_page(
    client: PageClient, link: str, person: Person, mori: PageClient
) -> None:
    send(client, link, photo() + HTML)
    assert b"script" not in mori.get(f"/people/{person.id}/care/check-ins/{row().id}/meal").data


def test_another_answer_that_is_refused_asks_for_the_photo_once_more(client: PageClient, link: str) -> None:
    answer = send(client, link, photo(), video="http://video.example/a")
    assert (answer.status_code, "もう一度" in answer.text) == (422, True)
    assert 'value="http://video.example/a"' in answer.text
    assert db.session.query(StoredFile).count() == 0


def test_much_is_read_only_from_who_holds_a_link_and_not_everything_from_them(
    client: PageClient, link: str
) -> None:
    assert send(client, link, bytes(31 * 1024**2)).status_code == 413
    client.get(link)
    forged = EnvironBuilder(
        f"{link[:-3]}abc", method="POST", data={"meal_photo": (BytesIO(bytes(100_000)), "x.jpg")}
    )
    assert client.open(forged).status_code == 413


def test_nobody_is_asked_without_consent_or_where_the_trainer_did_not_switch_it_on(
    client: PageClient, link: str, person: Person, gym: Studio, now: datetime
) -> None:
    assert FIELD in client.get(link).text
    assert FIELD not in client.get(f"{link}?short=1").text
    say(person, False, now)
    page = client.get(link).text
    assert FIELD not in page
    assert "multipart" not in page
    say(person, True, now)
    ask(gym, person, [], now)
    assert FIELD not in client.get(link).text
    assert send(client, link, photo()).status_code == 303
    assert row().meal_file_id is None


def test_taken_back_while_the_page_lay_open_the_photo_is_refused_and_the_rest_can_be_sent(
    client: PageClient, link: str, person: Person, now: datetime
) -> None:
    say(person, False, now)
    answer = send(client, link, photo())
    assert (answer.status_code, "写真への同意がある場合だけ" in answer.text) == (422, True)
    assert FIELD not in answer.text
    assert db.session.query(StoredFile).count() == 0
    client.post(link, data={"fatigue": "4", "agrees": "y"})
    assert row().fatigue == 4


def test_taken_back_no_page_shows_or_names_it_and_the_trainer_reads_why(
    client: PageClient, link: str, person: Person, mori: PageClient, now: datetime
) -> None:
    send(client, link, photo(), fatigue="")
    care, number = f"/people/{person.id}/care", row().id
    page = mori.get(care).text
    assert f"check-ins/{number}/reading" in page, "also when nothing else was told"
    assert "写真への同意がありません" not in page
    say(person, False, now)
    assert mori.get(f"{care}/check-ins/{number}/meal").status_code == 403
    assert mori.post(f"{care}/check-ins/{number}/reading", data={}).status_code == 404
    page = mori.get(care).text
    assert f"check-ins/{number}" not in page
    assert "写真への同意がありません" in page
    assert "写真あり" not in mori.get("/care").text


def test_nobody_but_the_own_trainer_finds_it(
    client: PageClient, link: str, person: Person, sign_in: SignIn
) -> None:
    send(client, link, photo())
    picture = f"/people/{person.id}/care/check-ins/{row().id}/meal"
    file = f"/files/{db.session.scalars(select(StoredFile.id)).one()}"
    assert client.get(picture).location.startswith("/sign-in")
    other = sign_in(Role.TRAINER, Role.FRONT_DESK, mail="other@test.example")
    assert [other.get(path).status_code for path in (picture, file)] == [404, 404]
    for role in (Role.FRONT_DESK, Role.MANAGER, Role.OWNER):
        staff = sign_in(role, mail=f"x-{role.lower()}@test.example")
        for path in (picture, file):
            assert staff.get(path).status_code in (403, 404)
    opened = select(AuditLine.id).where(AuditLine.action == "file.opened")
    assert db.session.scalars(opened).all() == []
