"""The inbox by hand: list and conversation, keys, quick replies, two colleagues, unsent words, LINE at the far end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.inbox.hearing import heard
from backoffice.line.accounts import held_account
from backoffice.line.marking import LineMarker
from backoffice.line.read_marks import tell_what_was_read
from backoffice.line.ties import tie
from backoffice.messaging.conversation import keep_said
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.entries import Conversation, ConversationEntry, EntryKind
from backoffice.messaging.line import LineChannel
from backoffice.messaging.models import Channel
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.queries import the_studio
from tasks.messages import PROVIDERS
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import no_serious_fault, sign_in
from tests.far_ends.line_server import TOKEN, LineServer, line_server
from tests.gym import make_staff

pytestmark = pytest.mark.browser

DESK, SECOND = "inbox-browser@test.example", "inbox-second@test.example"
NAMES = ("受信 一子", "受信 二郎", "受信 三枝")
FOREIGN = "Ivy Inbox"


@pytest.fixture(scope="module", autouse=True)
def _people(site: Site) -> None:
    with site.app.app_context():
        now = clock.utc_now()
        make_staff(DESK, [Role.FRONT_DESK], now=now, name="受付 葵")
        make_staff(SECOND, [Role.FRONT_DESK], now=now, name="受付 楓")
        for number, name in enumerate((*NAMES, FOREIGN)):
            with transaction():
                language = "en" if name == FOREIGN else "ja"
                who = create_person(
                    name=name, mails=[f"inbox{number}@x.jp"], language=language, by=SYSTEM, now=now
                )
                tie(held_account(the_studio().id, _user(name), now=now), who.id, now=now)
            _say(name, f"質問 {number}", now - timedelta(minutes=60 - number))


@pytest.fixture
def line(tmp_path: Path) -> Iterator[tuple[LineServer, str]]:
    """The recording LINE, and where it listens."""
    server = LineServer(tmp_path / "journal")
    with line_server(server) as url:
        yield server, url


def _user(name: str) -> str:
    return f"U{(*NAMES, FOREIGN).index(name) + 1:032x}"


def _say(name: str, words: str, at: datetime) -> None:
    with transaction():
        account = held_account(the_studio().id, _user(name), now=at)
        entry_id = keep_said(
            the_studio().id, Channel.LINE, EntryKind.TEXT, external_id=f"inbox:{name}:{words}", said_at=at, now=at,
            body=words, person_id=account.person_id, line_account_id=account.id, read_token=f"read {words}",
        )  # fmt: skip
        assert entry_id is not None
        heard(entry_id, at)


def _open(page: Page, name: str) -> None:
    page.goto("/inbox")
    page.locator(".inbox-row", has_text=name).click()
    expect(page.locator("h1")).to_contain_text(name)


def _work(url: str) -> None:
    """What a worker does: deliver, and tell LINE what was read."""
    now = clock.utc_now()
    Delivery({Channel.LINE: LineChannel(url, TOKEN)}, PROVIDERS).deliver_due(now)
    tell_what_was_read(LineMarker(url, TOKEN), now)


def test_at_the_desk_in_english_list_and_conversation_are_side_by_side(
    page: Page, site: Site, line: tuple[LineServer, str]
) -> None:
    sign_in(page, mail=DESK)
    page.goto("/inbox")
    page.locator("summary", has_text="受付 葵").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Inbox")
    no_serious_fault(page)
    _open(page, FOREIGN)
    expect(page.locator(".inbox-side")).to_be_visible()
    expect(page.locator(".bubble.is-in")).to_contain_text("質問 3")
    page.locator("summary", has_text="Quick replies").click()
    page.get_by_role("button", name="What to bring").click()
    expect(page.locator("#body")).to_have_value(
        "You can come with nothing: we lend clothes and shoes for free. Please tell us your sizes."
    )
    no_serious_fault(page)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".bubble.is-out")).to_contain_text("Planned for")
    server, url = line
    with site.app.app_context():
        _work(url)
    page.reload()
    expect(page.locator(".bubble.is-out")).to_contain_text("Sent")
    assert [one["messages"][0]["text"] for one in server.pushes if one["to"] == _user(FOREIGN)] == [
        "You can come with nothing: we lend clothes and shoes for free. Please tell us your sizes."
    ]
    assert "read 質問 3" in server.read_tokens
    page.locator("summary", has_text="受付 葵").click()
    page.get_by_role("button", name="日本語").click()


def test_j_and_k_go_through_the_list_enter_opens_and_escape_comes_back(page: Page) -> None:
    sign_in(page, mail=DESK)
    page.goto("/inbox")
    rows = page.locator(".inbox-row")
    names = rows.locator(".name").all_inner_texts()
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("[aria-current=true].inbox-row")).to_contain_text(names[1].splitlines()[-1])
    page.locator("#body").fill("jjkk")
    page.keyboard.press("Escape")
    expect(page.locator(".inbox-row[aria-current]")).to_be_focused()
    expect(page.locator("#body")).to_have_value("jjkk")


def test_only_what_was_opened_is_read(page: Page, site: Site) -> None:
    sign_in(page, mail=DESK)
    page.goto("/inbox")
    expect(page.locator(".inbox-row", has_text=NAMES[2]).locator(".is-unread")).to_have_count(1)
    assert not _is_read(site, "質問 2")
    _open(page, NAMES[2])
    page.wait_for_load_state("networkidle")
    assert _is_read(site, "質問 2")
    page.goto("/inbox")
    expect(page.locator(".inbox-row", has_text=NAMES[2]).locator(".is-unread")).to_have_count(0)


def test_leaving_with_unsent_words_asks(page: Page) -> None:
    sign_in(page, mail=DESK)
    _open(page, NAMES[2])
    page.locator("#body").press_sequentially("まだ途中")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator(".inbox-row", has_text=NAMES[0]).click()
    expect(page.locator("#body")).to_have_value("まだ途中")
    assert asked == ["beforeunload"]
    page.locator("#body").fill("")


def test_what_comes_in_appears_by_itself_and_leaves_the_words_alone(page: Page, site: Site) -> None:
    sign_in(page, mail=DESK)
    _open(page, NAMES[1])
    page.locator("#body").fill("書きかけ")
    with site.app.app_context():
        _say(NAMES[1], "追伸です", clock.utc_now())
    expect(page.locator(".bubble", has_text="追伸です")).to_be_visible(timeout=15_000)
    expect(page.locator("#body")).to_have_value("書きかけ")
    page.locator("#body").fill("")


def test_on_a_phone_the_second_colleague_keeps_the_words(phone: OpenPhone, page: Page) -> None:
    mobile = phone()
    sign_in(mobile, mail=SECOND)
    _open(mobile, NAMES[0])
    expect(mobile.locator(".inbox-side")).to_be_hidden()
    no_serious_fault(mobile)
    mobile.locator("#body").fill("私からの返信")
    sign_in(page, mail=DESK)
    _open(page, NAMES[0])
    page.locator("#body").fill("先の返信")
    page.get_by_role("button", name="送信する").click()
    expect(page.locator(".bubble.is-out")).to_contain_text("先の返信")
    mobile.get_by_role("button", name="送信する").click()
    expect(mobile.locator(".error-summary")).to_contain_text("先に受付 葵さんが返信しました")
    expect(mobile.locator("#body")).to_have_value("私からの返信")
    mobile.get_by_role("button", name="送信する").click()
    expect(mobile.locator(".bubble.is-out")).to_have_count(2)
    mobile.locator("[data-inbox-back]").click()
    expect(mobile.locator("h1")).to_have_text("受信箱")
    no_serious_fault(mobile)


def test_later_is_planned_changed_and_taken_back_on_a_phone(phone: OpenPhone) -> None:
    page = phone()
    sign_in(page, mail=DESK)
    _open(page, NAMES[2])
    page.locator("#body").fill("明日お返事します")
    expect(page.locator("#day")).to_be_hidden()
    page.get_by_label("あとで").check()
    expect(page.locator("#day")).to_be_visible()
    page.get_by_role("button", name="送信する").click()
    waits = page.locator(".bubble", has_text="明日お返事します")
    expect(waits).to_contain_text("送信予定")
    waits.get_by_role("link", name="編集").click()
    no_serious_fault(page)
    page.locator("#body").fill("明後日お返事します")
    page.get_by_role("button", name="保存").click()
    waits = page.locator(".bubble", has_text="明後日お返事します")
    waits.get_by_role("button", name="送らない").click()
    expect(page.locator(".bubble", has_text="明後日お返事します")).to_contain_text("送信されませんでした")


def test_health_is_asked_about_and_done_can_be_undone(phone: OpenPhone, site: Site) -> None:
    page = phone()
    sign_in(page, mail=DESK)
    _open(page, NAMES[1])
    page.locator("#body").fill("お食事は2時間前までにお済ませください。")
    page.get_by_role("button", name="送信する").click()
    expect(page.locator(".error-summary")).to_contain_text("体調に関する内容のようです")
    page.get_by_label("この方の体調に関する内容は含まれていません").check()
    page.get_by_role("button", name="送信する").click()
    expect(page.locator(".bubble.is-out")).to_contain_text("お食事は2時間前")
    page.get_by_role("button", name="完了").click()
    expect(page.locator(".inbox-row", has_text=NAMES[1])).to_have_count(0)
    page.locator(".toast").get_by_role("button").first.click()
    expect(page.locator("h1")).to_contain_text(NAMES[1])
    with site.app.app_context():
        who = select(Conversation.done_at).where(Conversation.person_id == _person(NAMES[1]))
        assert db.session.scalar(who) is None


def _person(name: str) -> int:
    return db.session.scalars(select(Person.id).where(Person.line_user_id == _user(name))).one()


def _is_read(site: Site, words: str) -> bool:
    with site.app.app_context():
        entries = db.session.scalars(select(ConversationEntry)).all()
        found = next(one for one in entries if one.body == words)
        db.session.remove()
        return found.read_at is not None
