"""Accounts nobody knows yet: what they wrote, who they may be, and an enquiry that begins with one."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db
from backoffice.leads.models import Lead
from backoffice.line.models import LineAccount
from backoffice.messaging.entries import ConversationEntry, EntryFile, FileState
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.backoffice.line.test_events import bring
from tests.line_chat import HANAKO, said, sent
from tests.pages import PageClient


@pytest.fixture
def at_desk(gym: Studio, sign_in: Callable[..., PageClient]) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)


@pytest.fixture
def account(gym: Studio, now: datetime) -> LineAccount:
    """Somebody who wrote that they would like to book."""
    bring(gym, now, said("肩こりがつらいので体験したいです", now), said("電話は 090-1111-2222 です", now))
    return db.session.scalars(select(LineAccount)).one()


def form_on(client: PageClient, address: str, **typed: str) -> dict[str, str]:
    page = client.get(address).text
    token = re.findall(r'name="form_token"[^>]*value="([^"]*)"', page)[0]
    return {"form_token": token, **typed}


def test_who_wrote_stands_in_the_list_until_known_or_set_aside(
    at_desk: PageClient, account: LineAccount
) -> None:
    page = at_desk.get("/line/accounts").text
    assert "電話は 090-1111-2222 です" in page
    at_desk.post(f"/line/accounts/{account.id}/aside", data={})
    assert "090-1111-2222" not in at_desk.get("/line/accounts").text
    assert "090-1111-2222" in at_desk.get("/line/accounts?show=aside").text
    at_desk.post(f"/line/accounts/{account.id}/aside/undo", data={})
    assert "090-1111-2222" in at_desk.get("/line/accounts").text


def test_a_suggestion_leads_to_the_persons_page_and_ties_nothing(
    at_desk: PageClient, account: LineAccount, now: datetime
) -> None:
    hanako = create_person(name="山田 花子", phones=["09011112222"], by=SYSTEM, now=now)
    db.session.commit()
    page = at_desk.get(f"/line/accounts/{account.id}").text
    assert "山田 花子 様" in page
    assert f'href="/people/{hanako.id}/line"' in page
    db.session.refresh(account)
    assert (account.person_id, hanako.line_user_id) == (None, None)


def test_a_new_enquiry_begins_on_line_once(at_desk: PageClient, account: LineAccount) -> None:
    address = f"/line/accounts/{account.id}"
    data = form_on(at_desk, address, name="佐藤 実")
    first = at_desk.post(address, data=data)
    lead = db.session.scalars(select(Lead)).one()
    assert first.location == f"/leads/{lead.id}"
    assert (lead.source, "肩こり" in (lead.enquiry or "")) == ("line", True)
    person = db.session.get_one(Person, lead.person_id)
    assert (person.name, person.line_user_id) == ("佐藤 実", HANAKO)
    assert set(db.session.scalars(select(ConversationEntry.person_id))) == {person.id}
    again = at_desk.get(address)
    assert again.location == f"/people/{person.id}/messages"
    assert "肩こり" in at_desk.get(again.location).text


def test_somebody_on_file_is_not_tied_by_what_was_typed(
    at_desk: PageClient, account: LineAccount, now: datetime
) -> None:
    create_person(name="山田 花子", phones=["09011112222"], by=SYSTEM, now=now)
    db.session.commit()
    address = f"/line/accounts/{account.id}"
    data = form_on(at_desk, address, name="山田花子", phone="090-1111-2222")
    answer = at_desk.post(address, data=data)
    assert answer.status_code == 409
    assert "すでに登録されています" in answer.text
    assert db.session.query(Person).count() == 1
    assert at_desk.post(address, data=form_on(at_desk, address, name=" ")).status_code == 422


def test_a_photo_opens_for_the_desk_and_each_opening_is_recorded(
    at_desk: PageClient, gym: Studio, now: datetime, sign_in: Callable[..., PageClient]
) -> None:
    bring(gym, now, sent({"type": "image", "contentProvider": {"type": "line"}}, now))
    file = db.session.scalars(select(EntryFile)).one()
    address = f"/line/entries/{file.entry_id}/file"
    assert at_desk.get(address).status_code == 404, "not fetched yet"
    file.state, file.content, file.media_type, file.name = FileState.KEPT, b"jpeg", "image/jpeg", "photo.jpg"
    db.session.commit()
    answer = at_desk.get(address)
    assert (answer.data, answer.headers["X-Content-Type-Options"]) == (b"jpeg", "nosniff")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    opened = db.session.scalars(select(AuditLine).where(AuditLine.action == "conversation.file_opened")).all()
    assert len(opened) == 1
