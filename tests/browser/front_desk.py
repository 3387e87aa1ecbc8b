"""What tests of the desk share: a clock set to a working day, signing in, and what axe says of a page."""

from datetime import UTC, datetime, time, timedelta

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from backoffice.core import clock
from backoffice.core.clock import at_local, local_date
from tests.gym import PASSWORD

ZONE = "Asia/Tokyo"
MAIL = "desk-browser@test.example"
MANAGERS = "マネージャーホーム"
"""The heading of the first page of who only manages."""


def set_clock(hour: int, minute: int = 0, *, days: int = 1) -> None:
    """Let the site believe it is this time of tomorrow (or a later day): a whole working day lies ahead."""
    real = datetime.now(UTC)
    wished = at_local(local_date(real, ZONE) + timedelta(days=days), time(hour, minute), ZONE)
    clock.set_offset(wished - real)


def sign_in(page: Page, *, heading: str = "今日", mail: str = MAIL) -> None:
    """Sign in as the desk (or as somebody else), whose first page has this heading."""
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(mail)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("h1")).to_have_text(heading)
    page.wait_for_load_state()  # keys pressed before the scripts ran would go nowhere


def no_serious_fault(page: Page) -> None:
    """What axe calls serious or critical on the page as it stands."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    faults = [one for one in found.response["violations"] if one["impact"] in {"serious", "critical"}]
    assert not faults, [(one["id"], one["nodes"][0]["html"][:200]) for one in faults]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def press_slowly(page: Page, name: str) -> None:
    """Press the button of the mouse on this link and let go after whatever leaving the last field asked for came."""
    link = page.get_by_role("link", name=name)
    link.hover()
    page.mouse.down()
    page.wait_for_timeout(600)
    page.mouse.up()
