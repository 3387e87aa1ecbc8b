"""Booking from the chat: the page knows who taps, and a name proves nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.models import Booking
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.leads.models import Lead
from backoffice.line.accounts import held_account
from backoffice.line.models import LineAccount
from backoffice.line.paths import book_path, connect_path
from backoffice.line.queries import may_be
from backoffice.line.ties import tie
from backoffice.messaging.models import Kind, Message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from tests.blueprints.bookings.visitor import Visitor
from tests.line_chat import HANAKO
from tests.pages import PageClient


@pytest.fixture
def visitor(client: PageClient, gym: Studio, at: Callable[[datetime], None], now: datetime) -> Visitor:
    """Somebody with a phone in their hand."""
    return Visitor(client, at, now)


@pytest.fixture
def account(gym: Studio, now: datetime) -> LineAccount:
    """An account nobody knows yet."""
    found = held_account(gym.id, HANAKO, now=now)
    db.session.commit()
    return found


def person_booked() -> Person:
    booking = db.session.scalars(select(Booking).order_by(Booking.id.desc())).first()
    assert booking is not None
    assert booking.channel == "LINE"
    lead = db.session.get_one(Lead, booking.lead_id)
    return db.session.get_one(Person, lead.person_id)


def test_a_visitor_who_books_from_line_is_known_from_then_on(visitor: Visitor, account: LineAccount) -> None:
    assert visitor.client.get(book_path(account.id)).location == "/book?lang=ja"
    visitor.book(name="佐藤 実", phone="080-1111-3333", mail="")
    person = person_booked()
    assert (person.line_user_id, db.session.scalars(select(Lead.source)).one()) == (HANAKO, "line")
    planned = db.session.scalars(select(Message.kind).where(Message.person_id == person.id)).all()
    assert Kind.BOOKING_CONFIRMED in planned, (
        "LINE reaches them, so their confirmation is planned with the booking"
    )
    visitor.book(
        "/book/counselling/details?at=2026-11-27T01:15Z", name="別人 太郎", phone="080-2222-4444", mail=""
    )
    newest = db.session.scalars(select(Booking.channel).order_by(Booking.id.desc())).first()
    assert newest == "WEB", "a later booking from this browser has its own beginning"


def test_somebody_on_file_is_only_a_hint(visitor: Visitor, account: LineAccount, now: datetime) -> None:
    hanako = create_person(name="山田 花子", phones=["080-1111-3333"], by=SYSTEM, now=now - timedelta(days=1))
    db.session.commit()
    visitor.client.get(book_path(account.id))
    visitor.book(name="山田花子", phone="080-1111-3333", mail="")
    db.session.refresh(account)
    assert person_booked().id == hanako.id
    assert (hanako.line_user_id, account.person_id, account.booked_by_id) == (None, None, hanako.id)
    assert [one.person_id for one in may_be(account)] == [hanako.id]


def test_the_page_knows_who_taps(visitor: Visitor, account: LineAccount, gym: Studio, now: datetime) -> None:
    hanako = create_person(
        name="山田 花子", kana="ヤマダ ハナコ", phones=["080-1111-3333"], mails=["h@x.jp"], by=SYSTEM, now=now
    )
    tie(account, hanako.id, now=now)
    db.session.commit()
    details = "/book/trial/details?at=2026-11-26T01:15Z"
    assert "山田 花子" not in visitor.open(details), "not without the link"
    visitor.client.get(book_path(account.id))
    page = visitor.open(details)
    for known in ("山田 花子", "ヤマダ ハナコ", "080-1111-3333", "h@x.jp"):
        assert f'value="{known}"' in page
    visitor.book(name="友人 次郎", phone="080-9999-0000", mail="")
    assert hanako.line_user_id == HANAKO, "booked for a friend"
    assert db.session.query(Person).filter_by(name="友人 次郎").one().line_user_id is None


def test_the_link_lives_for_a_day_and_is_for_booking_only(
    visitor: Visitor, account: LineAccount, gym: Studio, now: datetime, at: Callable[[datetime], None]
) -> None:
    path, foreign = book_path(account.id), connect_path(account.id).rpartition("/")[2]
    for wrong in ("/line/book/x", f"/line/book/{foreign}", book_path(10**12)):
        assert visitor.client.get(wrong).status_code == 404
    assert visitor.client.get(path).status_code == 303
    at(now + timedelta(days=1, seconds=2))
    assert visitor.client.get(path).status_code == 404
