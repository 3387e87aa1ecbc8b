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


def plan_one(page: Page, *, scripted: bool) -> None:
    """Add the bird dog by its reading; with script the list comes while typing."""
    rows = page.locator("fieldset.plan-row")
    before = rows.count()
    page.locator("#day-form input[type=search]").fill("バード")
    if not scripted:
        page.locator("#day-form").get_by_role("button", name="検索").click()
    page.locator(".plan-add").first.click()
    expect(rows).to_have_count(before + 1)
