"""Health in an answer: a trainer of theirs, on LINE, under its own consent, to what they wrote; nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM, Actor, AuditLine
from backoffice.core.db import db
from backoffice.inbox import actions, answers, health
from backoffice.inbox.answers import OnlyTrainers
from backoffice.inbox.health import SpeaksOfHealth, Writer
from backoffice.messaging.consent import withdraw_consent
from backoffice.messaging.health_words import speaks_of_health
from backoffice.messaging.models import Channel, MessageState
from backoffice.messaging.texts import MASK
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.studio.models import Studio
from tests.backoffice.inbox.conftest import messages, reply, the_conversation
from tests.line_chat import HANAKO, said

Bring = Callable[..., int]
Deliver = Callable[[datetime], tuple[list[Any], list[Any]]]
TRAINER = Writer(is_their_trainer=True)
ABOUT_HEALTH = "膝の痛みが続くようでしたら、無理をなさらないでください。"
SAID: dict[str, Any] = {"wording": "1", "language": "ja", "source": "test", "by": SYSTEM}


@pytest.fixture
def asked(hanako: Person, bring: Bring, now: datetime) -> Person:
    """Hanako wrote about her knee, and agreed to talk about such things on LINE."""
    bring(now, said("昨日から膝が痛いです", now))
    record_consent(hanako.id, Purpose.HEALTH_CHAT, True, now=now, **SAID)
    db.session.commit()
    return hanako


@pytest.mark.parametrize(
    "text",
    [
        "体重はいかがですか", "お食事の写真をありがとうございます", "膝の痛み", "お薬", "How is your knee pain?",
        "your weight",
        "睡眠時間", "アレルギー", "ｱﾚﾙｷﾞｰ",
    ],
)  # fmt: skip
def test_words_that_seem_to_speak_of_health(text: str) -> None:
    assert speaks_of_health(text)


@pytest.mark.parametrize(
    "text",
    [
        "明日の19時に変更しました。",
        "お待ちしております。",
        "Your session is on Friday at 7.",
        "駐車場はございません。",
    ],
)
def test_words_that_do_not(text: str) -> None:
    assert not speaks_of_health(text)


def test_a_trainer_of_theirs_answers_and_the_words_are_not_kept_with_the_message(
    gym: Studio, asked: Person, by: Actor, deliver: Deliver, now: datetime
) -> None:
    made = reply(gym, ABOUT_HEALTH, by, now, writer=TRAINER)
    assert made.is_health
    line, mail = deliver(now)
    assert [(one.address, one.body) for one in line] == [(HANAKO, ABOUT_HEALTH)]
    assert mail == []
    assert messages()[0].body == MASK


@pytest.mark.parametrize(
    ("writer", "road", "reason"),
    [
        (Writer(), Channel.LINE, health.NOT_THEIR_TRAINER),
        (TRAINER, Channel.MAIL, health.ONLY_LINE),
    ],
)
def test_nobody_else_and_by_no_other_road(
    gym: Studio, asked: Person, by: Actor, now: datetime, writer: Writer, road: Channel, reason: str
) -> None:
    with pytest.raises(SpeaksOfHealth) as refused:
        reply(gym, ABOUT_HEALTH, by, now, writer=writer, road=road)
    assert refused.value.message == reason


@pytest.mark.parametrize("purpose", [Purpose.HEALTH_CHAT, Purpose.HEALTH])
def test_not_without_the_consent(
    gym: Studio, asked: Person, by: Actor, now: datetime, purpose: Purpose
) -> None:
    withdraw_consent(asked.id, purpose, now=now, **SAID)
    with pytest.raises(SpeaksOfHealth) as refused:
        reply(gym, ABOUT_HEALTH, by, now, writer=TRAINER)
    assert refused.value.message == health.NO_CONSENT


def test_not_to_somebody_who_has_written_nothing(
    gym: Studio, hanako: Person, by: Actor, now: datetime
) -> None:
    record_consent(hanako.id, Purpose.HEALTH_CHAT, True, now=now, **SAID)
    actions.begin(gym.id, hanako.id, now=now)
    with pytest.raises(SpeaksOfHealth) as refused:
        reply(gym, ABOUT_HEALTH, by, now, writer=TRAINER)
    assert refused.value.message == health.NOT_ASKED


def test_who_says_that_nothing_is_about_health_is_believed_and_written_down(
    gym: Studio, asked: Person, by: Actor, deliver: Deliver, now: datetime
) -> None:
    words = "お食事は2時間前までにお済ませください。"
    made = reply(gym, words, by, now, writer=Writer(says_no_health=True))
    assert not made.is_health
    assert [one.body for one in deliver(now)[0]] == [words]
    line = db.session.scalars(
        select(AuditLine).where(AuditLine.action == "conversation.no_health_said")
    ).one()
    assert (line.person_id, line.actor_id) == (asked.id, by.id)
    assert "食事" not in str((line.before, line.after))


def test_a_consent_taken_back_holds_what_waits(
    gym: Studio, asked: Person, by: Actor, deliver: Deliver, now: datetime
) -> None:
    reply(gym, ABOUT_HEALTH, by, now, writer=TRAINER, send_at=now + timedelta(hours=1))
    withdraw_consent(asked.id, Purpose.HEALTH_CHAT, now=now, **SAID)
    db.session.commit()
    assert deliver(now + timedelta(hours=1)) == ([], [])
    assert messages()[0].state == MessageState.CANCELLED


def test_about_health_it_never_falls_back_to_mail(
    gym: Studio, asked: Person, by: Actor, deliver: Deliver, now: datetime
) -> None:
    reply(gym, ABOUT_HEALTH, by, now, writer=TRAINER)
    asked.line_blocked_at = now
    db.session.commit()
    assert deliver(now) == ([], [])
    assert messages()[0].state == MessageState.CANCELLED


def test_other_words_for_what_waits_are_looked_at_too(
    gym: Studio, asked: Person, by: Actor, now: datetime
) -> None:
    made = reply(gym, "はい", by, now, send_at=now + timedelta(hours=1))
    with pytest.raises(SpeaksOfHealth):
        answers.change(
            gym.id, made.id, ABOUT_HEALTH, now + timedelta(hours=1), Writer(), version=None, by=by, now=now
        )
    assert the_conversation().waiting_since is None


def test_what_a_trainer_wrote_about_health_is_changed_by_no_one_else(
    gym: Studio, asked: Person, by: Actor, now: datetime
) -> None:
    made = reply(gym, ABOUT_HEALTH, by, now, writer=TRAINER, send_at=now + timedelta(hours=2))
    for writer in (Writer(), Writer(says_no_health=True)):
        with pytest.raises(OnlyTrainers):
            answers.change(
                gym.id, made.id, "明日お待ちしております。", None, writer, version=None, by=by, now=now
            )
    assert (made.body, made.is_health) == (ABOUT_HEALTH, True)
