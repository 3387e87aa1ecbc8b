"""The lead book in a browser: a line is changed where it stands."""

import pytest
from playwright.sync_api import Page, expect

from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.leads.actions import capture_lead
from backoffice.people.actions import create_person
from backoffice.studio.queries import the_studio
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import no_serious_fault, sign_in

pytestmark = pytest.mark.browser


def enquiry(site: Site, name: str) -> int:
    """An enquiry of somebody new; its number."""
    with site.app.app_context():
        now = clock.utc_now()
        with transaction():
            person = create_person(name=name, phones=["090-2222-3333"], by=SYSTEM, now=now)
            made = capture_lead(person, studio_id=the_studio().id, source="web", by=SYSTEM, now=now)
        number = made.id
        db.session.remove()
    return number


def test_a_line_is_changed_where_it_stands(site: Site, page: Page, phone: OpenPhone, morning: None) -> None:
    enquiry(site, "行内 編子")
    sign_in(page)
    page.goto("/leads")
    change = page.get_by_role("button", name="次の対応を変更: 行内 編子 様")
    change.press("Enter")
    line = page.locator(".row-form")
    title = line.get_by_label("対応内容")
    expect(title).to_be_focused()
    no_serious_fault(page)
    title.fill("夜に電話する")
    line.get_by_label("その日まで休ませる").check()
    title.press("Enter")
    expect(line.locator(".form-error")).to_contain_text("明日以降")
    expect(title).to_have_value("夜に電話する")
    line.get_by_label("日にち").fill("2031-02-03")
    line.get_by_role("button", name="保存").click()
    row = page.locator("tbody tr", has_text="行内 編子")
    expect(row).to_contain_text("夜に電話する")
    expect(row).to_contain_text("お休み中")
    expect(change).to_be_focused()
    small = phone()
    sign_in(small)
    small.goto("/leads?parked=1")
    small.get_by_role("button", name="次の対応を変更: 行内 編子 様").click()
    expect(small.locator(".row-form")).to_be_visible()
    no_serious_fault(small)


def test_many_are_chosen_previewed_and_changed(
    site: Site, page: Page, phone: OpenPhone, morning: None
) -> None:
    for name in ("大勢 一", "大勢 二", "大勢 三"):
        enquiry(site, name)
    sign_in(page)
    page.goto("/leads?q=大勢")
    bar = page.locator("#bulk")
    expect(bar.get_by_role("button", name="次の対応を設定")).to_be_disabled()
    page.get_by_label("表示中をすべて選択").check()
    page.get_by_label("選択: 大勢 二 様").uncheck()
    expect(bar).to_contain_text("2件選択")
    no_serious_fault(page)
    bar.get_by_role("button", name="次の対応を設定").click()
    page.get_by_label("対応内容").fill("年末のご案内")
    page.get_by_label("日にち").fill("2031-12-01")
    page.get_by_role("button", name="内容を確認").click()
    no_serious_fault(page)
    page.get_by_role("button", name="2件に実行").click()
    expect(page.locator("h1")).to_have_text("実行結果")
    expect(page.locator("tbody tr", has_text="完了")).to_have_count(2)
    no_serious_fault(page)
    page.goto("/leads?q=大勢")
    expect(page.locator("tbody tr", has_text="年末のご案内")).to_have_count(2)
    small = phone()
    sign_in(small)
    small.goto("/leads?q=大勢")
    no_serious_fault(small)
