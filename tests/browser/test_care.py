"""CARE as it is used: the client taps on a phone, the trainer sees why and answers; a note leaves with its outcome."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from backoffice.care.check_ins import check_in
from backoffice.care.measures import Measure
from backoffice.care.models import CareReply
from backoffice.care.queries import check_in_path, reply_path
from backoffice.clients.models import Client
from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import the_studio
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import no_serious_fault, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

MAIL = "care-browser@test.example"
TABLET = {"viewport": {"width": 820, "height": 1180}}


@pytest.fixture(scope="module")
def link(site: Site) -> Iterator[str]:
    """The page of a member of mori, who has told four weeks of good nights; mori can sign in."""
    with site.app.app_context():
        now, studio = clock.utc_now(), the_studio()
        account = make_staff(MAIL, [Role.TRAINER], now=now, name="森 亮介")
        with transaction():
            mori = trainers(studio.id)[0]
            db.session.merge(mori).staff_id = account.id
            person = create_person(
                name="宇治 さくら", kana="ウジ サクラ", phones=["070-1111-2222"], mails=["uji@guest.example"],
                by=SYSTEM, now=now,
            )  # fmt: skip
            today = local_date(now, studio.zone)
            db.session.add(
                Client(
                    person_id=person.id, member_number=90001, joined_on=today, main_trainer_id=mori.id, created_at=now
                )
            )  # fmt: skip
            for back in range(29, 0, -1):
                sleep = Decimal(7 if back > 6 else 5)
                check_in(
                    studio, person.id, {Measure.SLEEP: sleep}, agrees=True, wording="v1", language="ja", by=SYSTEM,
                    now=now - timedelta(days=back),
                )  # fmt: skip
        yield check_in_path(person.id)
        db.session.remove()


def test_four_taps_then_the_trainer_sees_why_and_the_answer_is_read(
    site: Site, link: str, phone: OpenPhone
) -> None:
    client = phone()
    client.goto(link)
    no_serious_fault(client)
    for name, tapped in (
        ("昨夜は", "5"),
        ("いまの疲れ", "かなり"),
        ("筋肉痛", "とても"),
        ("決めたとおり", "2"),
    ):
        group = client.get_by_role("group", name=re.compile(name))
        group.get_by_role("radio", name=tapped, exact=True).check()
        assert group.locator("label").first.evaluate("it => it.getBoundingClientRect().height") >= 44
    client.get_by_role("button", name="送信する").click()
    expect(client.get_by_text("担当トレーナーに届きました")).to_be_visible()
    client.get_by_label("昼：肩甲骨回し").check()
    client.get_by_role("button", name="チェックを保存").click()
    expect(client.get_by_label("昼：肩甲骨回し")).to_be_checked()

    trainer = phone()
    sign_in(trainer, mail=MAIL)
    trainer.goto("/care")
    row = trainer.locator("li", has_text="宇治 さくら 様")
    expect(row).to_contain_text("直近7日の平均 5（回答7日）、その前の28日は 7（回答23日）")
    expect(row).to_contain_text("今日は筋肉痛が強めです")
    row.get_by_text("返信する").click()
    row.get_by_label("ありがとうございます。次回は少し軽めにしましょう。").check()
    row.get_by_label("自由に書く").fill("今夜は湯船につかってください。")
    no_serious_fault(trainer)
    row.get_by_role("button", name="リンクで送る").click()
    expect(trainer.get_by_text("リンクでお送りします")).to_be_visible()
    expect(trainer.locator("main")).not_to_contain_text("宇治 さくら")
    with site.app.app_context():
        path = reply_path(db.session.scalars(select(CareReply.id).order_by(CareReply.id.desc())).first() or 0)
        db.session.remove()
    client.goto(path)
    expect(client.get_by_text("今夜は湯船につかってください。")).to_be_visible()
    client.get_by_role("button", name="読みました").click()
    expect(client.get_by_text("トレーナーに伝わりました")).to_be_visible()


def test_a_note_is_written_and_closed_on_a_tablet_in_english(link: str, phone: OpenPhone) -> None:
    tablet = phone(**TABLET, locale="en-GB")
    sign_in(tablet, mail=MAIL)
    tablet.context.add_cookies([{"name": "language", "value": "en", "url": tablet.url}])
    tablet.goto("/people")
    tablet.get_by_role("link", name=re.compile("宇治 さくら")).first.click()
    tablet.goto(f"{tablet.url.partition('?')[0].rstrip('/')}/care")
    _write(tablet, "No screens in the hour before bed")
    note = tablet.locator("li", has_text="No screens in the hour before bed")
    no_serious_fault(tablet)
    note.get_by_label("In a word").fill("Only at weekends")
    note.get_by_role("button", name="Partly kept").click()
    expect(tablet.get_by_text("Nothing is agreed at the moment.")).to_be_visible()
    tablet.get_by_text("What became of the others").click()
    expect(tablet.get_by_text("Only at weekends")).to_be_visible()


def _write(page: Page, advice: str) -> None:
    page.get_by_label("Advice").fill(advice)
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("The CARE note is kept.")).to_be_visible()
