"""A receptionist's day from opening to closing, in Japanese and English, on a wide screen and a tablet."""

import re
from collections.abc import Iterator
from datetime import time
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, BookingState
from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local, local, local_date
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person
from backoffice.staff.models import Staff
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import service_by_slug, the_studio
from tests.browser.conftest import Site
from tests.browser.front_desk import MAIL, ZONE, no_serious_fault, set_clock, sign_in

pytestmark = pytest.mark.browser

WORDS = {
    "ja": {
        "today": "今日", "arrived": "来店", "cancel": "キャンセルする", "late": "直前キャンセル",
        "ill": "登録して予約を確認", "agreed": "電話で決定", "moved": "変更", "noted": "確認した", "hand": "申し送る",
    },
    "en": {
        "today": "Today", "arrived": "Arrived", "cancel": "Cancel the booking", "late": "Late cancel",
        "ill": "Keep and see the bookings", "agreed": "Agreed by phone", "moved": "moved", "noted": "Noted",
        "hand": "Hand over",
    },
}  # fmt: skip
CALLERS = iter(("ぬまざわ", "ふるはた", "むねかた", "ゆのかわ"))  # names that no other test has brought here
DAYS = count(100)


@pytest.fixture(
    params=[("ja", 1440), ("en", 1440), ("ja", 820), ("en", 820)], ids=lambda one: f"{one[0]}-{one[1]}"
)
def desk(
    request: pytest.FixtureRequest, site: Site, browser: Browser, morning: None
) -> Iterator[tuple[Page, dict[str, str]]]:
    """The desk signed in at nine of a day of its own, in one language and width."""
    language, width = request.param
    set_clock(9, days=next(DAYS))
    with site.app.app_context():
        with transaction():
            db.session.execute(update(Staff).where(Staff.mail == MAIL).values(language=language))
        db.session.remove()
    context = browser.new_context(
        base_url=site.url, locale="ja-JP", timezone_id=ZONE, viewport={"width": width, "height": 1000},
        reduced_motion="reduce", has_touch=width < 1000,
    )  # fmt: skip
    page = context.new_page()
    sign_in(page, heading=WORDS[language]["today"])
    yield page, WORDS[language]
    context.close()
    with site.app.app_context():
        with transaction():
            db.session.execute(update(Staff).where(Staff.mail == MAIL).values(language="ja"))
        db.session.remove()


def visit(site: Site, name: str, hour: int) -> int:
    """A session of the day with the first trainer."""
    with site.app.app_context():
        now, studio = clock.utc_now(), the_studio()
        with transaction():
            who = create_person(name=name, phones=[], mails=[], by=SYSTEM, now=now)
            made = book(
                studio=studio, service=service_by_slug(studio.id, "session"), participants=[Guest(who)],
                trainer_id=trainers(studio.id)[0].id, channel=BookingChannel.DESK, by=SYSTEM, now=now,
                starts_at=at_local(local_date(now, ZONE), time(hour), ZONE),
            )  # fmt: skip
        number = made.id
        db.session.remove()
    return number


def booking(site: Site, number: int) -> Booking:
    """A booking as it is now."""
    with site.app.app_context():
        found = db.session.scalars(select(Booking).where(Booking.id == number)).one()
        db.session.remove()
    return found


def test_a_day(site: Site, desk: tuple[Page, dict[str, str]]) -> None:
    page, words = desk
    visit(site, "来店 一", 10)
    leaves, moves, caller = visit(site, "取消 二", 18), visit(site, "移動 三", 15), next(CALLERS)
    page.reload()
    row = page.locator(".today-row", has_text="来店 一")
    row.get_by_role("button", name=words["arrived"], exact=True).click()
    expect(row.locator(".today-state")).to_contain_text(words["arrived"])

    page.keyboard.press("b")
    page.keyboard.insert_text(caller)
    page.keyboard.press("Enter")
    expect(page.locator("#quick-phone")).to_be_focused()
    page.keyboard.type("09044445555")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(caller)
    no_serious_fault(page)

    page.goto("/calendar")
    face = page.locator(f'[data-event-id="{moves}"]')
    face.scroll_into_view_if_needed()
    box = face.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 12)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 40, box["y"] + 12 + 60 * step / 8)
    with page.expect_response(re.compile(rf"/bookings/{moves}/time")) as answer:
        page.mouse.up()
    assert answer.value.status == 200
    assert local(booking(site, moves).starts_at, ZONE).hour == 16

    page.goto(f"/bookings/{leaves}")
    page.locator("details summary", has_text=re.compile("キャンセルする|Cancel")).click()
    page.locator("details[open]").get_by_role("button", name=words["cancel"]).click()
    expect(page.locator(".page-sub")).to_contain_text(words["late"])
    assert booking(site, leaves).state == BookingState.LATE_CANCELLED

    page.goto("/absences/new")
    page.locator("#from_clock").fill("15:30")
    page.get_by_role("button", name=words["ill"]).click()
    hit = page.locator(f"#b{moves}")
    expect(hit).to_contain_text("移動 三")
    no_serious_fault(page)
    hit.get_by_role("button", name=re.compile(words["agreed"])).click()
    expect(page.locator(f"#b{moves} .pill")).to_have_text(re.compile(words["moved"]))

    page.goto("/handover")
    page.locator("#body").fill("鍵は引き出しに")
    page.get_by_role("button", name=words["hand"], exact=True).click()
    note = page.locator("li", has_text="鍵は引き出しに").first
    note.get_by_role("button", name=words["noted"], exact=True).click()
    expect(page.locator(".toast").first).to_be_visible()
