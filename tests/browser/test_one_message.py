"""The desk looks into a message that waits, writes it for one guest, skips it and takes that back; both languages."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from backoffice.bookings.availability import free_slots
from backoffice.bookings.queries import guests_of
from backoffice.bookings.visits import VisitRequest, book_visit
from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.messaging.models import Kind, Message
from backoffice.staff.models import Role
from backoffice.studio.queries import service_by_slug, the_studio
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import no_serious_fault, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

JA, EN = "one-message@test.example", "one-message-en@test.example"
DAYS = 54


@pytest.fixture(scope="module", autouse=True)
def _desk(site: Site) -> None:
    with site.app.app_context():
        make_staff(JA, [Role.FRONT_DESK], now=clock.utc_now(), name="北野 結")
        with transaction():
            make_staff(EN, [Role.FRONT_DESK], now=clock.utc_now(), name="Kelly Reed").language = "en"


def reminder(site: Site, name: str, mail: str, language: str) -> tuple[int, int]:
    """A guest with a visit some weeks ahead: the reminder that waits, and the guest."""
    with site.app.app_context():
        now, studio = clock.utc_now(), the_studio()
        service, day = (
            service_by_slug(studio.id, "counselling"),
            local_date(now, studio.zone) + timedelta(days=DAYS),
        )
        slot = free_slots(studio, service, day, day, now=now)[0]
        request = VisitRequest(
            studio=studio, service=service, starts_at=slot.starts_at, name=name, mail=mail, wording="2026-11",
            language=language,
        )  # fmt: skip
        with transaction():
            booking = book_visit(request, by=SYSTEM, now=now)
            query = select(Message.id).where(
                Message.booking_id == booking.id, Message.kind == Kind.REMINDER_DAY_BEFORE
            )
            return db.session.scalars(query).one(), guests_of(booking.id)[0].person_id


WORDS = {
    "ja": {
        "edit": "編集", "save": "保存", "own": "個別の文面", "skip": "送らない", "undo": "元に戻す",
        "said": "桂川でお会いしましょう。",
    },
    "en": {
        "edit": "Edit", "save": "Save", "own": "Own text", "skip": "Do not send", "undo": "Undo",
        "said": "See you by the river.",
    },
}  # fmt: skip


@pytest.mark.parametrize(("who", "name", "language"), [(JA, "嵐山 桂", "ja"), (EN, "Alex Turner", "en")])
def test_looked_into_written_anew_skipped_and_taken_back(
    page: Page, site: Site, who: str, name: str, language: str
) -> None:
    words = WORDS[language]
    message_id, person_id = reminder(site, name, f"river-{language}@example.com", language)
    sign_in(page, mail=who, heading="今日" if language == "ja" else "Today")
    page.goto(f"/people/{person_id}/messages")
    line = page.locator(".message-line", has=page.locator(f"a[href='/messages/{message_id}']"))
    line.locator("summary").click()
    expect(line.locator(".letter")).to_contain_text(name)
    no_serious_fault(page)
    line.get_by_role("link", name=words["edit"]).click()
    look = page.locator("#look")
    expect(look).to_contain_text(name)
    body = page.locator("#body")
    body.fill("{{ name }}\n\n" + words["said"] + "\n\n{{ booking_details }}\n{{ manage_details }}")
    expect(look).to_contain_text(words["said"])
    body.press_sequentially("{{ nobody }}")
    expect(look).to_contain_text("nobody")
    expect(look.locator(".mail")).to_have_count(0)
    no_serious_fault(page)
    body.fill("{{ name }}\n\n" + words["said"] + "\n\n{{ booking_details }}\n{{ manage_details }}")
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page).to_have_url(re.compile(rf"/messages/{message_id}$"))
    expect(page.locator(".mail")).to_contain_text(words["said"])
    no_serious_fault(page)
    page.goto(f"/people/{person_id}/messages")
    expect(line).to_contain_text(words["own"])
    line.get_by_role("button", name=words["skip"]).click()
    expect(line.locator(".pill")).to_have_class(re.compile("st-cancelled"))
    page.locator("[data-toast] button", has_text=words["undo"]).click()
    expect(page).to_have_url(re.compile(rf"/messages/{message_id}$"))
    expect(page.locator(".pill").first).to_have_class(re.compile("st-planned"))


def test_without_script_the_message_opens_and_is_edited(phone: OpenPhone, site: Site) -> None:
    message_id, person_id = reminder(site, "嵐山 渡", "river-plain@example.com", "ja")
    page = phone(java_script_enabled=False)
    sign_in(page, mail=JA)
    page.goto(f"/people/{person_id}/messages")
    page.locator(f".message-line a.name[href='/messages/{message_id}']").click()
    page.get_by_role("link", name="編集").click()
    page.locator("#subject").fill("ご来店について")
    page.get_by_role("button", name="表示", exact=True).click()
    expect(page.locator("#look .mail-subject")).to_have_text("ご来店について")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".mail-subject")).to_have_text("ご来店について")
