"""The way out of follow-ups: a GET shows, a POST stops, once and for good."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.links import sign
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.messaging.outbox import queue_message
from backoffice.people.actions import record_consent
from backoffice.people.models import Consent, Person, Purpose
from backoffice.people.queries import consent
from backoffice.studio.models import Studio
from tests.backoffice.messaging.conftest import guest
from tests.pages import PageClient

__all__ = ["guest"]


@pytest.fixture
def token(guest: Person, now: datetime) -> str:
    """The link of somebody who agreed to follow-ups."""
    record_consent(
        guest.id, Purpose.FOLLOW_UP, True, wording="v1", language="ja", source="test", by=SYSTEM, now=now
    )
    db.session.commit()
    return sign("unsubscribe", guest.id, "FOLLOW_UP")


def test_opening_the_link_changes_nothing(client: PageClient, token: str, guest: Person) -> None:
    for _ in range(3):
        page = client.get(f"/unsubscribe/{token}")
        assert page.status_code == 200
        assert "<form" in page.get_data(as_text=True)
    assert consent(guest.id, Purpose.FOLLOW_UP) is True


def test_one_click_of_a_mail_program_stops_them(
    client: PageClient, token: str, guest: Person, gym: Studio, now: datetime
) -> None:
    message_id = queue_message(
        Kind.AFTER_TRIAL, studio_id=gym.id, dedupe_key="x", send_at=now + timedelta(days=1),
        expires_at=now + timedelta(days=3), now=now, person_id=guest.id, language="ja",
    )  # fmt: skip
    client.csrf = ""
    answer = client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert consent(guest.id, Purpose.FOLLOW_UP) is False
    db.session.expire_all()
    assert db.session.get_one(Message, message_id).state == MessageState.CANCELLED


def test_the_button_on_the_page_stops_them_too(client: PageClient, token: str, guest: Person) -> None:
    client.get(f"/unsubscribe/{token}")
    page = client.post(f"/unsubscribe/{token}", data={})
    assert page.status_code == 200
    assert consent(guest.id, Purpose.FOLLOW_UP) is False


def test_twice_is_once(client: PageClient, token: str, guest: Person) -> None:
    for _ in range(3):
        client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
    kept = select(func.count()).where(Consent.person_id == guest.id, Consent.granted.is_(False))
    assert db.session.scalar(kept) == 1


@pytest.mark.parametrize(
    "change", [lambda t: t[:-2], lambda t: "x", lambda t: t.upper(), lambda t: t + "a" * 400]
)
def test_a_broken_link_stops_nothing(client: PageClient, token: str, guest: Person, change: object) -> None:
    broken = change(token)  # type: ignore[operator]
    assert client.get(f"/unsubscribe/{broken}").status_code == 404
    assert client.post(f"/unsubscribe/{broken}", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    assert consent(guest.id, Purpose.FOLLOW_UP) is True


def test_a_link_for_something_else_is_no_way_out(client: PageClient, token: str, guest: Person) -> None:
    other = sign("manage", guest.id, 1)
    assert client.get(f"/unsubscribe/{other}").status_code == 404
    assert client.get(f"/unsubscribe/{sign('unsubscribe', guest.id, 'TERMS')}").status_code == 404
