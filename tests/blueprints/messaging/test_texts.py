"""The pages on which a manager writes what messages say."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db
from backoffice.messaging.models import Kind, Message, MessageTemplate
from backoffice.messaging.own_texts import versions
from backoffice.people.actions import create_person
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from tests.backoffice.messaging.conftest import IN_TWO_DAYS, add_booking, booking, guest, lead, queue
from tests.backoffice.messaging.test_own_texts import BODY, add_row
from tests.blueprints.messaging.test_messages import deliver
from tests.pages import PageClient

__all__ = ["booking", "guest", "lead", "queue"]

SignIn = Callable[..., PageClient]
LIST = "/settings/messages/texts"
PAGE = f"{LIST}/booking_confirmed/ja"


@pytest.fixture
def manager(sign_in: SignIn) -> PageClient:
    """A manager, signed in."""
    return sign_in(Role.MANAGER, mail="manager@test.example")


def sent(do: str = "save", **changes: str) -> dict[str, str]:
    """The form as it was typed."""
    values = {
        "subject": "{{ studio.name }}より",
        "body": BODY,
        "who": "",
        "version": "0",
        "form_token": "t" * 20,
        "do": do,
    }
    return {**values, **changes}


def post(manager: PageClient, do: str = "save", page: str = PAGE, **changes: str) -> tuple[int, str]:
    manager.get(page)
    answer = manager.post(page, data=sent(do, **changes))
    return answer.status_code, answer.text


def test_a_text_is_written_and_holds_from_then_on(manager: PageClient, gym: Studio) -> None:
    shown = manager.get(PAGE).text
    assert "下記の内容で承りました" in shown
    assert "{{ booking_details }}" in shown
    assert post(manager)[0] == 303
    assert [one.subject for one in versions(gym.id, Kind.BOOKING_CONFIRMED, "ja")] == [
        "{{ studio.name }}より"
    ]
    assert "お待ちしております。" in manager.get(PAGE).text
    listed = manager.get(LIST).text
    assert listed.count("独自の文面") == 1
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "message_text.saved")).one()
    assert line.after == {"kind": "booking_confirmed", "language": "ja", "version": 1, "is_own": True}


def test_every_fault_is_told_at_once_and_what_was_typed_stays(manager: PageClient, gym: Studio) -> None:
    bad = "{{ client.weight }}\n入会キャンペーン中です\n{{ nobody }}"
    status, page = post(manager, body=bad)
    assert status == 422
    for reason in (
        "1行目：「client.weight」は健康に関する",
        "2行目：「キャンペーン」は広告",
        "3行目：この種類のメッセージに「nobody」",
    ):
        assert reason in page
    assert "入会キャンペーン中です\n{{ nobody }}</textarea>" in page
    assert versions(gym.id, Kind.BOOKING_CONFIRMED, "ja") == []


def test_a_preview_writes_nothing(manager: PageClient, gym: Studio) -> None:
    status, page = post(manager, "look")
    assert status == 200
    assert "山田 花子 様" in page
    assert "お待ちしております。</p>" in page
    assert "仮の内容" in page
    assert versions(gym.id, Kind.BOOKING_CONFIRMED, "ja") == []


def test_a_preview_on_a_real_person_says_their_booking_and_carries_no_link_of_theirs(
    manager: PageClient, gym: Studio, now: datetime
) -> None:
    somebody = create_person(name="西陣 織江", by=SYSTEM, now=now)
    for slug, when in (
        ("session", now - timedelta(days=90)),
        ("trial", now + IN_TWO_DAYS),
        ("session", now + timedelta(days=9)),
    ):
        add_booking(gym, somebody, None, slug, when, now=now)
    _status, page = post(manager, "look", who="西陣")
    look = page.partition('id="look"')[2]
    assert "西陣 織江 様" in look
    assert "11月26日(木)16:00" in look, "the one ahead, not the one of last year"
    assert "/manage/" not in look
    assert '<span class="mail-button">ご予約の確認・変更・キャンセル</span>' in look
    assert "該当する方が見つからない" in post(manager, "look", who="だれもいない")[1]


def test_a_test_is_queued_once_for_a_token_and_saves_nothing(
    manager: PageClient, gym: Studio, now: datetime
) -> None:
    status, page = post(manager, "test")
    assert status == 200
    assert "ご自分のメールアドレスにテストを送信します" in page
    assert "t" * 20 not in page, "the next test has a token of its own"
    post(manager, "test")
    (message,) = db.session.scalars(select(Message).where(Message.kind == Kind.TEXT_TEST)).all()
    assert versions(gym.id, Kind.BOOKING_CONFIRMED, "ja") == []
    assert deliver(now).sent[0].address == "manager@test.example"
    assert "スタッフ" in manager.get(f"/messages/{message.id}").text
    assert post(manager, "test", body="{{ nobody }}", form_token="u" * 20)[0] == 422


def test_the_standard_text_comes_back_and_an_older_one_can_be_begun_from(
    manager: PageClient, gym: Studio
) -> None:
    post(manager)
    assert post(manager, "standard", version="1")[0] == 303
    assert "下記の内容で承りました" in manager.get(PAGE).text
    assert "お待ちしております。\n\n{{ booking_details }}" in manager.get(f"{PAGE}?from=1").text
    assert "下記の内容で承りました" in manager.get(f"{PAGE}?from=0").text
    assert manager.get(f"{PAGE}?from=2").status_code == 404
    assert manager.get(f"{PAGE}?from=x").status_code == 404
    status, page = post(manager, "standard", version="2")
    assert (status, "すでに標準の文面です" in page) == (422, True)


def test_somebody_elses_text_is_not_overwritten(manager: PageClient, gym: Studio) -> None:
    post(manager)
    status, page = post(manager, body=BODY.replace("お待ち", "首を長くしてお待ち"))
    assert status == 409
    assert "首を長くしてお待ち" in page
    assert 'name="version" type="hidden" value="1"' in page, "sent again, it is saved"
    assert len(versions(gym.id, Kind.BOOKING_CONFIRMED, "ja")) == 1


def test_a_failing_text_is_seen_in_the_list_on_the_message_and_in_the_editor(
    manager: PageClient, gym: Studio, queue: Callable[..., Message], now: datetime
) -> None:
    add_row(gym, now, "{{ booking.nothing }}")
    message = queue()
    deliver(now)
    assert "1通で作れませんでした" in manager.get(LIST).text
    shown = manager.get(f"/messages/{message.id}").text
    assert "標準の文面を使いました" in shown
    assert f'href="{PAGE}"' in shown
    editor = manager.get(PAGE)
    assert editor.status_code == 200
    assert "このままでは表示できません" in editor.text


def test_a_gym_without_address_is_told_that_follow_ups_stay_here(manager: PageClient, gym: Studio) -> None:
    assert "自動フォローは送信されません" not in manager.get(LIST).text
    gym.address_ja = gym.address_en = ""
    db.session.commit()
    assert "自動フォローは送信されません" in manager.get(LIST).text


@pytest.mark.parametrize("path", ["text_test/ja", "nothing/ja", "welcome/fr", "welcome/JA"])
def test_texts_that_do_not_exist_are_not_found(manager: PageClient, path: str) -> None:
    assert manager.get(f"{LIST}/{path}").status_code == 404


@pytest.mark.parametrize("kind", ["series_dates", "staff_invite", "after_trial", "booking_cancelled"])
def test_each_kind_opens_with_a_preview(manager: PageClient, kind: str) -> None:
    for language in ("ja", "en"):
        assert 'class="mail"' in manager.get(f"{LIST}/{kind}/{language}").text


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.TRAINER])
def test_only_managers_write_texts(role: Role, sign_in: SignIn, desk: Staff) -> None:
    assert sign_in(role).get(PAGE).status_code == 403


def test_html_in_a_text_is_shown_as_signs(manager: PageClient, gym: Studio) -> None:
    _status, page = post(manager, "look", body="<b>太字</b>\n\n" + BODY)
    assert "<b>太字" not in page
    assert db.session.scalars(select(MessageTemplate)).all() == []
