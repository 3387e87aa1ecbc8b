"""A trainer beside the rack: stopped by the health check, then set by set, across a lost line, to the next visit."""

import re
from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select, update

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import BookingChannel
from backoffice.care.models import Topic
from backoffice.care.notes import write_note
from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db, transaction
from backoffice.exercises.models import Exercise
from backoffice.people.actions import create_person
from backoffice.programs.actions import save_day, start_program
from backoffice.programs.draft import DayDraft, ItemDraft
from backoffice.screening.actions import answer_sheet
from backoffice.screening.queries import newest_version
from backoffice.screening.starting import QUESTIONS
from backoffice.staff.models import Role, Staff
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import service_by_slug, the_studio
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import ZONE, no_serious_fault, set_clock, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

MAIL = "card-browser@test.example"
FIRST_DAY = 45  # days on which other tests book nothing
WORDS = {
    "ja": {
        "guest": "醍醐 千夏", "link": "醍醐 千夏 様: カルテ", "today": "今日", "decide": "判断する",
        "limits": "配慮して実施できる", "keep": "判断を記録", "advice": "寝る前の画面を控える", "knee": "膝",
        "kept": "下書きを保存しました", "offline": "通信できません", "save": "カルテを保存",
        "less": "数: 減らす", "heavier": "重さ（kg）: 増やす", "harder": "RPE: 増やす", "not_done": "実施していない",
    },
    "en": {
        "guest": "Nora Whitlock", "link": "Nora Whitlock: Session log", "today": "Today", "decide": "Decide",
        "limits": "May train with limits", "keep": "Keep the decision", "advice": "No screens before bed",
        "knee": "Knee",
        "kept": r"Kept \d", "offline": "No connection", "save": "Save the session",
        "less": "Amount: one less", "heavier": "Load of the set (kg): one more", "harder": "RPE: one more",
        "not_done": "Not done",
    },
}  # fmt: skip


@pytest.fixture(scope="module", params=list(WORDS))
def words(request: pytest.FixtureRequest, site: Site) -> Iterator[dict[str, str]]:
    """Somebody with a yes on her sheet, a planned day, advice that is due, and a session at eleven today."""
    language, words = request.param, WORDS[request.param]
    set_clock(10, days=FIRST_DAY + list(WORDS).index(language))
    with site.app.app_context():
        now, studio = clock.utc_now(), the_studio()
        day = local_date(now, ZONE)
        account = db.session.scalar(select(Staff.id).where(Staff.mail == MAIL))
        account = account or make_staff(MAIL, [Role.TRAINER], now=now, name="森 亮介").id
        with transaction():
            db.session.execute(update(Staff).where(Staff.id == account).values(language=language))
            mori = db.session.merge(trainers(studio.id)[0])
            mori.staff_id = account
            person = create_person(name=words["guest"], phones=[], language=language, by=SYSTEM, now=now)
            book(
                studio=studio, service=service_by_slug(studio.id, "session"), trainer_id=mori.id,
                starts_at=at_local(day, time(11), ZONE), participants=[Guest(person)], channel=BookingChannel.DESK,
                by=SYSTEM, now=now,
            )  # fmt: skip
            answer_sheet(
                studio, person.id, {one.key: one.key == "joints" for one in QUESTIONS}, {"joints": "右ひざ"},
                version=newest_version(studio.id).number, signature=words["guest"], agrees=True, wording="v1",
                language=language,
                by=SYSTEM, now=now,
            )  # fmt: skip
            bird_dog = db.session.scalars(select(Exercise.id).where(Exercise.source_key == "bird_dog")).one()
            made = start_program(studio, person.id, "基本", starts_on=day, by=SYSTEM, now=now)
            save_day(
                studio, person.id, made.id, 1, day.weekday(),
                DayDraft((ItemDraft(bird_dog, sets=3, amount=10, rest_seconds=90),), "全身"),
                valid_from=day, version=made.version, by=SYSTEM, now=now,
            )  # fmt: skip
            write_note(studio, person.id, Topic.SLEEP, advice=words["advice"], due_on=day, by=SYSTEM, now=now)
        yield words
        db.session.remove()
    clock.set_offset(timedelta(0))


@pytest.mark.parametrize("width", [390, 820])
def test_a_session_from_the_gate_to_the_next_visit(
    site: Site, words: dict[str, str], phone: OpenPhone, width: int
) -> None:
    page = phone(viewport={"width": width, "height": 900})
    sign_in(page, mail=MAIL, heading=words["today"])
    page.get_by_role("link", name=words["link"]).click()
    if width == 390:
        decide(page, words)
        write(page, words)
    expect(page.locator("#next")).to_be_visible()
    no_serious_fault(page)


def decide(page: Page, words: dict[str, str]) -> None:
    """The card is closed until the trainer has decided, which leads back to it."""
    expect(page.locator("[data-card]")).to_have_count(0)
    page.get_by_role("link", name=words["decide"], exact=True).click()
    page.get_by_label(words["limits"]).check()
    page.locator("input[value=knee]").check()
    page.locator("textarea[name=reason]").fill("深く曲げない")
    page.get_by_role("button", name=words["keep"]).click()


def write(page: Page, words: dict[str, str]) -> None:
    """Two sets by button, the line drops, a note is written, the line is back: nothing is lost."""
    expect(page.locator(".session-card")).to_contain_text(words["advice"])
    expect(page.locator(".exercise").first).to_contain_text(words["knee"])
    said = page.locator("[data-said]")
    sets = page.locator(".set")
    sets.nth(1).click()
    expect(page.locator("#sets-0")).to_have_value("10 10")
    expect(sets.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(said).to_contain_text(re.compile(words["kept"]))
    put_right(page, words)
    no_serious_fault(page)
    find(page)
    said = page.locator("[data-said]")
    page.context.set_offline(True)
    page.locator("#note").fill("腰は問題なし")
    expect(said).to_contain_text(words["offline"])
    page.context.set_offline(False)
    expect(said).to_contain_text(re.compile(words["kept"]))
    page.reload()
    expect(page.locator("#note")).to_have_value("腰は問題なし")
    expect(page.locator("#sets-0")).to_have_value("10 10")
    lose_the_answer(page, words)
    page.get_by_role("button", name=words["save"]).click()
    page.locator("#next button").first.click()
    expect(page.locator("#next")).to_contain_text("11:00")


def put_right(page: Page, words: dict[str, str]) -> None:
    """A done set is put right by thumb; the rest of the plan is counted where it is seen, until it is stopped."""
    sets, field = page.locator(".set"), page.locator("#sets-0")
    resting = page.locator("[data-resting]")
    expect(resting).to_contain_text(re.compile("1:30|1:2."))
    resting.click()
    expect(resting).to_be_hidden()
    sets.nth(1).click()
    panel = page.locator(".adjust:visible")
    panel.get_by_role("button", name=words["less"]).click()
    panel.get_by_role("button", name=words["heavier"]).click()
    panel.get_by_role("button", name=words["harder"]).click()
    expect(field).to_have_value("10 1x9@8")
    expect(sets.nth(1)).to_contain_text("1x9@8")
    panel.get_by_role("button", name=words["not_done"]).click()
    expect(field).to_have_value("10")
    field.fill("60x8,8,6")
    sets.nth(0).click()
    expect(panel).to_have_count(0)
    expect(field).to_be_focused()
    field.fill("10 10")


def find(page: Page) -> None:
    """Enter looks for an exercise and saves nothing; what was found, then what was added, is where the eye is."""
    page.locator("#q").fill("タオル")
    page.locator("#q").press("Enter")
    expect(page.locator("#found")).to_be_focused()
    expect(page.locator("#next")).to_have_count(0)
    page.locator(".found button").first.click()
    expect(page.locator("#row-1")).to_be_focused()
    expect(page.locator("#row-1")).to_be_in_viewport()
    page.locator("#sets-0").press("Enter")
    expect(page.locator("#next")).to_have_count(0)


def lose_the_answer(page: Page, words: dict[str, str]) -> None:
    """The draft arrives, the answer does not, and the page is left while more is typed: it is still its own draft."""
    said, field = page.locator("[data-said]"), page.locator("#to_self")
    page.route("**/card/draft", arrive_without_an_answer)
    field.fill("次は12回")
    expect(said).to_contain_text(words["offline"])
    page.unroute("**/card/draft")
    field.fill("次は12回から")
    page.reload()
    expect(field).to_have_value("次は12回から")


def arrive_without_an_answer(route: Route) -> None:
    """The server hears it; the page gets what a hotel network might say instead."""
    route.fetch()
    route.fulfill(status=409, content_type="text/html", body="")
