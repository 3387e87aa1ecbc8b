"""A message that waits: what it would say, words and a time of its own, and taking it back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.messaging.own_messages import edit
from backoffice.staff.models import Role
from tests.backoffice.messaging.conftest import booking, guest, lead, queue
from tests.blueprints.messaging.test_messages import deliver
from tests.pages import PageClient

__all__ = ["booking", "guest", "lead", "queue"]

SignIn = Callable[..., PageClient]
Queue = Callable[..., Message]

WORDS = "{{ name }}\n\nお待ちしております。\n{{ booking_details }}\n{{ manage_details }}"


@pytest.fixture
def front(sign_in: SignIn) -> PageClient:
    """The front desk, signed in."""
    return sign_in(Role.FRONT_DESK)


@pytest.fixture
def reminder(queue: Queue, now: datetime) -> Message:
    """A reminder that goes out in two hours."""
    return queue(Kind.REMINDER_DAY_BEFORE, send_at=now + timedelta(hours=2))


def typed(message: Message, **changes: str) -> dict[str, str]:
    """The form as somebody fills it in."""
    given = {
        "subject": "ご予約について", "body": WORDS, "day": f"{message.send_at + timedelta(hours=9):%Y-%m-%d}",
        "at": f"{message.send_at + timedelta(hours=9):%H:%M}", "version": str(message.version), "do": "save",
    }  # fmt: skip
    return {**given, **changes}


def send(front: PageClient, message: Message, **changes: str) -> tuple[int, str]:
    """Send the form; what comes back, or the page it leads to."""
    address = f"/messages/{message.id}/edit"
    front.get(address)
    answer = front.post(address, data=typed(message, **changes))
    db.session.refresh(message)
    if answer.status_code == 303:
        return 303, front.get(answer.location).get_data(as_text=True)
    return answer.status_code, answer.get_data(as_text=True)


def test_the_page_says_what_would_go_and_how(
    front: PageClient, reminder: Message, with_channels: None
) -> None:
    html = front.get(f"/messages/{reminder.id}").get_data(as_text=True)
    assert "山田 花子 様" in html
    assert "設定で、この種類はメールになっています" in html
    assert "送信時に最新の内容で作成されます" in html


def test_without_a_channel_it_says_so_and_shows_the_text(front: PageClient, reminder: Message) -> None:
    html = front.get(f"/messages/{reminder.id}").get_data(as_text=True)
    assert "今のままでは送信されません" in html
    assert "山田 花子 様" in html


def test_a_secret_is_not_foreseen(front: PageClient, queue: Queue, now: datetime) -> None:
    message = queue(Kind.PASSWORD_RESET, send_at=now + timedelta(hours=1))
    html = front.get(f"/messages/{message.id}").get_data(as_text=True)
    assert "今の時点での内容" not in html
    assert front.get(f"/messages/{message.id}/edit").status_code == 303


def test_words_and_time_are_kept_and_go_out(front: PageClient, reminder: Message, now: datetime) -> None:
    later = reminder.send_at + timedelta(hours=1)
    status, html = send(front, reminder, at=f"{later + timedelta(hours=9):%H:%M}")
    assert status == 303
    assert "このメッセージだけの文面" in html
    assert reminder.send_at == later
    assert [one.subject for one in deliver(later).sent] == ["ご予約について"]


def test_looking_writes_nothing(front: PageClient, reminder: Message, with_channels: None) -> None:
    status, html = send(front, reminder, do="look")
    assert (status, reminder.own_body, reminder.version) == (200, None, 1)
    assert "お待ちしております。" in html.split('id="look"')[1]


def test_a_fault_is_said_beside_what_was_typed(front: PageClient, reminder: Message) -> None:
    status, html = send(front, reminder, body="{{ nobody }} です")
    assert status == 422
    assert "「nobody」という差し込み項目はありません" in html
    assert "{{ nobody }} です" in html
    assert reminder.own_body is None


def test_a_day_that_is_none_is_refused(front: PageClient, reminder: Message) -> None:
    for changes in (
        {"day": "9999-99-99"},
        {"at": "x"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01", "at": "00:00"},
    ):
        status, _html = send(front, reminder, **changes)
        assert status in (303, 422)
        db.session.refresh(reminder)
        assert reminder.state == MessageState.PLANNED


def test_of_two_editors_the_second_sees_both_texts(
    front: PageClient, reminder: Message, now: datetime
) -> None:
    seen = str(reminder.version)
    with transaction():
        edit(
            reminder.id,
            "先に保存",
            WORDS + "\n先の文",
            reminder.send_at,
            version=reminder.version,
            by=SYSTEM,
            now=now,
        )
    status, html = send(front, reminder, body=WORDS + "\n後の文", version=seen)
    assert status == 409
    assert "先の文" in html
    assert "後の文" in html
    assert reminder.own_subject == "先に保存"
    status, _html = send(front, reminder, body=WORDS + "\n後の文")
    assert status == 303


def test_the_standard_text_comes_back(front: PageClient, reminder: Message) -> None:
    send(front, reminder)
    assert reminder.own_body is not None
    status, _html = send(front, reminder, do="standard")
    assert (status, reminder.own_body) == (303, None)


def test_what_went_cannot_be_edited(front: PageClient, queue: Queue, now: datetime) -> None:
    message = queue()
    deliver(now)
    db.session.refresh(message)
    assert front.get(f"/messages/{message.id}/edit").status_code == 303
    assert "/edit" not in front.get(f"/messages/{message.id}").get_data(as_text=True)


def test_skipping_can_be_undone_while_its_time_has_not_come(
    front: PageClient, reminder: Message, now: datetime
) -> None:
    front.get(f"/messages/{reminder.id}")
    answer = front.post(f"/messages/{reminder.id}/cancel", data={"version": "1", "back": "person"})
    assert answer.location.endswith(f"/people/{reminder.person_id}/messages")
    html = front.get(answer.location).get_data(as_text=True)
    assert f"/messages/{reminder.id}/cancel/undo" in html
    front.post(f"/messages/{reminder.id}/cancel/undo", data={})
    db.session.refresh(reminder)
    assert reminder.state == MessageState.PLANNED


def test_a_trainer_edits_no_message(sign_in: SignIn, reminder: Message) -> None:
    client = sign_in(Role.TRAINER)
    for address in (f"/messages/{reminder.id}/edit", f"/messages/{reminder.id}/text"):
        assert client.get(address).status_code == 403
