"""The library in a browser: found while typing in both languages, an entry imported, named and offered."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from backoffice.core import clock
from backoffice.core.db import db
from backoffice.staff.models import Role, Staff
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import no_serious_fault, press_slowly
from tests.gym import PASSWORD, make_staff

pytestmark = pytest.mark.browser

MAIL = "library-browser@test.example"
SMALL = Path(__file__).parents[1] / "data" / "exercises-small.json"


@pytest.fixture
def manager(site: Site, morning: None) -> None:
    """Somebody who may import."""
    with site.app.app_context():
        if db.session.scalar(select(Staff.id).where(Staff.mail == MAIL)) is None:
            make_staff(MAIL, [Role.MANAGER], now=clock.utc_now(), name="小野 薫")
        db.session.remove()


def enter(page: Page) -> None:
    """Sign in."""
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(MAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("h1")).not_to_contain_text("ログイン")
    page.wait_for_url("**/home")


def test_found_while_typing_and_the_address_keeps_it(page: Page, phone: OpenPhone, manager: None) -> None:
    enter(page)
    page.goto("/exercises")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(11)
    no_serious_fault(page)
    page.get_by_label("種目を検索").press_sequentially("ﾀｵﾙ")
    expect(rows).to_have_count(3)
    expect(page).to_have_url("/exercises?q=%EF%BE%80%EF%BD%B5%EF%BE%99")
    page.get_by_label("鍛える部位").select_option("広背筋")
    expect(rows).to_have_count(2)
    page.reload()
    expect(rows).to_have_count(2)
    small = phone(locale="en-GB")
    enter(small)
    small.context.add_cookies([{"name": "language", "value": "en", "url": small.url}])
    small.goto("/exercises?section=main")
    small.get_by_label("Search exercises").press_sequentially("push up")
    expect(small.locator("tbody tr")).to_have_count(1)
    expect(small.locator("tbody tr")).to_contain_text("Reverse push-up")
    no_serious_fault(small)
    press_slowly(small, "Reverse push-up")
    expect(small.locator("h1")).to_contain_text("Reverse push-up")
    no_serious_fault(small)


def test_imported_named_and_then_among_the_others(page: Page, manager: None) -> None:
    enter(page)
    page.goto("/exercises/import")
    page.get_by_label("JSONファイル").set_input_files(SMALL)
    page.get_by_role("button", name="内容を確認する").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    no_serious_fault(page)
    page.get_by_role("button", name="7件を取り込む").click()
    expect(page.locator("h1")).to_have_text("取り込みました")
    no_serious_fault(page)
    page.get_by_role("link", name="日本語名を付ける").click()
    page.get_by_role("link", name="Calf Stretch").click()
    no_serious_fault(page)
    page.get_by_role("link", name="編集").click()
    page.get_by_label("名称（日本語）").fill("ふくらはぎのストレッチ")
    page.get_by_role("group", name="禁忌・注意").get_by_label("足首").first.check()
    no_serious_fault(page)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_have_text("ふくらはぎのストレッチ")
    expect(page.locator(".tag-warn")).to_have_text("足首")
    page.goto("/exercises?q=calf")
    expect(page.locator("tbody tr")).to_have_count(1)
