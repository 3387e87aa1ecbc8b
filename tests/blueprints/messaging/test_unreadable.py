"""A message whose words no key opens any more: its page says so and shows everything else."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from backoffice.core.audit import SYSTEM
from backoffice.core.config import Settings
from backoffice.core.crypto import use_keys
from backoffice.core.db import db
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.messaging.outbox import queue_message
from backoffice.people.actions import create_person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient


@pytest.fixture
def lost(gym: Studio, settings: Settings, now: datetime) -> Iterator[int]:
    """A message that was sent under a key nobody has any more."""
    person = create_person(name="鍵山 歩", mails=["a@example.jp"], by=SYSTEM, now=now)
    number = queue_message(
        Kind.WELCOME, studio_id=gym.id, now=now, dedupe_key="w", send_at=now, expires_at=now + timedelta(days=1),
        language="ja", person_id=person.id,
    )  # fmt: skip
    message = db.session.get_one(Message, number)
    message.state, message.subject, message.body = MessageState.SENT, "ご入会ありがとうございます", "ようこそ"
    db.session.commit()
    use_keys([Fernet.generate_key().decode()])
    db.session.expire_all()
    yield number
    use_keys(list(settings.encryption_keys))


def test_the_page_of_a_message_says_that_its_words_cannot_be_read(
    lost: int, sign_in: Callable[..., PageClient]
) -> None:
    manager = sign_in(Role.MANAGER)
    page = manager.get(f"/messages/{lost}")
    assert page.status_code == 200
    assert "ENCRYPTION_KEYS" in page.text
    assert "鍵山" in page.text
    assert "ようこそ" not in page.text
    assert manager.get("/messages").status_code == 200
    assert manager.get("/messages/999999").status_code == 404
