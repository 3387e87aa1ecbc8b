"""The desk connects a person's LINE: a code shown once with its QR, a link by mail, letting go."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.line.accounts import held_account
from backoffice.line.models import LineCode
from backoffice.line.paths import CONNECT_LINK_LIVES, connect_path
from backoffice.line.ties import tie
from backoffice.merging.actions import merge
from backoffice.messaging.models import Message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.backoffice.line.test_events import bring
from tests.line_chat import HANAKO, said
from tests.pages import PageClient


@pytest.fixture
def at_desk(gym: Studio, sign_in: Callable[..., PageClient], with_channels: None) -> PageClient:
    """The front desk's browser; the gym is on LINE."""
    gym.line_id = "@sei-kyoto"
    db.session.commit()
    return sign_in(Role.FRONT_DESK)


@pytest.fixture
def hanako(gym: Studio, now: datetime) -> Person:
    """Hanako, with a mail address."""
    return create_person(name="山田 花子", mails=["hanako@example.jp"], by=SYSTEM, now=now)


def digits_on(page: str) -> str:
    found = re.search(r'num"(?: id="code")?>(\d{4} \d{4})<', page)
    assert found is not None
    return found[1]


def test_a_code_is_made_by_the_button_and_shown_this_once(
    at_desk: PageClient, gym: Studio, hanako: Person, now: datetime
) -> None:
    address = f"/people/{hanako.id}/line"
    assert "LINEはまだ連携していません" in at_desk.get(address).text
    assert db.session.query(LineCode).count() == 0, "looking makes none"
    page = at_desk.post(address, data={}).text
    digits = digits_on(page)
    assert "data:image/svg+xml" in page
    assert digits not in at_desk.get(address).text
    bring(gym, now, said(digits, now))
    assert "LINEは連携済みです" in at_desk.get(address, headers={"HX-Request": "true"}).text
    at_desk.post(f"{address}/removal", data={})
    assert "まだ連携していません" in at_desk.get(address).text


def test_without_an_account_of_the_gym_no_code_is_offered(
    gym: Studio, hanako: Person, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    page = desk.get(f"/people/{hanako.id}/line").text
    assert "コードを表示" not in page
    for address in ("", "/invitation"):
        assert desk.post(f"/people/{hanako.id}/line{address}", data={}).status_code == 422
    assert db.session.query(LineCode).count() == 0


def test_the_link_goes_by_mail_once_a_day(at_desk: PageClient, hanako: Person, now: datetime) -> None:
    at_desk.get(f"/people/{hanako.id}/line")
    for _ in range(2):
        at_desk.post(f"/people/{hanako.id}/line/invitation", data={})
    message = db.session.scalars(select(Message)).one()
    assert (message.kind, message.channel, message.person_id) == ("line_invite", "mail", hanako.id)


def test_the_signed_page_makes_a_code_on_its_button_only(
    at_desk: PageClient, client: PageClient, hanako: Person
) -> None:
    path = connect_path(hanako.id)
    for _ in range(2):
        assert "LINEを連携する" in client.get(path).text
    assert db.session.query(LineCode).count() == 0
    page = client.post(path, data={}).text
    link = re.search(r'href="(https://line\.me/R/oaMessage/[^"]+)"', page)
    assert link is not None
    assert unquote(link[1]) == f"https://line.me/R/oaMessage/@sei-kyoto/?LINE連携コード {digits_on(page)}"
    assert "山田" not in page, "a link that was passed on tells no name"


def test_links_that_are_old_forged_or_of_nobody_lead_nowhere(
    at_desk: PageClient, gym: Studio, hanako: Person, now: datetime, at: Callable[[datetime], None]
) -> None:
    path = connect_path(hanako.id)
    for wrong in ("/line/connect/x", f"{path}x", connect_path(10**12)):
        assert at_desk.get(wrong).status_code == 404
    twin = create_person(name="山田 華子", by=SYSTEM, now=now)
    merge(twin.id, hanako.id, {}, by=SYSTEM, now=now)
    db.session.commit()
    assert at_desk.get(path).status_code == 404, "merged away"
    at(now + CONNECT_LINK_LIVES + timedelta(seconds=1))
    assert at_desk.get(connect_path(twin.id)).status_code == 200
    old = connect_path(twin.id)
    at(now + 3 * CONNECT_LINK_LIVES)
    assert at_desk.get(old).status_code == 404


def test_a_blocked_account_is_said_to_be_blocked(
    at_desk: PageClient, gym: Studio, hanako: Person, now: datetime
) -> None:
    account = held_account(gym.id, HANAKO, now=now)
    account.display_name, account.blocked_at = "はな", now
    tie(account, hanako.id, now=now)
    db.session.commit()
    assert "ブロックされています" in at_desk.get(f"/people/{hanako.id}/line").text


def test_with_the_id_of_an_account_alone_nothing_is_offered(
    gym: Studio, sign_in: Callable[..., PageClient], client: PageClient, hanako: Person
) -> None:
    """Without secret and token nobody would hear the number, so none is made."""
    gym.line_id = "@sei-kyoto"
    db.session.commit()
    path, address = connect_path(hanako.id), f"/people/{hanako.id}/line"
    assert "LINEを連携する" not in client.get(path).text
    assert client.post(path, data={}).status_code == 404
    desk = sign_in(Role.FRONT_DESK)
    assert "docs/operations.md" in desk.get(address).text
    assert desk.post(address, data={}).status_code == 422
    assert desk.post(f"{address}/invitation", data={}).status_code == 422
    assert db.session.query(LineCode).count() == 0
