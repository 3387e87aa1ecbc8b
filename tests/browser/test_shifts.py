"""The shift table by keyboard and on a phone: a day changed in one line, a month copied, a swap asked and approved."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select, update

from backoffice.core import clock
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.shifts.models import ShiftCopy, ShiftSwap
from backoffice.staff.models import Role, ShiftDay, Staff, Trainer
from backoffice.todos.models import Todo
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import ZONE, no_serious_fault
from tests.gym import PASSWORD, make_staff

pytestmark = pytest.mark.browser

MAILS = "-shifts@test.example"
TEAM = {
    "manager": Role.MANAGER, "mori": Role.TRAINER, "okada": Role.TRAINER,
}  # fmt: skip


@pytest.fixture
def team(site: Site) -> Iterator[None]:
    """A manager and the accounts of both trainers; the table is as it was afterwards."""
    with site.app.app_context():
        for who, role in TEAM.items():
            mail = f"{who}{MAILS}"
            staff = db.session.scalar(select(Staff).where(Staff.mail == mail))
            staff = staff or make_staff(mail, [role], now=clock.utc_now(), name=who)
            with transaction():
                db.session.execute(update(Trainer).where(Trainer.slug == who).values(staff_id=staff.id))
        db.session.remove()
    yield
    with site.app.app_context(), transaction():
        db.session.execute(delete(Todo).where(Todo.shift_swap_id.is_not(None)))
        for table in (ShiftSwap, ShiftCopy, ShiftDay):
            db.session.execute(delete(table))
        db.session.execute(update(Trainer).values(staff_id=None))
        db.session.execute(update(Staff).where(Staff.mail.endswith(MAILS)).values(language="ja"))


def enter(page: Page, who: str) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(f"{who}{MAILS}")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/home" if who == "manager" else "**/today")


def next_month() -> date:
    today = local_date(clock.utc_now(), ZONE)
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def test_a_manager_changes_days_without_the_mouse_and_copies_a_week(
    site: Site, page: Page, team: None
) -> None:
    enter(page, "manager")
    month = next_month()
    first = month + timedelta(days=(7 - month.weekday()) % 7)
    page.goto(f"/shifts?month={month:%Y-%m}")
    expect(page.locator("h1")).to_have_text("シフト表")
    row = page.locator(f"#d{first}")
    row.get_by_role("link").first.click()
    field = page.get_by_label("この日の勤務時間")
    expect(field).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("９-12 13:30-18")
    page.keyboard.press("Enter")
    expect(row.locator("td").first).to_contain_text("09:00–12:00")
    expect(row.locator("td").first).to_contain_text("個別")
    no_serious_fault(page)
    page.get_by_role("link", name="コピー").click()
    page.get_by_label("コピー元の週").fill(first.isoformat())
    page.get_by_role("button", name="確認").click()
    expect(page.locator("tbody tr")).not_to_have_count(0)
    no_serious_fault(page)
    page.get_by_role("button", name="コピー").click()
    later = page.locator(f"#d{first + timedelta(days=7)} td").first
    expect(later).to_contain_text("13:30–18:00")
    page.locator("main").get_by_role("button", name="元に戻す").click()
    expect(later).to_contain_text("15:00–20:00")


@pytest.mark.parametrize("script", [True, False])
def test_a_swap_on_phones_in_english(site: Site, phone: OpenPhone, team: None, script: bool) -> None:
    day = next_month() + timedelta(days=9)
    with site.app.app_context(), transaction():
        db.session.execute(update(Staff).where(Staff.mail.endswith(MAILS)).values(language="en"))
        okada = db.session.scalars(select(Trainer).where(Trainer.slug == "okada")).one()
        db.session.add(ShiftDay(studio_id=okada.studio_id, trainer_id=okada.id, day=day, hours=[], version=1))
    page = phone(locale="en-GB", java_script_enabled=script)
    enter(page, "mori")
    page.goto(f"/shifts?month={day:%Y-%m}")
    expect(page.get_by_role("columnheader", name="Ryosuke Mori")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Risa Okada")).to_be_hidden()
    page.locator(f"#d{day}").get_by_role("link").first.click()
    expect(page.get_by_label("Your day")).to_have_value(day.isoformat())
    page.get_by_label("Only these hours").fill("15-20")
    page.get_by_label("Who takes them").select_option(label="Risa Okada")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("main .pill")).to_have_text("waits for an answer")
    address = page.url
    enter(page, "okada")
    page.locator("main").get_by_role("link", name="Answer", exact=True).click()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("main .pill")).to_have_text("waits for approval")
    enter(page, "manager")
    page.goto(address)
    page.get_by_label("A word to both").fill("Thank you")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("main .pill")).to_have_text("approved")
    if script:
        no_serious_fault(page)
    page.goto(f"/shifts?month={day:%Y-%m}")
    expect(page.locator(f"#d{day} td").first).to_contain_text("10:00–14:00")
    expect(page.locator(f"#d{day} td").first).not_to_contain_text("15:00")
