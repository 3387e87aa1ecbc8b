"""A tap on LINE: it books, it is answered once, and a late one hears kindly how it stands."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings import actions as bookings
from backoffice.bookings.models import Booking
from backoffice.choices.facts import PREFIX
from backoffice.choices.models import Choice, ChoiceState
from backoffice.choices.queries import choice_token, times_of
from backoffice.core.db import db
from backoffice.line.accounts import held_account
from backoffice.line.ties import tie
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.entries import Conversation
from backoffice.messaging.models import Channel, Kind, Message, MessageRoad, MessageState
from backoffice.people.models import Person
from backoffice.todos.models import Todo, TodoKind
from tasks.messages import PROVIDERS
from tests.backoffice.bookings.conftest import Desk
from tests.backoffice.choices.conftest import send, slot, to_move
from tests.backoffice.line.test_events import bring
from tests.far_ends.recording import RecordingChannel
from tests.line_chat import HANAKO, TARO, said, tapped


@pytest.fixture
def hanako(desk: Desk) -> Person:
    """Hanako, whose account is known."""
    who = desk.meet("山田 花子")
    tie(held_account(desk.studio.id, HANAKO, now=desk.now), who.id, now=desk.now)
    db.session.commit()
    return who


@pytest.fixture
def line() -> RecordingChannel:
    """LINE, as far as the gym can tell."""
    return RecordingChannel(timedelta(hours=23))


def tap(desk: Desk, choice: Choice, position: int, *, at: datetime | None = None, user: str = HANAKO) -> None:
    at = at or desk.now
    bring(desk.studio, at, tapped(PREFIX + choice_token(choice.id, position), at, user))


def hear(line: RecordingChannel, now: datetime) -> list[str]:
    """What LINE shows after a sweep, as text."""
    del line.sent[:]
    Delivery({Channel.LINE: line, Channel.MAIL: RecordingChannel()}, PROVIDERS).deliver_due(now)
    return [f"{one.subject}\n{one.body}" for one in line.sent]


def choice_of(desk: Desk, who: Person, *hours: int) -> Choice:
    choice = send(desk, who, *hours)
    db.session.commit()
    return choice


def test_a_tap_books_and_is_answered_where_it_was_made(
    desk: Desk, hanako: Person, line: RecordingChannel
) -> None:
    choice = choice_of(desk, hanako, 11, 16, 18)
    hear(line, desk.now)
    tap(desk, choice, 2)
    db.session.refresh(choice)
    assert choice.state == ChoiceState.CHOSEN
    assert [one.hold.state for one in times_of(choice.id)] == ["CANCELLED", "BOOKED", "CANCELLED"]
    (answer,) = hear(line, desk.now)
    assert answer.startswith("ご予約が決まりました")
    assert "11月26日(木)16:00" in answer


def test_a_confirmation_by_line_is_the_answer(desk: Desk, hanako: Person, line: RecordingChannel) -> None:
    db.session.add(MessageRoad(studio_id=desk.studio.id, kind=Kind.BOOKING_CONFIRMED, channel=Channel.LINE))
    choice = choice_of(desk, hanako, 11)
    tap(desk, choice, 1)
    (answer,) = hear(line, desk.now)
    assert "/manage/" in answer
    assert state_of(Kind.LINE_TIMES) == [MessageState.CANCELLED], "nobody hears the same twice"


def state_of(kind: Kind) -> list[str]:
    query = select(Message.state).where(Message.kind == kind).order_by(Message.id)
    return list(db.session.scalars(query))


def test_the_same_tap_twice_books_once_and_another_hears_what_is_booked(
    desk: Desk,
    hanako: Person,
    line: RecordingChannel,
) -> None:
    choice = choice_of(desk, hanako, 11, 16)
    tap(desk, choice, 1)
    tap(desk, choice, 1)
    tap(desk, choice, 2)
    heard = hear(line, desk.now)
    assert len(db.session.scalars(select(Booking).where(Booking.state == "BOOKED")).all()) == 1
    assert len(heard) == 3, "each tap is answered"
    assert all("11:00" in one and "16:00" not in one for one in heard)
    assert len(state_of(Kind.BOOKING_CONFIRMED)) == 1


def test_too_late_hears_how_to_book(desk: Desk, hanako: Person, line: RecordingChannel) -> None:
    choice = choice_of(desk, hanako, 11)
    at = choice.expires_at + timedelta(minutes=1)
    tap(desk, choice, 1, at=at)
    (answer,) = hear(line, at)
    assert "/line/book/" in answer
    assert answer.startswith("お取りしていたお時間は終了しました")
    assert choice.state == ChoiceState.OPEN, "the sweep ends it, a tap does not"


def test_none_suits_is_answered_and_makes_a_task(desk: Desk, hanako: Person, line: RecordingChannel) -> None:
    choice = choice_of(desk, hanako, 11)
    hear(line, desk.now)
    tap(desk, choice, 0)
    (answer,) = hear(line, desk.now)
    assert answer.startswith("承知いたしました")


def test_nobody_else_takes_or_learns_of_it(desk: Desk, hanako: Person, line: RecordingChannel) -> None:
    choice = choice_of(desk, hanako, 11)
    hear(line, desk.now)
    tap(desk, choice, 1, user=TARO)
    bring(desk.studio, desk.now, tapped("choice=forged", desk.now), tapped("anything", desk.now))
    db.session.refresh(choice)
    assert choice.state == ChoiceState.OPEN
    heard = hear(line, desk.now)
    assert len(heard) == 1
    assert "11:00" not in heard[0]


def test_a_move_that_meets_something_else_leaves_everything_as_it_was(
    desk: Desk,
    hanako: Person,
    line: RecordingChannel,
) -> None:
    """A longer booking does not fit where its shorter hold was: nothing is half done."""
    booking = desk.book(slot(desk, 17, days=2).starts_at, hanako)
    bookings.move(booking, starts_at=booking.starts_at, minutes=120, by=desk.by, now=desk.now)
    choice = to_move(desk, booking, hanako, 11)
    desk.book(desk.at(12, 30, day=slot(desk, 11).starts_at.date()))
    db.session.commit()
    hear(line, desk.now)
    tap(desk, choice, 1)
    db.session.expire_all()
    assert (choice.state, [one.hold.state for one in times_of(choice.id)]) == (ChoiceState.OPEN, ["HELD"])
    assert booking.starts_at == slot(desk, 17, days=2).starts_at
    (answer,) = hear(line, desk.now)
    assert answer.startswith("お取りしていたお時間は終了しました")


def test_times_sent_to_who_wrote_on_line_answer_there_whatever_the_studio_chose(
    desk: Desk, hanako: Person, line: RecordingChannel
) -> None:
    bring(desk.studio, desk.now, said("今週どこか空いていますか?", desk.now))
    conversation = db.session.scalars(select(Conversation)).one()
    assert conversation.waiting_since is not None
    choice_of(desk, hanako, 11, 16, 18)
    assert len(hear(line, desk.now)) == 1
    db.session.refresh(conversation)
    assert conversation.waiting_since is None
    assert db.session.scalars(select(Todo.done_at).where(Todo.kind == TodoKind.ANSWER)).one() is not None


def test_who_wrote_long_ago_is_sent_times_by_the_road_the_studio_chose(
    desk: Desk, hanako: Person, line: RecordingChannel
) -> None:
    bring(desk.studio, desk.now - timedelta(days=4), said("こんにちは", desk.now - timedelta(days=4)))
    choice_of(desk, hanako, 11, 16, 18)
    assert hear(line, desk.now) == []
