"""What people do on their way: book, follow a link, mark a visit, read the report."""

import csv
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.journeys.product import Product


def book_trial(
    page: Page, gym: Product, *, day: int, name: str, mail: str, address: str, follow_up: bool = False
) -> str:
    """From the article's link to the booked page; returns the address of the slot that was chosen."""
    page.goto(f"/book/trial?{address}")
    page.locator(f'.date[href*="day={gym.day(day)}"]').click()
    expect(page.locator(".date[aria-current]")).to_have_attribute("href", re.compile(gym.day(day)))
    slot = page.locator(".slot").first
    chosen = slot.get_attribute("href") or ""
    slot.click()
    page.locator("#name").fill(name)
    page.locator("#mail").fill(mail)
    page.locator("#consent").check()
    if follow_up:
        page.locator("#follow_up").check()
    # Nobody types this fast; the page would ask whether it is a person.
    page.wait_for_timeout(3100)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/book/done/**")
    return chosen


def offered(page: Page, slot: str, day: str) -> bool:
    """Whether the picker offers a slot, on its own day and with its own trainer."""
    asked = parse_qs(urlsplit(slot).query)
    page.goto(f"/book/trial?trainer={asked['trainer'][0]}&day={day}")
    expect(page.locator(".slot").first).to_be_visible()
    return page.locator(f'.slot[href="{slot}"]').count() == 1


def manage_link(mail: dict[str, Any]) -> str:
    """The link in a mail by which its reader looks after the booking."""
    found = re.search(r"https?://\S+/manage/\S+", mail["body"])
    assert found is not None, mail["body"]
    return found.group(0)


def row_of(page: Page, name: str) -> Locator:
    """A guest's line of /today."""
    return page.locator(".today-row", has_text=name)


def mark(page: Page, name: str, which: str, method: str = "") -> None:
    """One tap at the desk; those that stand in a menu open it first."""
    form = page.locator(f'form[action$="/{which}"]')
    if method:
        form = form.filter(has=page.locator(f'input[name=method][value="{method}"]'))
    row = row_of(page, name)
    button = row.locator(form).locator("button").first
    if not button.is_visible():
        row.locator("details", has=form).locator("summary").click()
    with page.expect_navigation():
        button.click()


def funnel_row(page: Page, article: str) -> list[int]:
    """[people, trial held, joined, not this time, open] of the report's row for an article."""
    page.goto("/reports/funnel?basis=enquiry&group=article")
    cells = _line(page, article).locator("td.num").all_inner_texts()
    return [int(cell) for cell in cells[:5]]


def people_behind(page: Page, article: str, cell: int) -> list[str]:
    """Follow a number of that row; the names on the page, which are those of its CSV."""
    page.goto("/reports/funnel?basis=enquiry&group=article")
    _line(page, article).locator("td.num").nth(cell).locator("a").click()
    page.wait_for_url("**/reports/funnel/people?**")
    names = page.locator("tbody a.name").all_inner_texts()
    address = page.locator('a[href*="people.csv"]').get_attribute("href") or ""
    answer = page.request.get(address)
    assert answer.status == 200
    rows = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))
    assert [f"{row[1]} 様" for row in rows[1:]] == names
    return names


def _line(page: Page, article: str) -> Locator:
    return page.locator("table.cohort tbody tr", has=page.get_by_role("rowheader", name=article))
