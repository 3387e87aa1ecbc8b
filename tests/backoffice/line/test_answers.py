"""From the webhook to the answer: what somebody reads after a tap, and to whom nothing goes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.actions import book
from backoffice.bookings.availability import free_slots
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import BookingChannel
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.line.accounts import held_account
from backoffice.line.paths import account_in
from backoffice.line.ties import tie, untie
from backoffice.messaging.channels import Ending, Outcome
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Message
from backoffice.messaging.outbox import queue_message
from backoffice.messaging.policy import Kind
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.providers import PROVIDERS
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.backoffice.line.test_events import bring
from tests.far_ends.recording import RecordingChannel
from tests.line_chat import HANAKO, TARO, event, tapped


@pytest.fixture
def line() -> RecordingChannel:
    """LINE, as far as the gym can tell."""
    return RecordingChannel(timedelta(hours=23))


@pytest.fixture
def mail() -> RecordingChannel:
    """The other road, which answers never take."""
    return RecordingChannel()


@pytest.fixture
def hanako(gym: Studio, now: datetime) -> Person:
    """Hanako, whose account is known."""
    who = create_person(name="山田 花子", mails=["h@x.jp"], by=SYSTEM, now=now)
    tie(held_account(gym.id, HANAKO, now=now), who.id, now=now)
    db.session.commit()
    return who


def deliver(line: RecordingChannel, mail: RecordingChannel, now: datetime) -> None:
    Delivery({Channel.LINE: line, Channel.MAIL: mail}, PROVIDERS).deliver_due(now)


def visit(gym: Studio, who: Person, now: datetime) -> None:
    """A session in two days."""
    day, service = local_date(now, gym.zone) + timedelta(days=2), service_by_slug(gym.id, "session")
    slot = free_slots(gym, service, day, day, now=now)[0]
    book(
        studio=gym, service=service, trainer_id=slot.trainer_id, starts_at=slot.starts_at,
        participants=[Guest(who)], channel=BookingChannel.LINE, by=SYSTEM, now=now,
    )  # fmt: skip
    db.session.commit()


def test_change_shows_the_bookings_of_whoever_taps_and_of_nobody_else(
    gym: Studio, hanako: Person, line: RecordingChannel, mail: RecordingChannel, now: datetime
) -> None:
    visit(gym, hanako, now)
    bring(gym, now, tapped("menu=change", now), tapped("menu=change", now, TARO))
    deliver(line, mail, now)
    answers = {one.address: one.body for one in line.sent}
    assert "/manage/" in answers[HANAKO]
    assert "/manage/" not in answers[TARO]
    assert "まだご予約の情報と連携されていません" in answers[TARO]
    assert [one for one in mail.sent if "LINE" in one.subject] == []


def test_book_way_and_question_are_answered_at_night_too(
    gym: Studio, hanako: Person, line: RecordingChannel, mail: RecordingChannel, now: datetime
) -> None:
    night = now + timedelta(hours=11, minutes=30)
    gym.way_ja, gym.phone = "4番出口から3分", "0755550123"
    db.session.commit()
    bring(gym, night, *(tapped(f"menu={name}", night) for name in ("book", "way", "question")))
    deliver(line, mail, night)
    book_text, way, question = (one.body for one in line.sent)
    token = book_text.rpartition("/line/book/")[2].split()[0]
    assert account_in(token) == held_account(gym.id, HANAKO, now=night).id
    assert "4番出口から3分" in way
    assert "スタッフ" in question


def test_an_answer_goes_by_line_or_nowhere(
    gym: Studio, hanako: Person, line: RecordingChannel, mail: RecordingChannel, now: datetime
) -> None:
    no = Outcome(Ending.NEVER, "no", "400")
    line.answers = [no, no]  # to the reply, and to the push after it
    bring(gym, now, tapped("menu=way", now))
    deliver(line, mail, now)
    message = db.session.scalars(select(Message)).one()
    assert (message.state, mail.sent) == ("FAILED", [])
    bring(gym, now, tapped("menu=way", now))
    Delivery({Channel.MAIL: mail}, PROVIDERS).deliver_due(now)
    states = db.session.scalars(select(Message.state).order_by(Message.id)).all()
    assert (list(states), mail.sent) == (["FAILED", "NOT_SENT"], []), "no channel set up"


@pytest.mark.parametrize("meanwhile", ["blocked", "untied", "late"])
def test_nothing_goes_to_who_left_meanwhile(
    gym: Studio, hanako: Person, line: RecordingChannel, mail: RecordingChannel, now: datetime, meanwhile: str
) -> None:
    bring(gym, now, tapped("menu=change", now))
    if meanwhile == "blocked":
        bring(gym, now, event("unfollow", now))
    if meanwhile == "untied":
        untie(hanako.id, by=SYSTEM, now=now)
        db.session.commit()
    deliver(line, mail, now + timedelta(hours=1 if meanwhile == "late" else 0))
    assert line.sent == []


def test_the_link_to_connect_goes_by_mail_and_only_while_it_is_wanted(
    gym: Studio, hanako: Person, line: RecordingChannel, mail: RecordingChannel, now: datetime
) -> None:
    other = create_person(name="佐藤 実", mails=["s@x.jp"], by=SYSTEM, now=now)
    for who in (hanako, other):
        queue_message(
            Kind.LINE_INVITE, studio_id=gym.id, now=now, dedupe_key=f"i{who.id}", send_at=now,
            expires_at=now + timedelta(days=1), language="ja", person_id=who.id,
        )  # fmt: skip
    db.session.commit()
    deliver(line, mail, now)
    assert [one.address for one in mail.sent] == ["s@x.jp"]
    assert "/line/connect/" in mail.sent[0].body


def test_the_confirmation_offers_line_to_who_has_none(
    gym: Studio, hanako: Person, line: RecordingChannel, mail: RecordingChannel, now: datetime
) -> None:
    gym.line_id = "@sei"
    other = create_person(name="佐藤 実", mails=["s@x.jp"], by=SYSTEM, now=now)
    for who, days in ((hanako, 2), (other, 3)):
        day, service = local_date(now, gym.zone) + timedelta(days=days), service_by_slug(gym.id, "trial")
        slot = free_slots(gym, service, day, day, now=now)[0]
        book(
            studio=gym, service=service, trainer_id=slot.trainer_id, starts_at=slot.starts_at,
            participants=[Guest(who)], channel=BookingChannel.WEB, by=SYSTEM, now=now,
        )  # fmt: skip
    db.session.commit()
    deliver(line, mail, now)
    offered = {one.address: "/line/connect/" in one.body for one in mail.sent}
    assert offered == {"h@x.jp": False, "s@x.jp": True}
