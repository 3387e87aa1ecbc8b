"""The page of a second counselling: the browser that booked the first may move it, anybody else learns nothing."""

import re
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.bookings.models import Booking
from backoffice.core.db import db
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind
from tests.blueprints.bookings.visitor import Visitor, offers_of
from tests.pages import PageClient

FIRST = "/book/counselling/details?at=2026-11-26T01:15Z"
TRIAL = "/book/trial/details?at=2026-11-26T01:15Z"
SECOND = "/book/counselling/details?at=2026-11-27T01:15Z"
ALREADY = "すでにご予約があります"
ELSEWHERE = "に別のご予約があります"
MOVES = re.compile(r'href="(/manage/[^"]+)">このご予約を変更する')


@pytest.fixture
def visitor(gym: Studio, client: PageClient, at, now: datetime) -> Visitor:
    return Visitor(client, at, now)


def bookings() -> int:
    return db.session.scalar(select(func.count()).select_from(Booking)) or 0


def test_the_same_browser_is_offered_to_move_the_first_once_the_same_person_is_typed(
    visitor: Visitor,
) -> None:
    visitor.book(FIRST)
    for path in ("/book/counselling", SECOND):
        page = visitor.open(path)
        assert ALREADY not in page, "a browser is not a person"
        assert "/manage/" not in page
    answer = visitor.send(visitor.open(SECOND))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert text.count(ALREADY) == text.count("data-error-summary") == 1
    link = MOVES.search(text)
    assert link is not None
    assert bookings() == 1
    assert "11月26日" in visitor.open(link[1])


def test_a_refused_form_says_nothing_of_the_visits_of_this_browser(visitor: Visitor) -> None:
    visitor.book(FIRST)
    answer = visitor.send(visitor.open(SECOND), phone="", mail="")
    assert answer.status_code == 422
    assert ALREADY not in answer.get_data(as_text=True)


def test_a_form_sent_twice_is_remembered_though_the_first_answer_was_lost(visitor: Visitor) -> None:
    page = visitor.open(FIRST)
    visitor.send(page)
    with visitor.client.session_transaction() as kept:
        kept.pop("visits")
    visitor.send(page)
    visitor.send(page)
    with visitor.client.session_transaction() as kept:
        assert len(kept["visits"]) == 1
    assert visitor.send(visitor.open(SECOND)).status_code == 409


def test_when_somebody_is_elsewhere_is_told_to_their_own_browser_only(
    visitor: Visitor, in_app: Flask, at, now: datetime
) -> None:
    visitor.book(TRIAL + "&trainer=mori")
    own = visitor.send(visitor.open(FIRST + "&trainer=okada"))
    assert own.status_code == 409
    assert ELSEWHERE in own.get_data(as_text=True)
    other = Visitor(in_app.test_client(), at, visitor.now)  # type: ignore[arg-type]
    answer = other.send(other.open(FIRST + "&trainer=okada"))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert ELSEWHERE not in text
    assert "ほかの方のご予約が入りました" in text
    assert len(offers_of(text)) == 3
    assert bookings() == 1


def test_a_friend_is_booked_from_the_same_browser(visitor: Visitor) -> None:
    visitor.book(FIRST)
    visitor.book(SECOND, name="佐藤 一郎", phone="080-1111-2222", mail="ichiro@example.jp")
    assert bookings() == 2
    assert db.session.scalars(select(Todo).where(Todo.kind == TodoKind.TWICE)).all() == []


def test_another_browser_sees_the_same_as_if_there_were_none(
    visitor: Visitor, in_app: Flask, at, now: datetime, sign_in
) -> None:
    first = visitor.open(visitor.book(FIRST))
    other = Visitor(in_app.test_client(), at, visitor.now)  # type: ignore[arg-type]
    assert ALREADY not in other.open("/book/counselling")
    assert ALREADY not in other.open(SECOND)
    second = other.open(other.book(SECOND))
    assert ALREADY not in second
    assert _said(second) == _said(first)
    assert bookings() == 2
    desk = sign_in(Role.FRONT_DESK)
    assert "無料カウンセリングのご予約が2件以上" in desk.get("/today").text


def test_a_broken_cookie_is_nobodys(visitor: Visitor) -> None:
    visitor.book(FIRST)
    with visitor.client.session_transaction() as kept:
        kept["visits"] = ["x", 7, None]
    assert ALREADY not in visitor.open(SECOND)
    with visitor.client.session_transaction() as kept:
        kept["visits"] = "x"
    visitor.book(SECOND)
    assert bookings() == 2


def _said(page: str) -> str:
    """The page without what belongs to the one booking: its time, tokens, days."""
    text = re.sub(r"<[^>]+>", " ", page[page.index("<main") :])
    return re.sub(r"[\d:月日火水木金土()]+|\s+", " ", text)
