"""Papers of a person in a browser: chosen, dropped, taken with the camera; with a bar, with and without scripts."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.files.models import StoredFile
from backoffice.people.actions import create_person
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import no_serious_fault, sign_in

pytestmark = pytest.mark.browser

DROP = """([selector, name, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], name, {type: 'image/jpeg'}));
  document.querySelector(selector).dispatchEvent(
    new DragEvent('drop', {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def who(site: Site, morning: None) -> int:
    """Somebody without files."""
    with site.app.app_context():
        with transaction():
            made = create_person(name="嵐山 楓", by=SYSTEM, now=clock.utc_now())
        db.session.remove()
    return made.id


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (800, 600), "teal").save(out, "JPEG")
    return out.getvalue()


def a_file(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def number_of_files(site: Site, person_id: int) -> int:
    with site.app.app_context():
        found = db.session.scalars(select(StoredFile.id).where(StoredFile.person_id == person_id)).all()
        db.session.remove()
    return len(found)


def test_chosen_sent_with_a_bar_deleted_and_back(page: Page, site: Site, who: int) -> None:
    sign_in(page)
    page.goto(f"/people/{who}")
    page.get_by_role("link", name="ファイル", exact=True).click()
    expect(page.get_by_text("ファイルはまだありません")).to_be_visible()
    no_serious_fault(page)
    page.evaluate(
        "() => { const bar = document.querySelector('[data-upload-bar]');"
        " new MutationObserver(() => { window.sawBar ||= !bar.hidden; }).observe(bar, {attributes: true}); }"
    )
    seen = []
    page.on("request", lambda _: seen.append(1))
    page.get_by_label("写真またはPDF").set_input_files(a_file("大.jpg", photo() + bytes(15 * 1024**2)))
    page.get_by_role("button", name="保存する").click()
    expect(page.locator("#toasts")).to_contain_text("15MB")
    assert seen == [], "not sent at all"
    page.get_by_label("写真またはPDF").set_input_files(a_file("絵.svg", b"<svg/>"))
    page.get_by_role("button", name="保存する").click()
    expect(page.locator("#toasts")).to_contain_text("写真（JPEG・PNG・WebP）かPDFを選んでください。")
    assert page.evaluate("window.sawBar")
    page.get_by_label("写真またはPDF").set_input_files(a_file("姿勢.jpg", photo()))
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("link", name="姿勢.jpg")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("ファイルを保存しました。")
    page.get_by_role("button", name="姿勢.jpgを削除").click()
    expect(page.get_by_text("削除済み")).to_be_visible()
    no_serious_fault(page)
    page.get_by_role("button", name="姿勢.jpgを元に戻す").click()
    page.get_by_role("link", name="姿勢.jpg").click()
    expect(page.locator("img")).to_be_visible()
    assert number_of_files(site, who) == 1


def test_dropped_on_a_side_that_htmx_brought(page: Page, who: int) -> None:
    sign_in(page)
    page.goto(f"/people/{who}")
    page.get_by_role("link", name="ファイル", exact=True).click()
    expect(page.locator("[data-drop]")).to_be_visible()
    page.evaluate(DROP, ["[data-drop]", "落とした.jpg", list(photo())])
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("link", name="落とした.jpg")).to_be_visible()


def test_taken_with_the_camera_of_a_phone(phone: OpenPhone, who: int) -> None:
    small = phone()
    sign_in(small)
    small.goto(f"/people/{who}/files")
    no_serious_fault(small)
    camera = small.get_by_label("今すぐ撮影する")
    expect(camera).to_have_attribute("capture", "environment")
    small.get_by_label("写真またはPDF").set_input_files(a_file("先.jpg", photo()))
    camera.set_input_files(a_file("image.jpg", photo()))
    small.get_by_role("button", name="保存する").click()
    expect(small.get_by_role("link", name="image.jpg")).to_be_visible()


def test_without_scripts(browser: Browser, browser_context_args: dict[str, object], who: int) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page)
    page.goto(f"/people/{who}/files")
    page.get_by_label("写真またはPDF").set_input_files(a_file("絵.svg", b"<svg/>"))
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("alert")).to_contain_text("写真（JPEG・PNG・WebP）かPDFを選んでください。")
    page.get_by_label("写真またはPDF").set_input_files(a_file("姿勢.jpg", photo()))
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("link", name="姿勢.jpg")).to_be_visible()
    context.close()
