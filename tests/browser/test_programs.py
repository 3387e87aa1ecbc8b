"""A trainer plans a day on a phone: finds, adds, is warned, saves; without script the same buttons do the same."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from backoffice.clients.limits import Limit
from backoffice.clients.models import Client
from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.exercises.vocabulary import Setting
from backoffice.people.actions import create_person
from backoffice.programs.actions import start_program
from backoffice.screening.actions import decide
from backoffice.screening.models import Verdict
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import the_studio
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import no_serious_fault, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

MAIL = "programs-browser@test.example"


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """Tuesday in the program of a member of mori, who is to be careful with the knee."""
    with site.app.app_context():
        now, studio = clock.utc_now(), the_studio()
        today = local_date(now, studio.zone)
        account = make_staff(MAIL, [Role.TRAINER], now=now, name="森 亮介")
        with transaction():
            mori = trainers(studio.id)[0]
            db.session.merge(mori).staff_id = account.id
            person = create_person(
                name="伏見 悠", kana="フシミ ユウ", phones=["070-2222-3333"], by=SYSTEM, now=now
            )
            db.session.add(
                Client(
                    person_id=person.id, member_number=90002, joined_on=today, main_trainer_id=mori.id, created_at=now
                )
            )  # fmt: skip
            decide(
                studio,
                person.id,
                Verdict.LIMITS,
                limits=[Limit.KNEE],
                reason="膝",
                seen=None,
                by=SYSTEM,
                now=now,
            )
            made = start_program(studio, person.id, "基本", starts_on=today, by=SYSTEM, now=now)
        yield f"/people/{person.id}/program/{made.id}/week/1/day/1"
        db.session.remove()


@pytest.mark.parametrize("scripted", [True, False])
def test_a_day_is_found_added_warned_of_and_saved(
    site: Site, address: str, phone: OpenPhone, scripted: bool
) -> None:
    page = phone(java_script_enabled=scripted)
    sign_in(page, mail=MAIL)
    page.goto(address)
    plan_one(page, scripted=scripted)
    expect(page.locator("#warnings")).to_contain_text("膝")
    if scripted:
        no_serious_fault(page)
    page.get_by_label("kg").first.fill("２．５")
    page.get_by_role("button", name="この日を保存").click()
    expect(page.locator("#day-1")).to_contain_text("2.5 kg")


def test_what_was_only_tapped_is_not_left_without_a_question(
    site: Site, address: str, phone: OpenPhone
) -> None:
    page = phone()
    sign_in(page, mail=MAIL)
    page.goto(address)
    page.evaluate("document.querySelector('#name_ja').style.caretColor = 'red'")  # as password managers do
    plan_one(page, scripted=True)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="戻る").click()
    expect(page.locator("#day-form")).to_be_visible()
    assert asked == ["beforeunload"]
    page.get_by_label("kg").first.fill("重い")
    page.get_by_role("button", name="この日を保存").click()
    expect(page.locator(".error-summary")).to_contain_text("バードドッグ")
    page.get_by_label("kg").first.fill("3")
    page.get_by_role("button", name="この日を保存").click()
    expect(page.locator("#day-1")).to_contain_text("3 kg")
    assert asked == ["beforeunload"]


def test_the_open_tab_is_in_sight(site: Site, address: str, phone: OpenPhone) -> None:
    page = phone()
    sign_in(page, mail=MAIL)
    person = f"/people/{address.split('/')[2]}"
    for path, tab in (("/screening", "健康チェック"), ("/care/plan", "CARE"), ("/progress/photos", "経過")):
        page.goto(person + path)
        expect(page.locator(".tabs [aria-current]")).to_have_text(tab)
        expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=0.95)


def test_the_link_of_a_home_program_is_copied_by_a_tap(site: Site, address: str, phone: OpenPhone) -> None:
    person_id = int(address.split("/")[2])
    with site.app.app_context():
        now, studio = clock.utc_now(), the_studio()
        today = local_date(now, studio.zone)
        with transaction():
            made = start_program(
                studio, person_id, "自宅", place=Setting.HOME, starts_on=today, by=SYSTEM, now=now
            )
        path = f"/people/{person_id}/program?program={made.id}"
        db.session.remove()
    page = phone(permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, mail=MAIL)
    page.goto(path)
    page.get_by_role("button", name="リンクをコピー").click()
    expect(page.get_by_text("コピーしました。")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#link").input_value()


def plan_one(page: Page, *, scripted: bool) -> None:
    """Add the bird dog by its reading; with script the list comes while typing."""
    rows = page.locator("fieldset.plan-row")
    before = rows.count()
    page.locator("#day-form input[type=search]").fill("バード")
    if not scripted:
        page.locator("#day-form").get_by_role("button", name="検索").click()
    page.locator(".plan-add").first.click()
    expect(rows).to_have_count(before + 1)
