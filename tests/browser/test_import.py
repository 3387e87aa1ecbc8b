"""A manager brings the people of the old software in: file, columns, a look at each row, result; in Japanese."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from backoffice.core import clock
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.staff.models import Role
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import MANAGERS, no_serious_fault, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

MANAGER = "manager-import@test.example"
OLD = (
    "会員No,会員名,ヨミ,連絡先\r\n"
    "1,取込 花子,トリコミ ハナコ,090-7777-0001\r\n"
    "2,取込 太郎,トリコミ タロウ,090-7777-0001\r\n"
    "3,,,090-7777-0003\r\n"
)


def test_people_of_the_old_software_come_in(site: Site, page: Page, phone: OpenPhone, morning: None) -> None:
    with site.app.app_context():
        make_staff(MANAGER, [Role.MANAGER], now=clock.utc_now(), name="上原 真理")
        db.session.remove()
    sign_in(page, mail=MANAGER, heading=MANAGERS)
    page.goto("/data")
    no_serious_fault(page)
    choose(page)
    expect(page.locator("h1")).to_have_text("列の割り当て")
    no_serious_fault(page)
    expect(page.get_by_label("お名前", exact=True)).to_have_value("会員名")
    expect(page.get_by_label("フリガナ", exact=True)).to_have_value("ヨミ")
    page.get_by_label("電話番号", exact=True).select_option("連絡先")
    page.get_by_role("button", name="内容を確認する").click()
    expect(page.locator("tbody tr", has_text="取込 花子")).to_contain_text("新規")
    family = page.locator("tbody tr", has_text="取込 太郎")
    expect(family).to_contain_text("ご家族でしょうか")
    expect(family).to_contain_text("このファイルの2行目")
    no_serious_fault(page)
    page.get_by_label("要確認の方（1名）も").check()
    page.get_by_role("button", name="1行を取り込む").click()
    expect(page.locator("h1")).to_have_text("取り込みました")
    expect(page.locator(".figure", has_text="取り込んだ行")).to_contain_text("2")
    no_serious_fault(page)
    with site.app.app_context():
        names = db.session.scalars(select(Person.name).where(Person.name.like("取込%")).order_by(Person.name))
        assert list(names) == ["取込 太郎", "取込 花子"]
        db.session.remove()
    small = phone()
    sign_in(small, mail=MANAGER, heading=MANAGERS)
    choose(small)
    expect(small.locator("h1")).to_have_text("お客様の取り込み")
    expect(small.locator("tbody tr.is-known")).to_have_count(2)
    no_serious_fault(small)


def choose(page: Page) -> None:
    """Choose the file; the second time its columns are known and the rows are shown at once."""
    page.goto("/data/import/people")
    page.locator("input[type=file]").set_input_files(
        {"name": "kaiin.csv", "mimeType": "text/csv", "buffer": OLD.encode("cp932")}
    )
    page.get_by_role("button", name="内容を確認する").click()
    page.wait_for_load_state()
