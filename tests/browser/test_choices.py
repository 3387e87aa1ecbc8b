"""Three times are sent from a person's page by keyboard, and one of them is chosen on a phone; in both languages."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from backoffice.choices.models import Choice
from backoffice.choices.queries import choice_path
from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person
from backoffice.staff.models import Role, Staff
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import ZONE, no_serious_fault, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

AHEAD = {"ja": 36, "en": 41}
"""Days from today that are this file's own."""
WORDS = {
    "ja": {
        "home": "今日", "open": "候補を送る", "look": "候補を表示", "send": "確保して送る", "card": "候補の時間",
        "sent": "お送りします", "title": "お時間をお選びください", "booked": "でご予約をお取りしています",
        "late": "すでにお時間をお選びいただいています",
    },
    "en": {
        "home": "Today", "open": "Send times", "look": "Suggest times", "send": "Keep and send",
        "card": "Times to choose from", "sent": "on their way", "title": "Choose a time", "booked": "You are booked",
        "late": "You have already chosen a time",
    },
}  # fmt: skip


def somebody(site: Site, language: str) -> tuple[int, str]:
    """A guest who reads this language, and a colleague who does."""
    mail = f"choices-{language}@test.example"
    with site.app.app_context():
        with transaction():
            who = create_person(
                name="候補 花子" if language == "ja" else "Hanako Choice", mails=[f"guest-{mail}"], language=language,
                by=SYSTEM, now=clock.utc_now(),
            )  # fmt: skip
            found = who.id
        make_staff(mail, [Role.FRONT_DESK], now=clock.utc_now(), name="中村 由紀")
        with transaction():
            db.session.scalars(select(Staff).where(Staff.mail == mail)).one().language = language
        db.session.remove()
    return found, mail


def newest_path(site: Site, person_id: int) -> str:
    """The link of the second time that was sent last."""
    with site.app.app_context():
        newest = select(Choice.id).where(Choice.person_id == person_id).order_by(Choice.id.desc())
        path = choice_path(db.session.scalars(newest).first() or 0, 2)
        db.session.remove()
    return path


def press(page: Page, words: str) -> None:
    """Reach something by its focus and press Enter, as who uses no mouse does."""
    page.get_by_text(words, exact=True).locator("xpath=ancestor-or-self::*[self::a or self::button]").focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_three_times_are_sent_and_one_is_chosen(
    language: str, site: Site, page: Page, phone: OpenPhone
) -> None:
    words, (person_id, mail) = WORDS[language], somebody(site, language)
    sign_in(page, heading=words["home"], mail=mail)
    page.goto(f"/people/{person_id}")
    press(page, words["open"])
    day = local_date(clock.utc_now(), ZONE) + timedelta(days=AHEAD[language])
    page.locator("#day").fill(day.isoformat())
    for box in page.locator("[name=pick]:checked").all()[::-1]:
        box.focus()
        page.keyboard.press("Space")
    press(page, words["look"])
    boxes = page.locator(f'[name=pick][value^="{day.isoformat()}"]')
    expect(boxes.first).to_be_visible()
    assert page.locator("[name=pick]:checked").count() == 0
    for place in (0, 1, 2):
        page.locator("[name=pick]").nth(place).focus()
        page.keyboard.press("Space")
    no_serious_fault(page)
    press(page, words["send"])
    expect(page.locator("body")).to_contain_text(words["sent"])
    expect(page.locator(".card", has_text=words["card"]).locator(".st-held")).to_have_count(3)
    no_serious_fault(page)

    hers = phone(locale="ja-JP" if language == "ja" else "en-GB")
    path = newest_path(site, person_id)
    hers.goto(path)
    expect(hers.locator("h1")).to_have_text(words["title"])
    no_serious_fault(hers)
    buttons = hers.locator("button[name=answer]")
    assert [one.get_attribute("value") for one in buttons.all()] == ["2", "1", "3", "none"]
    assert all((one.bounding_box() or {"height": 0})["height"] >= 44 for one in buttons.all())
    second = phone(locale="ja-JP")
    second.goto(path)
    buttons.first.click()
    expect(hers.locator("body")).to_contain_text(words["booked"])
    no_serious_fault(hers)
    second.locator("button[name=answer][value='3']").click()
    expect(second.locator("[role=alert]")).to_contain_text(words["late"])

    page.reload()
    expect(page.locator(".card", has_text=words["card"])).to_have_count(0)
