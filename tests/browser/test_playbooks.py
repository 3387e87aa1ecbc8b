"""A manager reads a playbook, sees who would get what, changes a step and switches it on and off; both languages."""

import pytest
from playwright.sync_api import Page, expect

from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Purpose
from backoffice.playbooks.models import Entry, Playbook
from backoffice.staff.models import Role
from backoffice.studio.queries import the_studio
from tests.browser.conftest import Site
from tests.browser.front_desk import MANAGERS, no_serious_fault, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

JA, EN = "playbooks@test.example", "playbooks-en@test.example"
WORDS = {
    "ja": {
        "home": MANAGERS, "change": "変更する", "days": "日数（後）", "save": "保存", "after": "9日後",
        "on": "オンにする", "off": "オフにする", "is_on": "オン",
    },
    "en": {
        "home": "Manager’s page", "change": "Change", "days": "Days after", "save": "Save", "after": "9 days after",
        "on": "Switch on", "off": "Switch off", "is_on": "Turned on",
    },
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _gym(site: Site) -> None:
    """Two managers."""
    with site.app.app_context():
        now = clock.utc_now()
        make_staff(JA, [Role.MANAGER], now=now, name="上京 麻里")
        with transaction():
            make_staff(EN, [Role.MANAGER], now=now, name="Kelly Reed").language = "en"


def newcomer(site: Site, name: str) -> None:
    """Somebody who has joined today and may be written to."""
    with site.app.app_context(), transaction():
        now, studio = clock.utc_now(), the_studio()
        who = create_person(name=name, mails=[f"new{len(name)}@x.jp"], by=SYSTEM, now=now)
        record_consent(
            who.id, Purpose.FOLLOW_UP, True, wording="1", language="ja", source="test", by=SYSTEM, now=now
        )
        terms = Joining(plans(studio.id)[0].id, local_date(now, studio.zone), None)
        join(who, terms, studio_id=studio.id, lead=None, by=SYSTEM, now=now)


def playbook_id(site: Site) -> int:
    with site.app.app_context():
        found = db.session.query(Playbook.id).filter_by(entry=Entry.JOINED, archived_at=None)
        return int(found.order_by(Playbook.id).limit(1).scalar())


@pytest.mark.parametrize(("who", "language"), [(JA, "ja"), (EN, "en")])
def test_a_step_is_changed_looked_at_and_switched_on(page: Page, site: Site, who: str, language: str) -> None:
    words, name = WORDS[language], {"ja": "桂川 澄江", "en": "Robin Hill"}[language]
    newcomer(site, name)
    sign_in(page, mail=who, heading=words["home"])
    page.goto(f"/settings/playbooks/{playbook_id(site)}")
    expect(page.locator("main")).to_contain_text(name)  # who would enter, before anything is switched on
    step = page.locator("[id^=step-]").first
    step.get_by_text(words["change"], exact=True).click()
    step.get_by_label(words["days"]).fill("9")
    step.get_by_role("button", name=words["save"]).click()
    expect(page.locator(".timeline")).to_contain_text(words["after"])
    no_serious_fault(page)
    page.get_by_role("button", name=words["on"], exact=True).click()
    expect(page.locator(".pill", has_text=words["is_on"]).first).to_be_visible()
    page.get_by_role("button", name=words["off"], exact=True).click()
    expect(page.get_by_role("button", name=words["on"], exact=True)).to_be_visible()
