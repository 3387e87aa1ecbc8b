"""A trainer beside the rack: stopped by the health check, then set by set, across a lost line, to the next visit."""

import re
from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

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
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import service_by_slug, the_studio
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import ZONE, no_serious_fault, set_clock, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

MAIL = "card-browser@test.example"


@pytest.fixture(scope="module")
def person_id(site: Site) -> Iterator[int]:
    """Somebody with a yes on her sheet, a planned day, advice that is due, and a session at eleven today."""
    set_clock(9, days=45)  # a day on which other tests book nothing
    with site.app.app_context():
        now, studio = clock.utc_now(), the_studio()
        day = local_date(now, ZONE)
        account = make_staff(MAIL, [Role.TRAINER], now=now, name="森 亮介")
        with transaction():
            mori = db.session.merge(trainers(studio.id)[0])
            mori.staff_id = account.id
            person = create_person(
                name="醍醐 千夏", kana="ダイゴ チナツ", phones=["070-4444-5555"], by=SYSTEM, now=now
            )
            book(
                studio=studio, service=service_by_slug(studio.id, "session"), trainer_id=mori.id,
                starts_at=at_local(day, time(11), ZONE), participants=[Guest(person)], channel=BookingChannel.DESK,
                by=SYSTEM, now=now,
            )  # fmt: skip
            answer_sheet(
                studio, person.id, {one.key: one.key == "joints" for one in QUESTIONS}, {"joints": "右ひざ"},
                version=newest_version(studio.id).number, signature="醍醐", agrees=True, wording="v1", language="ja",
                by=SYSTEM, now=now,
            )  # fmt: skip
            bird_dog = db.session.scalars(select(Exercise.id).where(Exercise.source_key == "bird_dog")).one()
            made = start_program(studio, person.id, "基本", starts_on=day, by=SYSTEM, now=now)
            save_day(
                studio, person.id, made.id, 1, day.weekday(),
                DayDraft((ItemDraft(bird_dog, sets=3, amount=10, rest_seconds=90),), "全身"),
                valid_from=day, version=made.version, by=SYSTEM, now=now,
            )  # fmt: skip
            write_note(
                studio, person.id, Topic.SLEEP, advice="寝る前の画面を控える", due_on=day, by=SYSTEM, now=now
            )
        yield person.id
        db.session.remove()
    clock.set_offset(timedelta(0))


@pytest.mark.parametrize("width", [390, 820])
def test_a_session_from_the_gate_to_the_next_visit(
    site: Site, person_id: int, phone: OpenPhone, width: int
) -> None:
    page = phone(viewport={"width": width, "height": 900})
    sign_in(page, mail=MAIL)
    page.get_by_role("link", name="醍醐 千夏 様: カルテ").click()
    if width == 390:
        decide(page)
        write(page)
    expect(page.locator("#next")).to_be_visible()
    no_serious_fault(page)


def decide(page: Page) -> None:
    """The card is closed until the trainer has decided."""
    expect(page.locator("[data-card]")).to_have_count(0)
    address = page.url
    page.get_by_role("link", name="判断する").click()
    page.get_by_label("配慮して実施できる").check()
    page.locator("input[value=knee]").check()
    page.locator("textarea[name=reason]").fill("深く曲げない")
    page.get_by_role("button", name="判断を記録").click()
    page.goto(address)


def write(page: Page) -> None:
    """Two sets by button, the line drops, a note is written, the line is back: nothing is lost."""
    expect(page.locator(".session-card")).to_contain_text("寝る前の画面を控える")
    expect(page.locator(".exercise").first).to_contain_text("膝")
    said = page.locator("[data-said]")
    sets = page.locator(".set")
    sets.nth(1).click()
    expect(page.locator("#sets-0")).to_have_value("10 10")
    expect(sets.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(said).to_contain_text("下書きを保存しました")
    put_right(page)
    no_serious_fault(page)
    find(page)
    said = page.locator("[data-said]")
    page.context.set_offline(True)
    page.locator("#note").fill("腰は問題なし")
    expect(said).to_contain_text("通信できません")
    page.context.set_offline(False)
    expect(said).to_contain_text("下書きを保存しました")
    page.reload()
    expect(page.locator("#note")).to_have_value("腰は問題なし")
    expect(page.locator("#sets-0")).to_have_value("10 10")
    page.get_by_role("button", name="カルテを保存").click()
    page.locator("#next button").first.click()
    expect(page.locator("#next")).to_contain_text("11:00")


def put_right(page: Page) -> None:
    """A done set is put right by thumb; the rest of the plan is counted where it is seen, until it is stopped."""
    sets, field = page.locator(".set"), page.locator("#sets-0")
    resting = page.locator("[data-resting]")
    expect(resting).to_contain_text(re.compile("1:30|1:2."))
    resting.click()
    expect(resting).to_be_hidden()
    sets.nth(1).click()
    panel = page.locator(".adjust:visible")
    panel.get_by_role("button", name="数: 減らす").click()
    panel.get_by_role("button", name="重さ（kg）: 増やす").click()
    panel.get_by_role("button", name="RPE: 増やす").click()
    expect(field).to_have_value("10 1x9@8")
    expect(sets.nth(1)).to_contain_text("1x9@8")
    panel.get_by_role("button", name="実施していない").click()
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
