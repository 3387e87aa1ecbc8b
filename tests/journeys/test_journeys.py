"""From an article to a member, back from a no-show, and a cancelled visit: everything real, from the outside.

Each journey begins where the clock of the one before stands, to start the product as seldom as possible.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import SignIn, Visitor
from tests.journeys.product import Product
from tests.journeys.steps import book_trial, funnel_row, manage_link, mark, offered, people_behind, row_of

pytestmark = pytest.mark.journey

DELIVER, RUN_PLAYBOOKS = "tasks.messages.deliver_due", "tasks.messages.run_playbooks"
ARTICLE, NO_SHOW, CANCELLED = "back-fat", "stiff-neck", "round-back"


def test_from_an_article_to_a_member(gym: Product, visitor: Visitor, sign_in: SignIn) -> None:
    mail = "hanako@guest.example"
    gym.at(0, 10)
    phone = visitor("ja-JP")
    book_trial(phone, gym, day=2, name="山田 花子", mail=mail, address=f"article={ARTICLE}&utm_source=column")
    confirmed = gym.next_mail(mail, already=0)
    assert "ご予約を承りました" in confirmed["subject"]
    assert "山田 花子 様" in confirmed["body"]
    phone.goto(manage_link(confirmed))
    expect(phone.locator("main")).to_contain_text("体験トレーニング")
    phone.context.close()

    gym.at(1, 12)
    reminder = gym.next_mail(mail, already=1)
    assert "のご予約のお知らせ" in reminder["subject"]
    assert manage_link(reminder).startswith(gym.url)
    gym.ring(DELIVER, times=3)
    assert len(gym.mails_to(mail)) == 2

    gym.at(2, 12)
    desk = sign_in("desk")
    mark(desk, "山田 花子", "arrival")
    mark(desk, "山田 花子", "attendance")
    mark(desk, "山田 花子", "fee", method="CASH")
    expect(row_of(desk, "山田 花子").locator(".st-paid")).to_be_visible()
    row_of(desk, "山田 花子").locator("a.today-state").click()
    desk.locator('main a[href*="/joining"]').first.click()
    desk.locator("input[name=plan_id]").first.check()
    desk.locator("#main_trainer_id").select_option(index=1)
    desk.locator("main form button.btn-primary").click()
    desk.locator("#is_complete").check()
    desk.locator("button[name=is_on_paper]").click()
    desk.wait_for_url(re.compile(r"/people/\d+$"))

    manager = sign_in("manager")
    assert funnel_row(manager, ARTICLE) == [1, 1, 1, 0, 0]
    for cell in (0, 1, 2):
        assert people_behind(manager, ARTICLE, cell) == ["山田 花子 様"]
    for page in (desk, manager):
        page.context.close()
    welcome = gym.next_mail(mail, already=2)
    assert "ご入会ありがとうございます" in welcome["subject"]
    assert len(gym.mails_to(mail)) == 3


def test_a_no_show_is_written_to_lost_and_reopened(gym: Product, visitor: Visitor, sign_in: SignIn) -> None:
    mail = "emma@guest.example"
    gym.at(2, 12)
    phone = visitor("en-GB")
    address = f"article={NO_SHOW}&utm_source=column"
    book_trial(phone, gym, day=2, name="Emma Brown", mail=mail, address=address, follow_up=True)
    assert gym.next_mail(mail, already=0)["subject"].startswith("Your booking at")
    phone.context.close()

    gym.at(3, 12)
    desk = sign_in("desk")
    desk.goto(f"/today?day={gym.day(2)}")
    mark(desk, "Emma Brown", "no-show")
    expect(row_of(desk, "Emma Brown").locator(".st-no_show")).to_be_visible()
    desk.context.close()
    gym.ring(RUN_PLAYBOOKS)
    follow_up = gym.next_mail(mail, already=1)
    assert follow_up["subject"].startswith("We would be glad to see you another time")
    assert "List-Unsubscribe" in follow_up["headers"]

    manager = sign_in("manager")
    assert people_behind(manager, NO_SHOW, 4) == ["Emma Brown 様"]
    manager.locator("tbody a.name").click()
    lead = manager.url
    manager.locator("[data-dialog-open=loss]").click()
    manager.locator("#loss select").select_option("price")
    manager.locator("#loss button.btn-danger").click()
    expect(manager.locator(".pill.st-lost").first).to_be_visible()
    assert funnel_row(manager, NO_SHOW) == [1, 0, 0, 1, 0]
    manager.goto(lead)
    manager.locator('form[action$="/reopening"] button').click()
    expect(manager.locator("[data-dialog-open=loss]")).to_be_visible()
    assert funnel_row(manager, NO_SHOW) == [1, 0, 0, 0, 1]
    assert people_behind(manager, NO_SHOW, 4) == ["Emma Brown 様"]


def test_a_visit_cancelled_by_link_is_never_reminded_of(gym: Product, visitor: Visitor) -> None:
    mail, other = "sayaka@guest.example", "keiko@guest.example"
    address = f"article={CANCELLED}&utm_source=column&trainer="
    gym.at(3, 12)
    phone = visitor("ja-JP")
    slot = book_trial(phone, gym, day=5, name="佐藤 さやか", mail=mail, address=address + "mori")
    book_trial(visitor("ja-JP"), gym, day=5, name="加藤 恵子", mail=other, address=address + "okada")
    assert not offered(phone, slot, gym.day(5))
    phone.goto(manage_link(gym.next_mail(mail, already=0)))
    phone.locator('a[href*="/cancel"]').click()
    phone.locator("main form button.btn-danger").click()
    expect(phone.locator("h1")).to_be_visible()
    assert "キャンセルいたしました" in gym.next_mail(mail, already=1)["subject"]
    assert offered(phone, slot, gym.day(5))

    gym.at(4, 18)
    gym.next_mail(other, already=1)  # the reminder of somebody who still comes: reminders do go out
    gym.ring(DELIVER)
    assert len(gym.mails_to(mail)) == 2
