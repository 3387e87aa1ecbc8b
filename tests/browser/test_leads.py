"""The lead book in a browser: a line is changed where it stands."""

import pytest
from playwright.sync_api import Page, expect

from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.leads.actions import capture_lead
from backoffice.leads.models import Lead, Stage
from backoffice.people.actions import create_person
from backoffice.studio.queries import the_studio
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import no_serious_fault, press_slowly, sign_in

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


def test_found_while_typing_and_opened_by_a_slow_hand(site: Site, page: Page, morning: None) -> None:
    enquiry(site, "検索 探子")
    sign_in(page)
    page.goto("/leads")
    page.get_by_label("見込み客を検索").press_sequentially("検索 探子")
    expect(page.locator("tbody tr")).to_have_count(1)
    press_slowly(page, "検索 探子 様")
    expect(page.locator("h1")).to_contain_text("検索 探子")


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


def stage_of(site: Site, number: int) -> str:
    """Where a lead stands in the database."""
    with site.app.app_context():
        stage = db.session.get_one(Lead, number).stage
        db.session.remove()
    return stage


def drag(page: Page, name: str, stage: str) -> None:
    """Take a card by the mouse and put it into a column."""
    card = page.locator(".board-card", has_text=name).bounding_box()
    target = page.locator(f'[data-stage="{stage}"]').bounding_box()
    assert card is not None
    assert target is not None
    page.mouse.move(card["x"] + card["width"] - 12, card["y"] + card["height"] - 8)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 30, steps=12)
    page.mouse.move(target["x"] + 62, target["y"] + 34, steps=3)
    page.mouse.up()


def test_cards_move_by_mouse_and_by_keys_and_a_refused_one_goes_back(
    site: Site, page: Page, phone: OpenPhone, morning: None
) -> None:
    number = enquiry(site, "板野 進")
    sign_in(page)
    page.goto("/leads/board?q=板野")
    column = page.locator(".board-column", has=page.locator("[data-stage=CONTACTED]"))
    drag(page, "板野", "CONTACTED")
    expect(page.locator("[data-stage=CONTACTED] .board-card")).to_contain_text("板野")
    expect(column.locator("[data-count]")).to_have_text("1")
    assert stage_of(site, number) == Stage.CONTACTED
    drag(page, "板野", "TRIAL_BOOKED")
    expect(page.locator("[data-board-said]")).to_contain_text("予約")
    expect(page.locator("[data-stage=CONTACTED] .board-card")).to_contain_text("板野")
    link = page.get_by_role("link", name="板野 進 様")
    link.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("[data-stage=COUNSELLED] .board-card")).to_contain_text("板野")
    expect(page.locator("[data-board-said]")).to_contain_text("カウンセリング済み")
    expect(link).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator("[data-stage=CONTACTED] .board-card")).to_contain_text("板野")
    expect(link).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator("[data-board-said]")).to_contain_text("手動では")
    no_serious_fault(page)
    small = phone()
    sign_in(small)
    small.goto("/leads/board")
    no_serious_fault(small)
    drag(page, "板野", "LOST")
    dialog = page.locator("#board-loss")
    dialog.get_by_role("button", name="戻る").click()
    expect(page.locator("[data-stage=CONTACTED] .board-card")).to_contain_text("板野")
    drag(page, "板野", "LOST")
    dialog.get_by_label("見送りの理由").select_option(index=1)
    no_serious_fault(page)
    dialog.get_by_role("button", name="見送りにする").click()
    expect(page.locator(".board-card", has_text="板野")).to_have_count(0)
    expect(page.locator("[data-board-said]")).to_contain_text("見送り")
    assert stage_of(site, number) == Stage.LOST
