"""A new gym from an empty database: its owner goes through the first steps, a visitor books, and the list is gone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.config import Settings
from backoffice.core.db import db, transaction
from backoffice.core.language import Language
from backoffice.founding import found_gym
from backoffice.staff.actions import add_with_password
from backoffice.staff.models import Role
from backoffice.studio.queries import the_studio
from tests.browser.conftest import PHONE, Site, errors_of, serving
from tests.browser.front_desk import no_serious_fault
from tests.browser.test_visitor import ENGLISH, JAPANESE, book
from tests.gym import PASSWORD
from tests.process import settle

pytestmark = pytest.mark.browser

OWNER = "owner@new-gym.example"
WORDS: dict[str, dict[str, Any]] = {
    "ja": {"heading": "はじめの設定", "mail": "このままでよい：メール", "settings": "設定", "visitor": JAPANESE},
    "en": {"heading": "First steps", "mail": "Right as it is: Mail", "settings": "Settings", "visitor": ENGLISH},
}  # fmt: skip
Open = Callable[..., Page]


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """What the owner reads, and the visitor."""
    return str(request.param)


@pytest.fixture
def new_gym(settings: Settings, language: str) -> Iterator[Site]:
    """What `backoffice create-owner` leaves behind."""
    with serving(settings, f"new_gym_{language}") as running:
        settle(settings)
        with running.app.app_context():
            now = clock.utc_now()
            with transaction():
                studio = found_gym("鴨川スタジオ", "Kamogawa Studio", by=SYSTEM, now=now)
                add_with_password(
                    OWNER, "新野 京子", [Role.OWNER], PASSWORD, studio_id=studio.id, language=Language(language),
                    by=SYSTEM, now=now,
                )  # fmt: skip
            db.session.remove()
        yield running


@pytest.fixture
def opened(browser: Browser, new_gym: Site, language: str) -> Iterator[Open]:
    """Opens pages of the new gym; its consoles stay silent."""
    all_errors: list[list[str]] = []

    def open_page(**more: Any) -> Page:
        locale = {"ja": "ja-JP", "en": "en-GB"}[language]
        context = browser.new_context(
            base_url=new_gym.url, timezone_id="Asia/Tokyo", reduced_motion="reduce", locale=locale, **more
        )
        page = context.new_page()
        all_errors.append(errors_of(page))
        return page

    yield open_page
    assert [errors for errors in all_errors if errors] == []


def save(page: Page) -> None:
    """The page's own button, then back to the steps by the strip above every page they lead to."""
    with page.expect_navigation():
        page.locator("main form[data-guard] .btn-primary").first.click()
    page.locator(".start-strip a[href='/start']").click()
    expect(page.locator(".start-row").first).to_be_visible()


def set_up(page: Page, path: str) -> None:
    """From the list of steps to the page of one."""
    page.locator(f".start-acts a[href='{path}']").first.click()
    expect(page.locator(".start-strip")).to_be_visible()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#{name}").fill(value)


def test_a_gym_is_set_up_and_booked(new_gym: Site, opened: Open, language: str) -> None:
    words, page = WORDS[language], opened(viewport={"width": 1440, "height": 900})
    page.goto("/sign-in")
    fill(page, email=OWNER, password=PASSWORD)
    page.locator("#password").press("Enter")
    expect(page.locator("h1")).to_have_text(words["heading"])
    no_serious_fault(page)
    bar = page.locator("main progress")
    expect(page.locator("#book-link")).to_have_count(0)  # an address of this machine is for nobody's website
    expect(bar).to_have_attribute("value", "0")
    expect(page.locator(".start-acts .btn-primary")).to_have_count(1)

    set_up(page, "/settings/studio")
    no_serious_fault(page)
    fill(
        page,
        phone="075-123-4567",
        address_ja="京都市左京区 1-2",
        address_en="1-2 Sakyo-ku",
        line_id="@kamogawa",
    )
    save(page)
    expect(bar).to_have_attribute("value", "1")
    set_up(page, "/settings/opening-hours")
    page.locator("[name=opens_0]").fill("08:00")
    save(page)
    set_up(page, "/settings/rooms")
    fill(page, name_ja="個室", name_en="Private room")
    save(page)
    expect(bar).to_have_attribute("value", "3")

    set_up(page, "/settings/trainers")
    page.locator("a[href='/settings/trainers/new']").click()
    fill(page, slug="kamo", name_ja="鴨 直人", name_en="Naoto Kamo")
    page.locator("main form[data-guard] .btn-primary").click()  # the hours come next
    for day in range(7):
        page.locator(f"[name=start_{day}]").fill("09:00")
        page.locator(f"[name=end_{day}]").fill("19:00")
    no_serious_fault(page)
    save(page)
    expect(bar).to_have_attribute("value", "4")
    for path in ("/settings/services", "/settings/plans"):
        set_up(page, path)
        page.locator(f"main a[href^='{path}/']:not([href$='/new'])").first.click()
        page.locator("#price_yen").fill("7700")
        save(page)
    set_up(page, "/settings/joining/terms")
    page.locator("#text_en").fill("1. Our own terms.")
    save(page)
    set_up(page, "/settings/special-days")
    fill(page, day="2027-01-01")
    save(page)
    set_up(page, "/settings/joining")
    fill(page, joining_fee_yen="33000")
    save(page)
    for step in ("team", "billing", "line"):  # nothing reaches LINE from here
        page.locator(f"form[action='/start/{step}/settled'] button").click()
    page.get_by_role("button", name=words["mail"]).click()
    expect(bar).to_have_attribute("value", "13")

    book(opened(**PHONE), words["visitor"], "first@visitor.example", day=4, check=False)
    page.goto("/start")
    expect(page.locator("h1")).to_have_text(words["settings"])  # nothing is left, so the list is gone
    expect(page.locator(".start-strip")).to_have_count(0)
    page.goto("/sign-in")
    expect(page).to_have_url(f"{new_gym.url}/home")
    with new_gym.app.app_context():
        assert the_studio().skipped_steps == ["billing", "line", "mail", "team"]
        db.session.remove()
