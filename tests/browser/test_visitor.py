"""A visitor with a phone, in Japanese and English, with and without JavaScript."""

import re
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from backoffice.bookings.models import Booking, Participant
from backoffice.core.clock import local_date, utc_now
from backoffice.core.db import db
from backoffice.people.models import Person, PersonMail
from tests.browser.conftest import OpenPhone, Site

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
JAPANESE = {
    "locale": "ja-JP",
    "service": "体験トレーニング",
    "empty": "手ぶらで行く",
    "agree": "ご利用の決まりと個人情報の扱いに同意します",
    "book": "この日時で予約する",
    "done": "ご予約を承りました",
    "mine": "ご予約の内容",
    "coming": "予定どおり行きます",
    "told": "ご来店の確認をいただきました",
    "move": "日時を変更する",
    "really": "この日時に変更する",
    "cancel": "キャンセルする",
    "cancelled": "このご予約はキャンセルされました",
}
ENGLISH = {
    "locale": "en-GB",
    "service": "Trial session",
    "empty": "I come empty-handed",
    "agree": "I agree to the terms of use and the handling of personal data",
    "book": "Book this time",
    "done": "Your booking is confirmed",
    "mine": "My booking",
    "coming": "I am coming",
    "told": "You told us that you are coming",
    "move": "Move to another time",
    "really": "Move to this time",
    "cancel": "Cancel this booking",
    "cancelled": "This booking has been cancelled",
}


def day_ahead(days: int) -> str:
    """A day some days from now, as the address writes it."""
    return (local_date(utc_now(), "Asia/Tokyo") + timedelta(days=days)).isoformat()


def fits(page: Page) -> None:
    """Nothing is wider than the phone, no serious fault of accessibility, every target is large enough."""
    page.wait_for_load_state()  # a click may still be on its way
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
    small = page.evaluate(
        "[...document.querySelectorAll('.slot, .date, .btn, .chip')].filter(e => e.offsetHeight < 44).length"
    )
    assert small == 0


def book(page: Page, words: dict[str, str], mail: str, *, day: int, check: bool) -> None:
    """From the first page to the page that says it is done."""
    page.goto("/book?article=back-fat&utm_source=column")
    if check:
        fits(page)
    page.get_by_role("link", name=re.compile(words["service"])).click()
    page.locator(f'.date[href*="day={day_ahead(day)}"]').click()
    expect(page.locator(".date[aria-current]")).to_have_attribute("href", re.compile(day_ahead(day)))
    if check:
        fits(page)
    page.locator(".slot").nth(1).click()
    if check:
        fits(page)
    page.locator("#name").fill("山田 花子" if words is JAPANESE else "Emma Brown")
    page.locator("#mail").fill(mail)
    page.get_by_text(words["empty"], exact=True).click()
    page.locator("#wear_size").select_option("M")
    page.locator("#shoe_cm").select_option("24")
    page.get_by_label(words["agree"]).check()
    # Nobody types this fast: the page asks for a person otherwise, which has a test of its own.
    page.wait_for_timeout(3100)
    page.get_by_role("button", name=words["book"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["done"])
    if check:
        fits(page)


def guest_of(site: Site, mail: str) -> Any:
    """(state, start, confirmed, wear size, shoes) of the booking made with an address."""
    with site.app.app_context():
        query = (
            select(
                Booking.state,
                Booking.starts_at,
                Participant.confirmed_at,
                Participant.wear_size,
                Participant.shoe_cm,
            )
            .join(Participant, Participant.booking_id == Booking.id)
            .join(PersonMail, PersonMail.person_id == Participant.person_id)
            .where(PersonMail.address == mail)
        )
        return db.session.execute(query).one()


@pytest.mark.parametrize(("words", "day"), [(JAPANESE, 3), (ENGLISH, 4)], ids=["ja", "en"])
def test_from_the_first_page_to_a_cancelled_booking(
    phone: OpenPhone, site: Site, words: dict[str, str], day: int
) -> None:
    page, mail = phone(locale=words["locale"]), f"visitor-{words['locale'].lower()}@example.jp"
    book(page, words, mail, day=day, check=True)
    made = guest_of(site, mail)
    assert (made.state, made.wear_size, made.shoe_cm) == ("BOOKED", "M", "24")
    page.get_by_role("link", name=words["mine"], exact=True).click()
    fits(page)
    page.get_by_role("button", name=words["coming"]).click()
    expect(page.get_by_text(words["told"])).to_be_visible()
    assert guest_of(site, mail).confirmed_at is not None
    page.get_by_role("link", name=words["move"]).click()
    fits(page)
    page.locator(".slot").last.click()
    fits(page)
    page.get_by_role("button", name=words["really"]).click()
    expect(page.get_by_role("link", name=words["move"])).to_be_visible()
    assert guest_of(site, mail).starts_at > made.starts_at
    page.get_by_role("link", name=words["cancel"]).click()
    fits(page)
    page.locator("main button").click()
    expect(page.get_by_text(words["cancelled"])).to_be_visible()
    fits(page)
    assert guest_of(site, mail).state == "CANCELLED"


def test_the_same_without_javascript(phone: OpenPhone, site: Site) -> None:
    page = phone(java_script_enabled=False)
    book(page, JAPANESE, "plain@example.jp", day=5, check=False)
    assert guest_of(site, "plain@example.jp").wear_size == "M"


def test_the_picker_changes_day_and_trainer_without_leaving_the_page(phone: OpenPhone) -> None:
    page = phone()
    page.goto("/book/trial")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.locator(f'.date[href*="day={day_ahead(5)}"]').click()
    expect(page.locator(".date[aria-current]")).to_be_focused()
    page.get_by_role("link", name="岡田 梨沙").click()
    expect(page.locator(".chip[aria-current]")).to_have_text("岡田 梨沙")
    expect(page.locator(".chip[aria-current]")).to_be_focused()
    assert f"day={day_ahead(5)}" in page.url
    assert "trainer=okada" in page.url
    assert page.evaluate("document.body.dataset.same") == "yes"
    page.get_by_role("button", name="English").click()
    expect(page.locator(".chip[aria-current]")).to_have_text("Risa Okada")
    assert f"day={day_ahead(5)}" in page.url
    page.reload()
    expect(page.locator(".chip[aria-current]")).to_have_text("Risa Okada")


def test_a_missing_name_is_shown_at_its_field_with_everything_kept(phone: OpenPhone) -> None:
    page = phone()
    page.goto(f"/book/trial?day={day_ahead(6)}")
    page.locator(".slot").first.click()
    page.locator("#phone").fill("090-1234-5678")
    page.locator("#enquiry").fill("肩こりが気になります")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_role("button", name="この日時で予約する").click()
    assert answered.value.status == 422
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("#name-error")).to_be_visible()
    expect(page.locator("#enquiry")).to_have_value("肩こりが気になります")
    fits(page)


def test_a_double_click_is_one_booking(phone: OpenPhone, site: Site) -> None:
    page = phone()
    page.goto(f"/book/counselling?day={day_ahead(7)}")
    page.locator(".slot").first.click()
    page.locator("#kana").fill("にじゅう くりこ")
    page.locator("#phone").fill("080-7777-7777")
    page.locator("#consent").check()
    page.wait_for_timeout(3100)
    page.get_by_role("button", name="この日時で予約する").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("ご予約を承りました")
    with site.app.app_context():
        assert len(db.session.scalars(select(Person.id).where(Person.kana == "にじゅう くりこ")).all()) == 1
