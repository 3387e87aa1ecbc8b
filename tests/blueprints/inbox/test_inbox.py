"""The inbox as colleagues use it: the list, one conversation, answering, handing on, who sees whose."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.availability import free_slots
from backoffice.choices.sending import send_times
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.inbox.hearing import heard
from backoffice.line.accounts import held_account
from backoffice.line.ties import tie
from backoffice.messaging.conversation import keep_said, take_back
from backoffice.messaging.entries import Conversation, ConversationEntry, EntryKind
from backoffice.messaging.models import Channel, Message, MessageState
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.staff.models import Role, Staff, Trainer
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.line_chat import HANAKO, TARO
from tests.pages import PageClient

SignIn = Callable[..., PageClient]
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def hanako(gym: Studio, now: datetime) -> Person:
    """She is connected on LINE, and has asked something."""
    with transaction():
        who = create_person(name="山田 花子", kana="やまだ はなこ", mails=["h@x.jp"], by=SYSTEM, now=now)
        tie(held_account(gym.id, HANAKO, now=now), who.id, now=now)
    say(gym, "駐車場はありますか?", now, who)
    return who


def say(gym: Studio, words: str, at: datetime, who: Person | None = None) -> int:
    """Something is heard on LINE, of a person or of an account nobody knows."""
    with transaction():
        account = held_account(gym.id, HANAKO if who else TARO, now=at)
        account.display_name = account.display_name or "さくら"
        number = db.session.query(ConversationEntry).count()
        entry_id = keep_said(
            gym.id, Channel.LINE, EntryKind.TEXT, external_id=str(number), said_at=at, now=at, body=words,
            person_id=who.id if who else None, line_account_id=account.id, read_token="read-me",
        )  # fmt: skip
        assert entry_id is not None
        heard(entry_id, at)
    return entry_id


def conversation(who: Person | None = None) -> Conversation:
    whose = Conversation.person_id == who.id if who else Conversation.person_id.is_(None)
    return db.session.scalars(
        select(Conversation).where(whose).execution_options(populate_existing=True)
    ).one()


def messages() -> list[Message]:
    query = select(Message).order_by(Message.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def send(browser: PageClient, who: Person, words: str, **more: object) -> "object":
    """Open the conversation and answer as its form does."""
    page = browser.get(f"/inbox/{conversation(who).id}").text
    data: dict[str, object] = {
        "form_token": _hidden(page, "form_token"), "seen": _hidden(page, "seen"), "body": words, "road": "line",
        "when": "now", **more,
    }  # fmt: skip
    return browser.post(f"/inbox/{conversation(who).id}/answers", data=data)


def _hidden(page: str, name: str) -> str:
    tag = next(one for one in page.split("<input")[1:] if f'name="{name}"' in one)
    return tag.partition('value="')[2].partition('"')[0]


def test_who_waits_longest_stands_on_top_and_the_menu_counts(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    say(gym, "はじめまして", now - timedelta(hours=2))
    page = sign_in(Role.FRONT_DESK).get("/inbox").text
    assert page.index("さくら") < page.index("山田 花子")
    assert "駐車場はありますか?" in page
    assert '<span class="count">2</span>' in page
    assert page.count("返信待ち") >= 2


def test_the_trays_hold_what_they_say(gym: Studio, hanako: Person, sign_in: SignIn, now: datetime) -> None:
    browser = sign_in(Role.FRONT_DESK)
    address = f"/inbox/{conversation(hanako).id}"
    assert "山田 花子" in browser.get("/inbox?show=unassigned").text
    assert "山田 花子" not in browser.get("/inbox?show=mine").text
    browser.post(f"{address}/assignment", data={"staff": "me"})
    assert "山田 花子" in browser.get("/inbox?show=mine").text
    assert "山田 花子" not in browser.get("/inbox?show=unassigned").text
    answer = browser.post(f"{address}/done", data={})
    assert answer.location == "/inbox"
    assert "山田 花子" not in browser.get("/inbox").text
    assert "山田 花子" in browser.get("/inbox?show=done").text
    browser.post(f"{address}/done/undo", data={})
    assert "山田 花子" in browser.get("/inbox").text


def test_a_conversation_is_found_by_name(gym: Studio, hanako: Person, sign_in: SignIn) -> None:
    browser = sign_in(Role.FRONT_DESK)
    assert "駐車場" in browser.get("/inbox?q=はなこ").text
    page = browser.get("/inbox?q=いない").text
    assert "駐車場" not in page


def test_pages_follow_each_other_without_a_gap(
    gym: Studio, sign_in: SignIn, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.inbox.queries.PAGE", 3)
    with transaction():
        for number in range(7):
            at = now - timedelta(minutes=number)
            row = Conversation(
                studio_id=gym.id, person_id=create_person(name=f"客 {number}", by=SYSTEM, now=now).id, said_at=at,
                waiting_since=at if number < 4 else None, created_at=now,
            )  # fmt: skip
            db.session.add(row)
    browser, address, seen = sign_in(Role.FRONT_DESK), "/inbox", []
    while address:
        page = browser.get(address, headers=FRAGMENT).text
        seen += [part.partition(" ")[0].partition("<")[0] for part in page.split("客 ")[1:]]
        address = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert seen == ["3", "2", "1", "0", "4", "5", "6"]


def test_opening_writes_nothing_and_the_page_says_what_was_read(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    browser = sign_in(Role.FRONT_DESK)
    entry_id = db.session.scalars(select(ConversationEntry.id)).one()
    assert "未読" in browser.get("/inbox").text
    browser.get(f"/inbox/{conversation(hanako).id}")
    assert _entry(entry_id).read_at is None
    answer = browser.post(f"/inbox/{conversation(hanako).id}/read", data={"until": str(entry_id)})
    assert answer.status_code == 204
    assert (_entry(entry_id).read_at, _entry(entry_id).read_try_at) == (now, now)
    assert "未読" not in browser.get("/inbox").text
    for nonsense in ("", "x", "9" * 30):
        assert (
            browser.post(f"/inbox/{conversation(hanako).id}/read", data={"until": nonsense}).status_code
            == 204
        )


def test_a_poll_gets_nothing_while_nothing_changed(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    browser = sign_in(Role.FRONT_DESK)
    for address in ("/inbox", f"/inbox/{conversation(hanako).id}"):
        first = browser.get(address, headers=FRAGMENT)
        assert first.status_code == 200
        again = {**FRAGMENT, "If-None-Match": first.headers["ETag"]}
        assert browser.get(address, headers=again).status_code == 304
        say(gym, "もしもし", now + timedelta(minutes=1), hanako)
        assert browser.get(address, headers=again).status_code == 200


def test_an_answer_goes_out_once_however_often_it_is_sent(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    browser = sign_in(Role.FRONT_DESK)
    page = browser.get(f"/inbox/{conversation(hanako).id}").text
    data = {
        "form_token": _hidden(page, "form_token"), "seen": "0", "body": "2台分ございます。", "road": "line",
        "when": "now",
    }  # fmt: skip
    for _twice in range(2):
        answer = browser.post(f"/inbox/{conversation(hanako).id}/answers", data=dict(data))
        assert answer.status_code == 303
    assert len(messages()) == 1
    page = browser.get(f"/inbox/{conversation(hanako).id}").text
    assert "2台分ございます。" in page
    assert "送信予定" in page


def test_the_second_of_two_keeps_the_words_and_can_send_them(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    browser = sign_in(Role.FRONT_DESK)
    page = browser.get(f"/inbox/{conversation(hanako).id}").text
    send(browser, hanako, "はい")
    data = {
        "form_token": _hidden(page, "form_token"),
        "seen": "0",
        "body": "はい、ございます。",
        "road": "line",
        "when": "now",
    }
    refused = browser.post(f"/inbox/{conversation(hanako).id}/answers", data=dict(data))
    assert refused.status_code == 409
    assert "はい、ございます。" in refused.text
    assert "先に" in refused.text
    assert "data-unsaved" in refused.text
    data["seen"] = _hidden(refused.text, "seen")
    assert browser.post(f"/inbox/{conversation(hanako).id}/answers", data=data).status_code == 303
    assert len(messages()) == 2


def test_later_needs_a_day_and_a_time_and_says_when_it_is_night(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    browser = sign_in(Role.FRONT_DESK)
    refused = send(browser, hanako, "はい", when="later", day="", time="")
    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert "はい" in refused.text  # type: ignore[attr-defined]
    send(browser, hanako, "はい", when="later", day="2026-11-25", time="23:30")
    page = browser.get(f"/inbox/{conversation(hanako).id}").text
    assert "夜間" in page
    (message,) = messages()
    assert message.send_at.isoformat() == "2026-11-25T14:30:00+00:00"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2027-12-01", "x"])
def test_a_day_far_away_is_refused_kindly(gym: Studio, hanako: Person, sign_in: SignIn, day: str) -> None:
    refused = send(sign_in(Role.FRONT_DESK), hanako, "はい", when="later", day=day, time="10:00")
    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert messages() == []


def test_an_answer_that_waits_is_changed_and_taken_back(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    browser = sign_in(Role.FRONT_DESK)
    send(browser, hanako, "はい", when="later", day="2026-11-25", time="10:00")
    address = f"/inbox/answers/{_newest().id}"
    page = browser.get(address).text
    assert ("はい" in page, 'value="2026-11-25"' in page) == (True, True)
    data = {"version": "1", "body": "いいえ", "day": "2026-11-26", "time": "11:00"}
    assert browser.post(address, data=dict(data)).status_code == 303
    assert (_newest().body, messages()[0].send_at.isoformat()) == ("いいえ", "2026-11-26T02:00:00+00:00")
    stale = browser.post(address, data={**data, "body": "たぶん"})
    assert (stale.status_code, "たぶん" in stale.text) == (409, True)
    assert browser.post(f"{address}/removal", data={}).status_code == 303
    assert messages()[0].state == MessageState.CANCELLED
    assert conversation(hanako).waiting_since == now


def test_what_seems_to_speak_of_health_is_asked_about(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    browser = sign_in(Role.FRONT_DESK)
    words = "お食事は2時間前までにお済ませください。"
    refused = send(browser, hanako, words)
    assert refused.status_code == 422  # type: ignore[attr-defined]
    text = refused.text  # type: ignore[attr-defined]
    assert (words in text, 'name="no_health"' in text) == (True, True)
    assert send(browser, hanako, words, no_health="y").status_code == 303  # type: ignore[attr-defined]


def test_what_a_trainer_answers_about_health_is_read_by_trainers_of_theirs_alone(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    browser = sign_in(Role.TRAINER)
    _train(hanako, "trainer@test.example", now)
    with transaction():
        record_consent(
            hanako.id, Purpose.HEALTH_CHAT, True, wording="1", language="ja", source="t", by=SYSTEM, now=now
        )
    words = "膝の痛みがあれば休みましょう。"
    assert send(browser, hanako, words, when="later", day="2026-11-25", time="10:00").status_code == 303  # type: ignore[attr-defined]
    answer_id = _newest().id
    assert words in browser.get(f"/inbox/{conversation(hanako).id}").text
    assert words in browser.get(f"/inbox/answers/{answer_id}").text
    desk = sign_in(Role.FRONT_DESK)
    for address in ("/inbox", f"/inbox/{conversation(hanako).id}", f"/people/{hanako.id}/messages"):
        page = desk.get(address)
        assert page.status_code == 200
        assert "膝" not in page.text
    assert desk.get(f"/inbox/answers/{answer_id}").status_code == 403


def test_a_trainer_sees_their_own_guests_and_what_was_given_to_them(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    say(gym, "はじめまして", now)
    browser = sign_in(Role.TRAINER)
    mine, unknown = conversation(hanako).id, conversation().id
    assert "山田" not in browser.get("/inbox").text
    for address in (f"/inbox/{mine}", f"/inbox/{unknown}"):
        assert browser.get(address).status_code == 404
    assert browser.post(f"/inbox/{mine}/answers", data={"body": "x"}).status_code == 404
    me = _train(hanako, "trainer@test.example", now)
    assert "山田" in browser.get("/inbox").text
    assert browser.get(f"/inbox/{mine}").status_code == 200
    with transaction():
        conversation().assigned_staff_id = me.id
    assert "さくら" in browser.get("/inbox").text
    assert browser.get(f"/inbox/{unknown}").status_code == 200


def test_written_down_it_is_heard_like_anything_else(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    browser = sign_in(Role.FRONT_DESK)
    address = f"/inbox/{conversation(hanako).id}"
    browser.post(f"{address}/done", data={})
    page = browser.get(address).text
    token = page.partition("/heard")[2].partition('name="form_token" value="')[2].partition('"')[0]
    data = {
        "form_token": token,
        "heard": "電話でお返事",
        "heard_road": "phone",
        "heard_day": "2026-11-24",
        "heard_time": "11:30",
    }
    for _twice in range(2):
        assert browser.post(f"{address}/heard", data=dict(data)).status_code == 303
    page = browser.get(address).text
    assert page.count("電話でお返事") == 1
    assert "· 電話</p>" in page
    assert conversation(hanako).waiting_since is not None
    refused = browser.post(f"{address}/heard", data={**data, "form_token": "y" * 24, "heard_time": "13:30"})
    assert (refused.status_code, "電話でお返事" in refused.text) == (422, True)


def test_a_conversation_begins_from_the_page_of_a_person(gym: Studio, sign_in: SignIn, now: datetime) -> None:
    with transaction():
        who = create_person(name="新井 実", mails=["a@x.jp"], by=SYSTEM, now=now)
    browser = sign_in(Role.FRONT_DESK)
    assert "メッセージを書く" in browser.get(f"/people/{who.id}/messages").text
    for _twice in range(2):
        answer = browser.post(f"/people/{who.id}/conversation", data={})
        assert answer.location == f"/inbox/{conversation(who).id}"
    assert "/inbox/" in browser.get(f"/people/{who.id}/messages").text
    assert send(browser, who, "先日はありがとうございました。", road="mail").status_code == 303  # type: ignore[attr-defined]


def test_an_unknown_account_is_asked_who_it_is(gym: Studio, sign_in: SignIn, now: datetime) -> None:
    say(gym, "はじめまして", now)
    page = sign_in(Role.FRONT_DESK).get(f"/inbox/{conversation().id}").text
    assert f"/line/accounts/{conversation().line_account_id}" in page
    assert "どなた" in page


def test_what_was_taken_back_says_so_and_shows_nothing(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    with transaction():
        take_back(gym.id, Channel.LINE, "0", at=now, now=now, person_id=hanako.id)
    page = sign_in(Role.FRONT_DESK).get(f"/inbox/{conversation(hanako).id}").text
    assert "駐車場" not in page
    assert "送信者が取り消しました" in page


def test_the_task_on_today_leads_to_the_conversation(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    page = sign_in(Role.FRONT_DESK).get("/today").text
    assert f"/inbox/{conversation(hanako).id}" in page
    assert "届いたメッセージに返信してください" in page


def test_in_english_too(gym: Studio, hanako: Person, sign_in: SignIn, now: datetime) -> None:
    browser = sign_in(Role.FRONT_DESK)
    browser.get("/inbox")
    browser.post("/language", data={"language": "en", "next": "/inbox"})
    page = browser.get(f"/inbox/{conversation(hanako).id}").text
    assert "Opening hours" in page
    assert "Please write nothing about health" in page


def _entry(entry_id: int) -> ConversationEntry:
    return db.session.get_one(ConversationEntry, entry_id, populate_existing=True)


def _newest() -> ConversationEntry:
    query = select(ConversationEntry).order_by(ConversationEntry.id.desc()).limit(1)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _train(person: Person, mail: str, now: datetime) -> Staff:
    """Make the signed-in trainer the main one of a member."""
    with transaction():
        me = db.session.scalars(select(Staff).where(Staff.roles.contains([Role.TRAINER.value]))).one()
        trainer = db.session.scalars(select(Trainer).order_by(Trainer.id)).first()
        assert trainer is not None
        trainer.staff_id = me.id
        db.session.add(
            Client(
                person_id=person.id,
                member_number=1,
                joined_on=now.date(),
                main_trainer_id=trainer.id,
                created_at=now,
            )
        )
    return me


def test_times_are_sent_from_the_conversation_and_stand_there(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    here = f"/inbox/{conversation(hanako).id}"
    assert f"/choices/new?person_id={hanako.id}&amp;next={here}" in desk.get(here).text
    service = service_by_slug(gym.id, "session")
    slots = free_slots(gym, service, now.date() + timedelta(days=2), now.date() + timedelta(days=2), now=now)
    with transaction():
        send_times(gym, service, hanako, [slots[0], slots[-1]], by=SYSTEM, now=now)
    page = desk.get(here).text
    assert "候補の時間" in page
    assert conversation(hanako).waiting_since is None


def test_the_page_of_a_message_leaves_answers_by_hand_to_the_inbox(
    gym: Studio, hanako: Person, sign_in: SignIn, now: datetime
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    send(desk, hanako, "はい、ございます。", when="later", day="2026-11-25", time="10:00")
    (message,) = messages()
    page = desk.get(f"/messages/{message.id}").text
    assert f"/messages/{message.id}/send-now" in page
    for way in ("cancel", "edit"):
        assert f"/messages/{message.id}/{way}" not in page
