"""The calendar in a browser: trainers or rooms, weeks and months, keys, the dialog, refusals with a way out."""

import re
from datetime import datetime, time, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local, local, local_date
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Room
from backoffice.studio.queries import service_by_slug, the_studio
from tests.browser.conftest import Site
from tests.browser.front_desk import ZONE, no_serious_fault, set_clock, sign_in

pytestmark = pytest.mark.browser

DAYS = iter(range(60, 90))


@pytest.fixture
def day(morning: None) -> str:
    """Nine o'clock of a day of this test's own."""
    set_clock(9, days=next(DAYS))
    return local_date(clock.utc_now(), ZONE).isoformat()


def visit(site: Site, name: str, hour: int, trainer: int = 0) -> int:
    """A session of the day, by the hour, with the first or second trainer."""
    with site.app.app_context():
        now, studio = clock.utc_now(), the_studio()
        with transaction():
            who = create_person(name=name, phones=[], mails=[], by=SYSTEM, now=now)
            made = book(
                studio=studio, service=service_by_slug(studio.id, "session"), participants=[Guest(who)],
                trainer_id=trainers(studio.id)[trainer].id, channel=BookingChannel.DESK, by=SYSTEM, now=now,
                starts_at=at_local(local_date(now, ZONE), time(hour), ZONE),
            )  # fmt: skip
        number = made.id
        db.session.remove()
    return number


def now_is(site: Site, number: int) -> tuple[datetime, datetime, str]:
    """Start, end and room of a booking, as they are in the database."""
    query = select(Booking, Room.name_ja).join(Room, Room.id == Booking.room_id).where(Booking.id == number)
    with site.app.app_context():
        made, room = db.session.execute(query).one()
        found = local(made.starts_at, ZONE), local(made.ends_at, ZONE), room
        db.session.remove()
    return found


def test_keys_move_and_stretch_a_booking(site: Site, page: Page, day: str) -> None:
    number = visit(site, "鍵山 優", 11)
    sign_in(page)
    page.goto("/calendar")
    face = page.locator(f'[data-event-id="{number}"]')
    face.focus()
    for keys, expected in (
        ("Alt+ArrowDown", ("11:15", "12:15")),
        ("Alt+Shift+ArrowDown", ("11:15", "12:30")),
    ):
        with page.expect_response(re.compile(rf"/bookings/{number}/time")):
            page.keyboard.press(keys)
        start, end, _room = now_is(site, number)
        assert (f"{start:%H:%M}", f"{end:%H:%M}") == expected
        expect(face).to_contain_text("–".join(expected))
        expect(face).to_be_focused()
    no_serious_fault(page)


def test_a_refused_move_snaps_back_and_offers_what_is_free(site: Site, page: Page, day: str) -> None:
    first, second = visit(site, "先約 一", 11), visit(site, "後者 二", 16)
    sign_in(page)
    page.goto("/calendar")
    page.locator(f'[data-event-id="{second}"]').click()
    dialog = page.locator("[data-calendar-edit]")
    expect(dialog).to_contain_text("後者 二 様")
    no_serious_fault(page)
    dialog.locator("#edit-clock").fill("11:00")
    dialog.get_by_role("button", name="保存").click()
    refusal = page.locator("[data-refusal]")
    expect(refusal).to_contain_text("先約 一")
    assert f"{now_is(site, second)[0]:%H:%M}" == "16:00"
    no_serious_fault(page)
    expect(refusal.locator(".slot")).to_have_count(3)
    with page.expect_response(re.compile(rf"/bookings/{second}/time")) as answer:
        refusal.locator(".slot").first.click()
    assert answer.value.status == 200
    assert f"{now_is(site, second)[0]:%H:%M}" != "16:00"
    assert f"{now_is(site, first)[0]:%H:%M}" == "11:00"


def test_rooms_as_columns_weeks_and_months_stay_in_the_address(site: Site, page: Page, day: str) -> None:
    number = visit(site, "部屋 三", 12)
    sign_in(page)
    page.goto("/calendar")
    page.get_by_role("button", name="部屋別").click()
    expect(page.locator(".ec-col-head", has_text="1号室")).to_be_visible()
    face = page.locator(f'[data-event-id="{number}"]')
    face.focus()
    before = now_is(site, number)[2]
    with page.expect_response(re.compile(rf"/bookings/{number}/time")):
        page.keyboard.press("Alt+ArrowRight" if before == "1号室" else "Alt+ArrowLeft")
    assert now_is(site, number)[2] != before
    page.get_by_role("button", name="週", exact=True).click()
    expect(page.locator(".ec-time-grid")).to_contain_text("部屋 三")
    expect(page).to_have_url(re.compile("view=week.*by=room"))
    no_serious_fault(page)
    page.get_by_role("button", name="月", exact=True).click()
    expect(page.locator(".ec-day-grid")).to_contain_text("部屋 三")
    no_serious_fault(page)
    page.reload()
    expect(page.locator(".ec-day-grid")).to_contain_text("部屋 三")
    page.get_by_role("button", name="一覧").click()
    expect(page.locator(".ec-list")).to_contain_text("部屋 三")


def test_dragging_the_lower_edge_makes_a_booking_longer(site: Site, page: Page, day: str) -> None:
    number = visit(site, "延長 四", 11)
    sign_in(page)
    page.goto("/calendar")
    face = page.locator(f'[data-event-id="{number}"]')
    face.scroll_into_view_if_needed()
    face.hover()
    box = face.bounding_box()
    assert box
    edge = box["y"] + box["height"] - 2
    page.mouse.move(box["x"] + 40, edge)
    page.mouse.down()
    for step in range(1, 7):
        page.mouse.move(box["x"] + 40, edge + 5 * step)
    with page.expect_response(re.compile(rf"/bookings/{number}/time")) as answer:
        page.mouse.up()
    assert answer.value.status == 200
    start, end, _room = now_is(site, number)
    assert (start.hour, end - start) == (11, timedelta(minutes=90))


def test_a_week_of_one_trainer(site: Site, page: Page, day: str) -> None:
    visit(site, "森の客 五", 11)
    visit(site, "岡田の客 六", 15, trainer=1)
    sign_in(page)
    page.goto("/calendar?view=week")
    expect(page.locator(".ec-time-grid")).to_contain_text("岡田の客 六")
    page.locator("[data-calendar-trainer]").select_option(label="森 亮介")
    expect(page.locator(".ec-time-grid")).to_contain_text("森の客 五")
    expect(page.locator(".ec-time-grid")).not_to_contain_text("岡田の客 六")


def test_what_is_shown_is_what_is_printed_on_one_sheet(site: Site, page: Page, day: str) -> None:
    visit(site, "紙野 綾", 11)
    sign_in(page)
    for view in ("day", "week"):
        page.goto(f"/calendar?day={day}&view={view}")
        expect(page.locator(".ec-event").first).to_be_visible()
        sheets = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1, view
        expect(page.locator(".ec-time-grid")).to_be_visible()
