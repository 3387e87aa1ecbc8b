"""Progress in a browser: measured with one hand, a photo over the last one, two compared; also without scripts."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from backoffice.clients.actions import register
from backoffice.core import clock
from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Purpose
from backoffice.progress.models import Pose, ProgressPhoto
from backoffice.progress.photos import add_photo
from backoffice.staff.models import Role, Staff
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import the_studio
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import no_serious_fault, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser
MAIL = "progress-trainer@test.example"


@pytest.fixture
def who(site: Site, morning: None) -> int:
    """A member of a trainer who can sign in; agrees to photos, one was taken four weeks ago."""
    now, known = clock.utc_now(), {"by": SYSTEM, "now": clock.utc_now()}
    with site.app.app_context():
        studio = the_studio()
        staff = db.session.scalar(select(Staff).where(Staff.mail == MAIL))
        staff = staff or make_staff(MAIL, [Role.TRAINER], now=now, name="森 亮介")
        with transaction():
            trainer = trainers(studio.id)[0]
            trainer.staff_id = staff.id
            made = create_person(name="御池 渚", **known)  # type: ignore[arg-type]
            day = now.date()
            register(made.id, joined_on=day, main_trainer_id=trainer.id, **known)  # type: ignore[arg-type]
            said = {"wording": "photos", "language": "ja", "source": "test", **known}
            record_consent(made.id, Purpose.PHOTOS, True, **said)  # type: ignore[arg-type]
            earlier = day - timedelta(days=28)
            add_photo(studio, made.id, Pose.FRONT, earlier, photo(), **known)  # type: ignore[arg-type]
        db.session.remove()
    return made.id


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 400), "teal").save(out, "JPEG")
    return out.getvalue()


def opened(site: Site, person_id: int) -> int:
    """How often a picture of somebody was opened."""
    with site.app.app_context():
        asked = select(AuditLine.id).where(
            AuditLine.action == "file.opened", AuditLine.person_id == person_id
        )
        found = db.session.scalars(asked).all()
        db.session.remove()
    return len(found)


def test_measured_with_one_hand_on_a_phone(phone: OpenPhone, who: int) -> None:
    small = phone()
    sign_in(small, mail=MAIL)
    small.goto(f"/people/{who}/progress")
    small.get_by_role("link", name="測定する").first.click()
    small.get_by_label("体重 (kg)").fill("６５．８")
    small.get_by_label("ウエスト (cm)").fill("720")
    small.get_by_role("button", name="保存する", exact=True).click()
    expect(small.get_by_text("40〜200 cmの範囲で")).to_have_count(2)
    small.get_by_label("ウエスト (cm)").fill("72,0")
    no_serious_fault(small)
    small.get_by_role("button", name="保存する", exact=True).click()
    expect(small.get_by_role("img", name=re.compile("体重"))).to_be_visible()
    no_serious_fault(small)


def test_taken_over_the_last_one_and_compared(page: Page, site: Site, who: int) -> None:
    sign_in(page, mail=MAIL)
    page.goto(f"/people/{who}/progress/photos/new")
    assert opened(site, who) == 0, "the form alone opens nothing"
    page.get_by_role("button", name="カメラを開く").click()
    ghost = page.locator("[data-pose-ghost=FRONT]")
    expect(ghost).to_be_visible()
    page.get_by_label("前回の写真の濃さ").fill("70")
    expect(ghost).to_have_css("opacity", "0.7")
    page.get_by_text("横", exact=True).click()
    expect(ghost).to_be_hidden()
    page.get_by_text("正面", exact=True).click()
    page.get_by_role("button", name="撮影する", exact=True).click()
    expect(page.locator("[data-pose-shot]")).to_be_visible()
    no_serious_fault(page)
    page.get_by_role("button", name="写真を保存").click()
    page.get_by_role("button", name="開く").click()
    photos = page.locator("[data-compare]")
    expect(photos.locator("img")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    assert photos.evaluate("box => [...box.querySelectorAll('img')].every((one) => one.naturalWidth > 0)")
    page.get_by_role("button", name="重ねて比べる").click()
    page.get_by_label("境目の位置").fill("20")
    expect(photos.locator("img").last).to_have_css("clip-path", "inset(0px 0px 0px 20%)")
    no_serious_fault(page)
    assert opened(site, who) == 3, "the one under the camera, then two"


def test_without_scripts(phone: OpenPhone, site: Site, who: int) -> None:
    plain = phone(java_script_enabled=False)
    sign_in(plain, mail=MAIL)
    plain.goto(f"/people/{who}/progress/photos/new")
    expect(plain.get_by_role("button", name="カメラを開く")).to_be_hidden()
    plain.get_by_label("背面").check()
    plain.get_by_label("今すぐ撮影する").set_input_files(
        {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    plain.get_by_role("button", name="写真を保存").click()
    expect(plain.get_by_role("heading", name="背面")).to_be_visible()
    with site.app.app_context():
        asked = select(ProgressPhoto.pose).where(ProgressPhoto.person_id == who).order_by(ProgressPhoto.id)
        assert db.session.scalars(asked).all() == ["FRONT", "BACK"]
        db.session.remove()
