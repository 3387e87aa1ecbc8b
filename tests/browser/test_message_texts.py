"""A manager writes a text: a variable by a tap, the letter as one types, faults at once, the same without script."""

import pytest
from playwright.sync_api import Page, expect

from backoffice.core import clock
from backoffice.core.db import transaction
from backoffice.staff.models import Role
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import MANAGERS, no_serious_fault, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

MAIL, EN = "texts-browser@test.example", "texts-browser-en@test.example"
PAGE = "/settings/messages/texts/after_trial/ja"


@pytest.fixture(scope="module", autouse=True)
def _manager(site: Site) -> None:
    with site.app.app_context():
        make_staff(MAIL, [Role.MANAGER], now=clock.utc_now(), name="上京 麻里")
        with transaction():
            make_staff(EN, [Role.MANAGER], now=clock.utc_now(), name="Kelly Reed").language = "en"


def test_the_letter_follows_what_is_typed(page: Page) -> None:
    sign_in(page, mail=MAIL, heading=MANAGERS)
    page.goto(PAGE)
    look = page.locator("#look")
    expect(look).to_contain_text("山田 花子 様")
    page.locator("#body").fill("いつもありがとうございます。\n\nご予約\n")
    page.locator("summary", has_text="差し込み項目").click()
    page.get_by_role("button", name="{{ book_url }}").click()
    expect(page.locator("#body")).to_have_value("いつもありがとうございます。\n\nご予約\n{{ book_url }}")
    expect(look.locator(".mail-button")).to_have_text("ご予約")
    page.locator("#body").press_sequentially("{{ nobody }}")
    expect(look).to_contain_text("「nobody」という差し込み項目はありません")
    no_serious_fault(page)


def test_the_english_text_is_written_by_a_manager_who_reads_english(page: Page) -> None:
    sign_in(page, mail=EN, heading="Manager’s page")
    page.goto(PAGE.replace("/ja", "/en"))
    page.locator("#body").fill("Thank you for coming.\n\n{{ nobody }}")
    expect(page.locator("#look")).to_contain_text("nobody")
    page.locator("#body").fill("Thank you for coming.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".mail-sheet")).to_have_text("Thank you for coming.")
    no_serious_fault(page)


def test_it_is_saved_and_put_back(page: Page) -> None:
    sign_in(page, mail=MAIL, heading=MANAGERS)
    page.goto(PAGE)
    page.locator("#body").fill("お越しいただき、ありがとうございました。")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".mail-sheet")).to_have_text("お越しいただき、ありがとうございました。")
    page.get_by_role("button", name="標準の文面に戻す").click()
    expect(page.locator(".mail-sheet")).to_contain_text("お急ぎいただく必要はございません")


def test_without_script_the_buttons_do_the_same(phone: OpenPhone) -> None:
    page = phone(java_script_enabled=False)
    sign_in(page, mail=MAIL, heading=MANAGERS)
    page.goto(PAGE)
    page.locator("#body").fill("一行です。")
    page.get_by_role("button", name="表示", exact=True).click()
    expect(page.locator(".mail-sheet")).to_have_text("一行です。")
    expect(page.locator("#body")).to_have_value("一行です。")
