"""The page of messages: what stands where, why, and what staff can do about it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.messaging.channels import Ending, Outcome
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.outbox import hold_due_for_review
from backoffice.messaging.smtp_answers import NO_SUCH_ADDRESS
from backoffice.providers import PROVIDERS
from backoffice.staff.models import Role, Staff
from backoffice.todos.models import Todo
from tests.backoffice.messaging.conftest import booking, guest, lead, queue
from tests.far_ends.recording import RecordingChannel
from tests.pages import PageClient

__all__ = ["booking", "guest", "lead", "queue"]

SignIn = Callable[..., PageClient]
Queue = Callable[..., Message]
SetClock = Callable[[datetime], None]

BOUNCED = Outcome(Ending.NEVER, NO_SUCH_ADDRESS, "550 5.1.1 unknown")
ALL = ("planned", "sent", "failed", "unknown", "review", "not-sent")


@pytest.fixture
def front(sign_in: SignIn) -> PageClient:
    """The front desk, signed in."""
    return sign_in(Role.FRONT_DESK)


def deliver(now: datetime, *answers: Outcome) -> RecordingChannel:
    channel = RecordingChannel(answers=list(answers))
    Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due(now)
    return channel


def press(front: PageClient, message: Message, button: str) -> str:
    """Press a button on the message's page; the page that follows."""
    front.get(f"/messages/{message.id}")
    answer = front.post(f"/messages/{message.id}/{button}", data={"version": str(message.version)})
    assert answer.status_code == 302
    db.session.refresh(message)
    return front.get(answer.location).get_data(as_text=True)


def trays_with(front: PageClient, name: str) -> list[str]:
    return [tray for tray in ALL if name in front.get(f"/messages?tray={tray}").get_data(as_text=True)]


def test_a_message_stands_in_one_tray_at_a_time(front: PageClient, queue: Queue, now: datetime) -> None:
    queue()
    assert trays_with(front, "山田 花子") == ["planned"]
    deliver(now)
    assert trays_with(front, "山田 花子") == ["sent"]


def test_a_failure_says_why_in_plain_words(front: PageClient, queue: Queue, now: datetime) -> None:
    message = queue()
    deliver(now, BOUNCED)
    for address in ("/messages?tray=failed", f"/messages/{message.id}"):
        assert "そのメールアドレスは存在しません。" in front.get(
            f"{address}", headers={"Accept-Language": "ja"}
        ).get_data(as_text=True)


def test_the_text_is_shown_as_it_went_out(front: PageClient, queue: Queue, now: datetime) -> None:
    message = queue()
    channel = deliver(now)
    html = front.get(f"/messages/{message.id}").get_data(as_text=True)
    assert channel.sent[0].body.splitlines()[0] in html
    assert "hanako@example.jp" in html


def test_filters_stand_in_the_address(front: PageClient, queue: Queue) -> None:
    queue(Kind.REMINDER_DAY_BEFORE)
    assert "山田 花子" in front.get("/messages?kind=reminder_day_before&q=hanako@example.jp").get_data(
        as_text=True
    )
    assert "山田 花子" not in front.get("/messages?kind=welcome").get_data(as_text=True)
    assert "山田 花子" not in front.get("/messages?q=鈴木").get_data(as_text=True)


@pytest.mark.parametrize(
    "query",
    [
        "tray=x",
        "kind=x",
        "after=x.y",
        "after=2026-01-01T00:00:00.5",
        "q=%ff",
        "after=9999-12-31T23:59:59%2B00:00.1",
    ],
)
def test_nonsense_in_the_address_is_ignored(front: PageClient, query: str) -> None:
    assert front.get(f"/messages?{query}").status_code == 200


def test_pages_follow_each_other_without_gaps(front: PageClient, queue: Queue, now: datetime) -> None:
    for number in range(120):
        queue(dedupe_key=f"many:{number}", send_at=now + timedelta(minutes=number // 3))
    seen: list[str] = []
    address = "/messages"
    while address:
        html = front.get(address).get_data(as_text=True)
        seen += [part.split('"')[0] for part in html.split('href="/messages/')[1:]]
        rest = html.split('rel="next" href="')
        address = rest[1].split('"')[0].replace("&amp;", "&") if len(rest) > 1 else ""
    assert len(seen) == len(set(seen)) == 120


def test_send_again_after_a_failure(front: PageClient, queue: Queue, now: datetime) -> None:
    message = queue()
    deliver(now, BOUNCED)
    key = message.retry_key
    press(front, message, "send-again")
    assert message.state == MessageState.PLANNED
    assert message.retry_key != key
    assert len(deliver(now).sent) == 1
    open_todos = select(func.count()).where(Todo.message_id == message.id, Todo.done_at.is_(None))
    assert db.session.scalar(open_todos) == 0
    actions = select(AuditLine.action).where(AuditLine.subject_kind == "message")
    assert "message.sent_again" in db.session.scalars(actions).all()


def test_what_was_sent_gets_one_copy(front: PageClient, queue: Queue, now: datetime) -> None:
    message = queue()
    deliver(now)
    press(front, message, "send-again")
    press(front, message, "send-again")
    assert message.state == MessageState.SENT
    assert len(deliver(now).sent) == 1


def test_do_not_send(front: PageClient, queue: Queue, now: datetime) -> None:
    message = queue()
    press(front, message, "cancel")
    assert message.state == MessageState.CANCELLED
    assert not deliver(now).calls


def test_send_now(front: PageClient, queue: Queue, now: datetime) -> None:
    message = queue(Kind.REMINDER_DAY_BEFORE, send_at=now + timedelta(days=1))
    press(front, message, "send-now")
    assert len(deliver(now).sent) == 1


def test_at_night_even_send_now_waits(front: PageClient, queue: Queue, now: datetime, at: SetClock) -> None:
    night = now.replace(hour=14)  # 23:00 in Kyoto
    message = queue(Kind.REMINDER_DAY_BEFORE, send_at=now + timedelta(days=1))
    at(night)
    press(front, message, "send-now")
    assert message.send_at == night.replace(hour=23)


def test_after_a_restore_a_person_decides(front: PageClient, queue: Queue, now: datetime) -> None:
    message = queue()
    hold_due_for_review(now=now)
    db.session.commit()
    db.session.refresh(message)
    assert trays_with(front, "山田 花子") == ["review"]
    press(front, message, "release")
    assert len(deliver(now).sent) == 1


def test_what_is_over_cannot_be_sent(front: PageClient, queue: Queue, now: datetime, at: SetClock) -> None:
    message = queue()
    deliver(now, BOUNCED)
    at(message.expires_at)
    html = press(front, message, "send-again")
    assert message.state == MessageState.FAILED
    assert "send-again" not in html


def test_an_old_page_changes_nothing(front: PageClient, queue: Queue, now: datetime) -> None:
    message = queue(send_at=now + timedelta(hours=1))
    front.get(f"/messages/{message.id}")
    for version in (str(message.version - 1), "", "x", "99999999999"):
        front.post(f"/messages/{message.id}/cancel", data={"version": version})
    db.session.refresh(message)
    assert message.state == MessageState.PLANNED


def test_the_link_of_an_invitation_is_nowhere_to_be_seen(
    front: PageClient, queue: Queue, desk: Staff, now: datetime
) -> None:
    desk.state = "INVITED"
    db.session.commit()
    message = queue(Kind.STAFF_INVITE, person_id=None, booking_id=None, lead_id=None, staff_id=desk.id)
    channel = deliver(now)
    link = next(line for line in channel.sent[0].body.splitlines() if "/invite/" in line)
    html = front.get(f"/messages/{message.id}").get_data(as_text=True)
    assert "●●●" in html
    assert link.rpartition("/")[2] not in html


def test_trainers_see_no_messages(sign_in: SignIn, queue: Queue) -> None:
    message = queue()
    client = sign_in(Role.TRAINER)
    for address in ("/messages", f"/messages/{message.id}"):
        assert client.get(address).status_code == 403


def test_an_unknown_message_is_not_found(front: PageClient) -> None:
    assert front.get("/messages/999999").status_code == 404
