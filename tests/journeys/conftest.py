"""One product for all journeys, and browsers: a visitor's phone and the gym's screen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import PHONE, browser_type_launch_args, errors_of
from tests.gym import PASSWORD
from tests.journeys.founding import STAFF
from tests.journeys.product import Product, product

__all__ = ["browser_type_launch_args"]

KYOTO = {"timezone_id": "Asia/Tokyo", "reduced_motion": "reduce"}
DESK = {"viewport": {"width": 1440, "height": 900}, "locale": "ja-JP"}

Visitor = Callable[[str], Page]
SignIn = Callable[[str], Page]


@pytest.fixture(scope="package")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Started by the first journey that sets its clock; ended by process id, also when a journey fails."""
    with product(Path(tmp_path_factory.mktemp("journeys"))) as running:
        yield running


@pytest.fixture
def browsers(browser: Browser, gym: Product) -> Iterator[Callable[..., Page]]:
    """Opens pages in contexts of their own; an error in a console fails the journey."""
    opened: list[tuple[BrowserContext, list[str]]] = []

    def open_page(**settings: Any) -> Page:
        context = browser.new_context(**{"base_url": gym.url, **KYOTO, **settings})
        page = context.new_page()
        opened.append((context, errors_of(page)))
        return page

    yield open_page
    for context, _errors in opened:
        context.close()
    assert [errors for _context, errors in opened if errors] == []


@pytest.fixture
def visitor(browsers: Callable[..., Page]) -> Visitor:
    """A phone, 390 px wide: `visitor("ja-JP")`."""
    return lambda locale: browsers(**PHONE, locale=locale)


@pytest.fixture
def sign_in(browsers: Callable[..., Page]) -> SignIn:
    """Somebody of the gym at a wide screen: `sign_in("desk")`."""

    def enter(who: str) -> Page:
        page = browsers(**DESK)
        page.goto("/sign-in")
        page.locator("input[name=email]").fill(STAFF[who])
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url("**/home" if who == "manager" else "**/today")
        return page

    return enter
