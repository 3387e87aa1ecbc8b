"""A manager reads every report in Japanese and in English: a number leads to as many rows, and a task is made once."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from backoffice.bookings.models import BookingState
from backoffice.core import clock
from backoffice.core.db import db, transaction
from backoffice.reports.visits import Became
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import the_studio
from blueprints.reports.catalogue import REPORTS
from tests.backoffice.reports.test_members import a_member
from tests.backoffice.reports.test_utilisation import a_booking
from tests.backoffice.reports.test_visits import Visit, tell
from tests.browser.conftest import Site, errors_of
from tests.browser.front_desk import no_serious_fault
from tests.gym import PASSWORD, make_staff

pytestmark = pytest.mark.browser
MAIL = "manager-browser@test.example"
LOCALES = {"ja": "ja-JP", "en": "en-GB"}


@pytest.fixture(scope="module", autouse=True)
def story(site: Site) -> None:
    """Bookings of the last days, two members of whom one is quiet, and a manager."""
    now = clock.utc_now()
    with site.app.app_context():
        studio = the_studio()
        with transaction():
            for number, became in enumerate([Became.NO_SHOW, Became.LATE] + [Became.HELD] * 9):
                tell(studio, Visit(now - timedelta(days=2 + number), number % 5, number % 2 == 0, became))
            a_booking(studio, trainers(studio.id)[0], now - timedelta(days=3), state=BookingState.ATTENDED)
            a_member(studio, date(2026, 1, 5), None)
        make_staff(MAIL, [Role.MANAGER], now=now, name="上京 麻里")
        db.session.remove()


def signed_in(browser: Browser, site: Site, language: str, width: int) -> Page:
    context = browser.new_context(
        base_url=site.url, locale=LOCALES[language], timezone_id="Asia/Tokyo",
        viewport={"width": width, "height": 900},
    )  # fmt: skip
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(MAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


@pytest.mark.parametrize(("language", "width"), [("ja", 1440), ("en", 390)])
def test_every_report_is_read_and_its_first_number_leads_to_as_many_rows(
    browser: Browser, site: Site, language: str, width: int
) -> None:
    page = signed_in(browser, site, language, width)
    errors = errors_of(page)
    page.goto("/reports")
    doors = page.locator("a.door")
    expect(doors).to_have_count(len(REPORTS))
    addresses = [door.get_attribute("href") or "" for door in doors.all()]
    for address in addresses:
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        no_serious_fault(page)
        page.locator("details.definition > summary").first.click()
        expect(page.locator("details.definition p").first).to_be_visible()
    for address in ("/reports/bookings?group=weekday", "/reports/members"):
        page.goto(address)
        number = page.locator("td.num a").first
        count = int(number.inner_text())
        number.click()
        expect(page.locator("tbody tr")).to_have_count(count)
        no_serious_fault(page)
    page.goto("/reports/members")
    expect(page.locator("td.heat-5").first).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    assert not errors
    page.context.close()


def test_somebody_quiet_gets_one_task(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "ja", 1440)
    page.goto("/reports/leaving")
    expect(page.locator("tbody")).to_contain_text("次回の予約がありません")
    page.get_by_role("button", name="タスクを作る").first.click()
    expect(page.locator("tbody")).to_contain_text("タスクあり")
    page.goto("/today")
    expect(page.locator("main")).to_contain_text("ご様子を伺ってください")
    page.context.close()
