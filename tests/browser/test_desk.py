"""The desk's day in a browser: book while talking, move by dragging, mark, and take it back."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from backoffice.bookings.models import Attendance, Booking, Participant
from backoffice.core.clock import local
from backoffice.core.db import db
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import ZONE, no_serious_fault, set_clock, sign_in

pytestmark = pytest.mark.browser


def newest(site: Site) -> tuple[Booking, Participant]:
    """The booking made last, as it is now."""
    with site.app.app_context():
        booking = db.session.scalars(select(Booking).order_by(Booking.id.desc()).limit(1)).one()
        participant = db.session.scalars(
            select(Participant).where(Participant.booking_id == booking.id)
        ).one()
        db.session.remove()
    return booking, participant


def start_of(site: Site) -> str:
    """When the newest booking begins, on the wall clock."""
    return f"{local(newest(site)[0].starts_at, ZONE):%H:%M}"


def book(page: Page, name: str, phone: str, clock_time: str) -> None:
    """Book a personal session of today with Mori for a caller who is new; at any time: the last one free."""
    page.goto("/bookings/new")
    page.locator("#first_name").fill(name)
    page.locator("#first_phone").fill(phone)
    with page.expect_response(re.compile("/bookings/slots")):
        page.locator("#service_id").select_option(label="パーソナルトレーニング")
    with page.expect_response(re.compile("/bookings/slots")):
        page.locator("#trainer_id").select_option(label="森 亮介")
    page.locator("#slots label.slot", has_text=clock_time).last.click()
    page.get_by_role("button", name="予約する").click()


def test_book_mark_and_take_back(site: Site, page: Page, morning: None) -> None:
    sign_in(page)
    book(page, "石田 彩", "090-5555-0001", "10:15")
    expect(page.locator("h1")).to_have_text("石田 彩 様")
    no_serious_fault(page)
    assert start_of(site) == "10:15"
    set_clock(10, 20)
    page.goto("/today")
    no_serious_fault(page)
    row = page.locator(".today-row", has_text="石田 彩")
    row.get_by_role("button", name="来店").click()
    expect(row.locator(".today-state")).to_contain_text("来店")
    assert newest(site)[1].attendance == Attendance.ARRIVED
    page.locator(".toast").get_by_role("button", name="元に戻す").click()
    expect(row.locator(".today-state")).to_contain_text("予約済み")
    assert newest(site)[1].attendance == Attendance.EXPECTED
    row.locator("details.menu > summary").first.click()
    row.get_by_role("button", name="10分").click()
    expect(row).to_contain_text("10分遅れ")
    row.get_by_role("button", name="来店").click()
    row.get_by_role("button", name="実施").click()
    expect(row.locator(".today-state")).to_contain_text("実施")
    assert newest(site)[1].attendance == Attendance.ATTENDED


def test_another_desks_change_appears_by_itself(
    site: Site, page: Page, browser: Browser, morning: None
) -> None:
    sign_in(page)
    other = browser.new_context(base_url=site.url, locale="ja-JP").new_page()
    sign_in(other)
    book(page, "三宅 誠", "090-5555-0002", "11:45")
    expect(other.locator(".today-row", has_text="三宅 誠")).to_be_visible(timeout=9000)
    other.context.close()


def test_somebody_known_is_offered_while_typing_and_stays_chosen(
    site: Site, page: Page, morning: None
) -> None:
    sign_in(page)
    book(page, "大谷 翔", "090-5555-0003", "15:15")
    expect(page.locator("h1")).to_have_text("大谷 翔 様")
    page.goto("/bookings/new")
    page.locator("#first_phone").press_sequentially("09055550003")
    expect(page.locator("#first-known")).to_contain_text("大谷 翔")
    no_serious_fault(page)
    page.locator("#first-known label", has_text="大谷 翔").click()
    with page.expect_response(re.compile("/bookings/guests/first")):
        page.locator("#first_kana").press_sequentially("おお")
    expect(page.get_by_label("大谷 翔")).to_be_checked()


@pytest.mark.parametrize("browser_zone", ["Asia/Tokyo", "America/New_York"])
def test_drag_moves_a_booking_by_the_studios_clock(
    site: Site, browser: Browser, browser_context_args: dict[str, Any], morning: None, browser_zone: str
) -> None:
    context = browser.new_context(**{**browser_context_args, "timezone_id": browser_zone})
    page = context.new_page()
    sign_in(page)
    number = browser_zone[:2]
    clock_time = {"As": "16:30", "Am": "17:45"}[number]
    book(page, f"移動{number}", f"090-5555-00{ord(number[1]) % 90 + 10}", clock_time)
    expect(page.locator("h1")).to_contain_text("移動")
    booking, _participant = newest(site)
    page.goto("/calendar")
    event = page.locator(f'[data-event-id="{booking.id}"]')
    event.scroll_into_view_if_needed()
    box = event.bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 10)
    page.mouse.down()
    column = box["width"]
    for step in range(1, 11):
        page.mouse.move(box["x"] + 30 + column * 1.02 * step / 10, box["y"] + 10)
    with page.expect_response(re.compile(rf"/bookings/{booking.id}/time")) as answer:
        page.mouse.up()
    assert answer.value.status == 200
    moved, _participant = newest(site)
    assert f"{local(moved.starts_at, ZONE):%H:%M}" == clock_time
    assert moved.trainer_id != booking.trainer_id
    context.close()


@pytest.mark.parametrize("path", ["/today", "/calendar", "/bookings/new"])
def test_the_desk_on_a_phone(site: Site, phone: OpenPhone, morning: None, path: str) -> None:
    page = phone()
    sign_in(page)
    page.goto(path)
    no_serious_fault(page)


def test_without_a_script_the_desk_books_as_well(site: Site, phone: OpenPhone, morning: None) -> None:
    page = phone(java_script_enabled=False)
    sign_in(page)
    page.goto("/bookings/new")
    page.locator("#first_kana").fill("みやけ")
    page.locator("#first_phone").fill("090-5555-0009")
    page.locator("#trainer_id").select_option(label="岡田 梨沙")
    page.get_by_role("button", name="空き時間を表示").click()
    page.locator("#slots label.slot").first.click()
    page.get_by_role("button", name="予約する").click()
    expect(page.locator("h1")).to_have_text("みやけ 様")


def test_enter_after_a_refusal_takes_no_time_that_nobody_asked_for(
    site: Site, page: Page, morning: None
) -> None:
    sign_in(page)
    book(page, "大谷 昇", "090-5555-0014", "")
    expect(page.locator("h1")).to_have_text("大谷 昇 様")
    page.goto("/bookings/new")
    expect(page.locator("#first_name")).to_be_focused()
    page.keyboard.type("大谷 進")
    page.locator("#service_id").select_option(label="パーソナルトレーニング")
    page.locator("#trainer_id").select_option(label="森 亮介")
    page.locator("#clock").fill(start_of(site))
    page.locator("#clock").press("Enter")
    expect(page.locator(".clash .slot")).to_have_count(3)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.locator("#first_phone").press("Enter")
    assert answer.value.status == 409
