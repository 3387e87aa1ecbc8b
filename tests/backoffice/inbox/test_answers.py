"""Answers by hand: once, by the road that was chosen, now or later, changed or taken back until they go."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM, Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.inbox import actions, answers
from backoffice.inbox.answers import AnsweredMeanwhile, Draft, answer
from backoffice.inbox.health import Writer
from backoffice.inbox.queries import Asked, conversation_rows
from backoffice.line.accounts import held_account
from backoffice.line.ties import tie, untie
from backoffice.messaging import actions as message_actions
from backoffice.messaging import own_messages
from backoffice.messaging.channels import Ending, Outcome
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.entries import ConversationEntry, Road
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Staff
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind
from tasks.messages import PROVIDERS
from tests.backoffice.inbox.conftest import messages, open_tasks, reply, the_conversation
from tests.far_ends.recording import RecordingChannel
from tests.line_chat import HANAKO, TARO, event, said

Bring = Callable[..., int]
Deliver = Callable[[datetime], tuple[list[Any], list[Any]]]


@pytest.fixture
def asked(hanako: Person, bring: Bring, now: datetime) -> Person:
    """Hanako has asked something."""
    bring(now, said("駐車場はありますか?", now))
    return hanako


def test_on_line_the_words_stand_alone(
    gym: Studio, asked: Person, by: Actor, deliver: Deliver, now: datetime
) -> None:
    made = reply(gym, "はい、2台分ございます。", by, now)
    line, mail = deliver(now)
    assert [(one.address, one.subject, one.body) for one in line] == [(HANAKO, "", "はい、2台分ございます。")]
    assert mail == []
    (message,) = messages()
    assert (message.kind, message.state, message.values) == (
        Kind.WRITTEN,
        MessageState.SENT,
        {"entry_id": made.id},
    )
    assert made.message_id == message.id


def test_by_mail_they_have_a_subject_a_name_and_the_gym_below(
    gym: Studio, asked: Person, by: Actor, deliver: Deliver, now: datetime
) -> None:
    reply(gym, "はい、2台分ございます。", by, now, road=Channel.MAIL)
    line, mail = deliver(now)
    assert line == []
    assert (mail[0].address, mail[0].subject) == ("hanako@example.jp", "整 SEIからのご連絡")
    assert mail[0].body.startswith("山田 花子 様\n\nはい、2台分ございます。")
    assert "京都市中京区" in mail[0].body


def test_refused_by_line_it_goes_by_mail(gym: Studio, asked: Person, by: Actor, now: datetime) -> None:
    line, mail = RecordingChannel(timedelta(hours=23)), RecordingChannel()
    line.answers = [Outcome(Ending.NEVER, "no", "400")] * 2  # as a reply, and as a push
    reply(gym, "はい", by, now)
    Delivery({Channel.LINE: line, Channel.MAIL: mail}, PROVIDERS).deliver_due(now)
    assert (line.sent, [one.body.split("\n\n")[1] for one in mail.sent]) == ([], ["はい"])


def test_an_account_nobody_knows_is_answered_on_line_or_not_at_all(
    gym: Studio, bring: Bring, by: Actor, deliver: Deliver, now: datetime
) -> None:
    bring(now, said("こんにちは", now, TARO))
    with pytest.raises(Invalid):
        reply(gym, "お名前をお聞かせください", by, now, road=Channel.MAIL)
    db.session.rollback()
    reply(gym, "お名前をお聞かせください", by, now)
    line, mail = deliver(now)
    assert [(one.address, one.body) for one in line] == [(TARO, "お名前をお聞かせください")]
    assert mail == []


def test_who_blocks_the_gym_meanwhile_gets_it_by_mail_and_an_unknown_one_not_at_all(
    gym: Studio, asked: Person, bring: Bring, by: Actor, deliver: Deliver, now: datetime
) -> None:
    reply(gym, "はい", by, now)
    bring(now, event("unfollow", now))
    line, mail = deliver(now)
    assert (line, len(mail)) == ([], 1)
    with pytest.raises(Invalid):
        reply(gym, "もう一度", by, now, seen=2**60)


def test_at_night_it_goes_at_once(
    gym: Studio, asked: Person, by: Actor, deliver: Deliver, now: datetime
) -> None:
    night = now + timedelta(hours=11, minutes=30)
    reply(gym, "はい", by, night)
    assert len(deliver(night)[0]) == 1


def test_later_it_goes_later_and_nothing_waits_meanwhile(
    gym: Studio, asked: Person, by: Actor, deliver: Deliver, now: datetime
) -> None:
    reply(gym, "はい", by, now, send_at=now + timedelta(days=1))
    assert deliver(now + timedelta(hours=23)) == ([], [])
    assert (the_conversation().waiting_since, open_tasks()) == (None, [])
    assert len(deliver(now + timedelta(days=1))[0]) == 1


def test_it_can_be_changed_until_it_goes(
    gym: Studio, asked: Person, by: Actor, deliver: Deliver, now: datetime
) -> None:
    made = reply(gym, "はい", by, now, send_at=now + timedelta(days=1))
    sooner = now + timedelta(hours=1)
    _change(gym, made, "いいえ", sooner, by, now, version=1)
    with pytest.raises(Stale):
        _change(gym, made, "たぶん", sooner, by, now, version=1)
    db.session.rollback()
    line, _mail = deliver(sooner)
    assert [one.body for one in line] == ["いいえ"]
    with pytest.raises(Invalid, match="on its way"):
        _change(gym, made, "やはり", None, by, sooner, version=None)


def test_taken_back_it_does_not_go_and_what_it_answered_waits_again(
    gym: Studio, asked: Person, by: Actor, deliver: Deliver, now: datetime
) -> None:
    made = reply(gym, "はい", by, now, send_at=now + timedelta(days=1))
    answers.take_back(gym.id, made.id, version=None, by=by, now=now)
    db.session.commit()
    assert the_conversation().waiting_since == now
    assert len(open_tasks()) == 1
    (row,) = conversation_rows(gym.id, Asked(0))
    assert (row.words, row.direction, row.said_at) == ("駐車場はありますか?", "IN", now), (
        "not what nobody will read"
    )
    assert deliver(now + timedelta(days=1)) == ([], [])
    with pytest.raises(Invalid):
        answers.take_back(gym.id, made.id, version=None, by=by, now=now)


def test_what_they_said_cannot_be_changed(gym: Studio, asked: Person, by: Actor, now: datetime) -> None:
    entry = db.session.scalars(select(ConversationEntry)).one()
    with pytest.raises(NotFound):
        answers.take_back(gym.id, entry.id, version=None, by=by, now=now)


def test_the_second_of_two_is_told_that_a_colleague_answered(
    gym: Studio, asked: Person, by: Actor, colleague: Staff, now: datetime
) -> None:
    first = reply(gym, "はい", by, now)
    second = Actor("staff", colleague.id, colleague.name)
    with pytest.raises(AnsweredMeanwhile) as refused:
        reply(gym, "はい!", second, now)
    assert refused.value.params == {"who": by.label}
    db.session.rollback()
    reply(gym, "はい!", second, now, seen=first.id)
    assert len(messages()) == 2


def test_what_they_write_meanwhile_refuses_nothing(
    gym: Studio, asked: Person, bring: Bring, by: Actor, now: datetime
) -> None:
    bring(now + timedelta(minutes=1), said("急ぎです", now + timedelta(minutes=1)))
    reply(gym, "はい", by, now + timedelta(minutes=2))


@pytest.mark.parametrize("words", ["", " \n ", "あ" * 5001, "😀" * 2501])
def test_no_words_and_too_many_are_refused(
    gym: Studio, asked: Person, by: Actor, now: datetime, words: str
) -> None:
    with pytest.raises(Invalid):
        reply(gym, words, by, now)


@pytest.mark.parametrize("away", [timedelta(0), -timedelta(minutes=1), timedelta(days=61)])
def test_a_time_that_is_over_or_far_away_is_refused(
    gym: Studio, asked: Person, by: Actor, now: datetime, away: timedelta
) -> None:
    with pytest.raises(Invalid):
        reply(gym, "はい", by, now, send_at=now + away)


def test_a_road_that_leads_nowhere_is_refused(gym: Studio, asked: Person, by: Actor, now: datetime) -> None:
    untie(asked.id, by=SYSTEM, now=now)
    db.session.commit()
    with pytest.raises(Invalid, match="LINE is not connected"):
        reply(gym, "はい", by, now)


def test_another_studio_has_no_such_conversation(
    gym: Studio, asked: Person, by: Actor, now: datetime
) -> None:
    with pytest.raises(NotFound):
        answer(gym.id + 1, the_conversation().id, Draft("はい", Channel.LINE, 0), Writer(), by=by, now=now)


def test_the_audit_knows_that_and_not_what(gym: Studio, asked: Person, by: Actor, now: datetime) -> None:
    reply(gym, "ひみつのことば", by, now)
    lines = db.session.scalars(select(AuditLine).where(AuditLine.action == "conversation.replied")).all()
    assert [line.person_id for line in lines] == [asked.id]
    assert "ひみつ" not in str(lines[0].after)


def test_an_answer_by_mail_is_written_down_once_and_heard(
    gym: Studio, asked: Person, by: Actor, now: datetime
) -> None:
    reply(gym, "はい", by, now)
    earlier = now - timedelta(minutes=10)
    for _twice in range(2):
        actions.write_down(
            gym.id, the_conversation().id, "助かります", earlier, road=Road.MAIL, token="t", by=by, now=now
        )
    db.session.commit()
    query = select(ConversationEntry).where(ConversationEntry.road == Channel.MAIL)
    (entry,) = db.session.scalars(query).all()
    assert (entry.direction, entry.body, entry.said_by, entry.read_at) == ("IN", "助かります", by.label, now)
    assert the_conversation().waiting_since == earlier
    assert len(open_tasks()) == 1


def test_what_was_heard_on_the_phone_is_called_so_and_line_needs_nobody(
    gym: Studio, asked: Person, by: Actor, now: datetime
) -> None:
    at = the_conversation().id
    assert actions.write_down(gym.id, at, "はい", now, road=Road.PHONE, token="p", by=by, now=now)
    entry = db.session.scalars(select(ConversationEntry).order_by(ConversationEntry.id.desc()).limit(1)).one()
    assert entry.road == Road.PHONE
    with pytest.raises(Invalid, match="by itself"):
        actions.write_down(gym.id, at, "はい", now, road=Road.LINE, token="q", by=by, now=now)


@pytest.mark.parametrize("away", [timedelta(minutes=1), -timedelta(days=61)])
def test_what_was_said_in_the_future_or_long_ago_is_refused(
    gym: Studio, asked: Person, by: Actor, now: datetime, away: timedelta
) -> None:
    with pytest.raises(Invalid):
        actions.write_down(
            gym.id, the_conversation().id, "a", now + away, road=Road.PHONE, token="t", by=by, now=now
        )


def _change(
    gym: Studio, made: ConversationEntry, words: str, at: datetime | None, by: Actor, now: datetime, *,
    version: int | None,
) -> None:  # fmt: skip
    answers.change(gym.id, made.id, words, at, Writer(), version=version, by=by, now=now)
    db.session.commit()


def test_an_answer_is_taken_back_and_changed_in_the_inbox_alone(
    gym: Studio, asked: Person, by: Actor, now: datetime
) -> None:
    made = reply(gym, "はい", by, now, send_at=now + timedelta(hours=3))
    message = db.session.get_one(Message, made.message_id)
    assert not own_messages.can_be_edited(message)
    with pytest.raises(Invalid, match="inbox"):
        message_actions.cancel(message.id, version=None, by=by, now=now)
    answers.take_back(gym.id, made.id, version=None, by=by, now=now)
    db.session.refresh(message)
    assert not message_actions.can_be_planned_again(message, now=now)
    for revive in (message_actions.undo_cancel, message_actions.send_again):
        with pytest.raises(Invalid):
            revive(message.id, version=None, by=by, now=now)


def test_of_an_answer_that_does_not_go_somebody_is_told_also_where_nobody_knows_who_it_is(
    gym: Studio, bring: Bring, by: Actor, now: datetime
) -> None:
    bring(now, said("こんにちは", now, TARO))
    reply(gym, "お名前をお聞かせください", by, now)
    Delivery({}, PROVIDERS).deliver_due(now)
    message = db.session.scalars(select(Message).where(Message.kind == Kind.WRITTEN)).one()
    assert message.state == MessageState.NOT_SENT
    tasks = db.session.scalars(select(Todo.message_id).where(Todo.kind == TodoKind.CHECK_MESSAGE)).all()
    assert tasks == [message.id]


def test_once_it_is_known_whose_account_it_is_their_answers_are_theirs(
    gym: Studio, bring: Bring, by: Actor, now: datetime
) -> None:
    bring(now, said("こんにちは", now, TARO))
    made = reply(gym, "お名前をお聞かせください", by, now)
    who = create_person(name="田中 太郎", by=by, now=now)
    tie(held_account(gym.id, TARO, now=now), who.id, now=now)
    message = db.session.get_one(Message, made.message_id, populate_existing=True)
    assert message.person_id == who.id
