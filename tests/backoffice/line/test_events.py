"""What the worker makes of events: once each, in whatever order they come."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.line import events as line_events
from backoffice.line.accounts import held_account
from backoffice.line.codes import make_code
from backoffice.line.handling import MOST_TRIES, forget_events, handle_events
from backoffice.line.hooks import Hooks
from backoffice.line.intake import keep_events, read_events
from backoffice.line.models import EventKind, EventState, LineAccount, LineEvent
from backoffice.line.ties import tie
from backoffice.messaging.entries import ConversationEntry, EntryFile
from backoffice.messaging.models import Channel, Message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.people.queries import line_of
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo
from tasks.line import HOOKS
from tests.line_chat import HANAKO, TARO, body_of, event, said, sent, tapped, unsent


def bring(gym: Studio, now: datetime, *events: Any, hooks: Hooks = HOOKS) -> int:
    """The webhook keeps events and the worker handles them."""
    keep_events(gym.id, read_events(body_of(*events), now=now), now=now)
    db.session.commit()
    return handle_events(now, hooks)


def account(user: str = HANAKO) -> LineAccount:
    return db.session.scalars(
        select(LineAccount).where(LineAccount.user_id == user).execution_options(populate_existing=True)
    ).one()


def entries() -> list[ConversationEntry]:
    query = select(ConversationEntry).order_by(ConversationEntry.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def answers() -> list[str]:
    return list(db.session.scalars(select(Message.kind).order_by(Message.id)))


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Hanako, whose account is known."""
    who = create_person(name="山田 花子", by=SYSTEM, now=now)
    tie(held_account(gym.id, HANAKO, now=now), who.id, now=now)
    db.session.commit()
    return who


def test_who_follows_is_greeted_once_and_waits_to_be_known(gym: Studio, now: datetime) -> None:
    follow = event("follow", now)
    assert bring(gym, now, follow, follow) == 1
    assert bring(gym, now, follow) == 0
    assert answers() == ["line_greeting"]
    message = db.session.scalars(select(Message)).one()
    assert (message.channel, message.person_id, message.values) == (
        Channel.LINE,
        None,
        {"account_id": account().id},
    )
    row = db.session.scalars(select(LineEvent)).one()
    assert (row.state, row.body) == (EventState.DONE, None), "what was said is not kept twice"


def test_a_block_holds_whatever_order_it_comes_in(gym: Studio, person: Person, now: datetime) -> None:
    blocked, back = event("unfollow", now), event("follow", now + timedelta(minutes=1))
    bring(gym, now, back, blocked)
    assert line_of(person.id) == HANAKO, "the later follow holds"
    bring(gym, now, event("unfollow", now + timedelta(minutes=2)))
    assert line_of(person.id) is None
    assert account().blocked_at == now + timedelta(minutes=2)
    bring(gym, now, event("follow", now + timedelta(minutes=1)))
    assert line_of(person.id) is None, "an old follow that comes again changes nothing"
    bring(gym, now, event("follow", now + timedelta(minutes=3)))
    assert line_of(person.id) == HANAKO
    assert answers() == [], "somebody known is not greeted again"


def test_what_is_written_stands_in_the_conversation(gym: Studio, person: Person, now: datetime) -> None:
    bring(
        gym, now, said("明日\x00伺います\ud800", now), said("はじめまして", now, TARO),
        sent({"type": "sticker", "packageId": "1", "stickerId": "2", "keywords": ["ありがとう"]}, now),
        sent({"type": "location", "title": "整", "address": "京都市", "latitude": 1, "longitude": 2}, now),
        sent({"type": "hologram"}, now),
    )  # fmt: skip
    hers, his, sticker, place, other = entries()
    assert (hers.body, hers.person_id, hers.read_token) == ("明日伺います", person.id, "read-me")
    assert (his.body, his.person_id, his.line_account_id) == ("はじめまして", None, account(TARO).id)
    assert [(one.kind, one.body) for one in (sticker, place, other)] == [
        ("STICKER", "ありがとう"),
        ("PLACE", "整\n京都市"),
        ("OTHER", None),
    ]


def test_files_are_asked_for_or_refused_with_a_reason(gym: Studio, now: datetime) -> None:
    here, there = {"type": "line"}, {"type": "external", "originalContentUrl": "https://evil.example/"}
    bring(
        gym, now, sent({"type": "image", "contentProvider": here}, now),
        sent({"type": "image", "contentProvider": there}, now),
        sent({"type": "file", "fileName": "診断書.pdf", "fileSize": 1000}, now),
        sent({"type": "file", "fileName": "film.mov", "fileSize": 3_000_000}, now),
        sent({"type": "video", "contentProvider": here, "duration": 9}, now),
    )  # fmt: skip
    files = db.session.scalars(select(EntryFile).order_by(EntryFile.id)).all()
    assert [one.state for one in files] == ["WAITING", "NOT_KEPT", "WAITING", "NOT_KEPT", "NOT_KEPT"]
    assert files[2].name == "診断書.pdf"
    assert all(one.reason for one in files if one.state == "NOT_KEPT")


def test_taken_back_words_are_gone_also_when_told_too_early(gym: Studio, now: datetime) -> None:
    first, second = said("間違えました", now), said("これも", now)
    bring(gym, now, first, unsent(first, now), unsent(second, now), second)
    assert [(one.body, one.read_token, one.unsent_at) for one in entries()] == [(None, None, now)] * 2
    photo = sent({"type": "image", "contentProvider": {"type": "line"}}, now)
    bring(gym, now, photo, unsent(photo, now))
    assert db.session.scalars(select(EntryFile.state)).one() == "UNSENT"


def test_nobody_takes_back_what_another_wrote(gym: Studio, now: datetime) -> None:
    hers = said("残ります", now)
    foreign = unsent({**hers, "source": {"type": "user", "userId": TARO}}, now)
    bring(gym, now, hers, foreign)
    assert [one.body for one in entries()] == ["残ります"]


def test_each_button_is_answered_with_its_own_kind(gym: Studio, person: Person, now: datetime) -> None:
    buttons = [tapped(f"menu={name}", now) for name in ("book", "change", "way", "question", "odd")]
    bring(gym, now, *buttons, tapped("nonsense", now))
    assert answers() == ["line_book", "line_change", "line_way", "line_question"]
    assert set(db.session.scalars(select(Message.person_id))) == {person.id}


def test_one_bad_event_does_not_stop_the_others(
    gym: Studio, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: object) -> None:
        raise ValueError("こんにちは")

    monkeypatch.setitem(line_events._HANDLERS, EventKind.POSTBACK, breaks)
    bring(gym, now, tapped("menu=book", now), said("私は届きます", now))
    assert [one.body for one in entries()] == ["私は届きます"]
    bad = db.session.scalars(select(LineEvent).where(LineEvent.kind == "postback")).one()
    assert (bad.state, bad.tries) == (EventState.WAITING, 1)
    for step in range(1, MOST_TRIES):
        assert handle_events(now + timedelta(days=step), HOOKS) == 1
    db.session.refresh(bad)
    assert (bad.state, handle_events(now + timedelta(days=90), HOOKS)) == (EventState.FAILED, 0)
    assert "CHECK_MESSAGE" in db.session.scalars(select(Todo.kind)).all(), "a person looks"
    assert bad.body is not None


def test_old_events_are_forgotten_but_those_that_wait(gym: Studio, now: datetime) -> None:
    bring(gym, now, said("やあ", now))
    keep_events(gym.id, read_events(body_of(said("待つ", now)), now=now), now=now)
    forget_events(now=now + timedelta(days=29))
    assert db.session.query(LineEvent).count() == 2
    forget_events(now=now + timedelta(days=31))
    assert db.session.scalars(select(LineEvent.state)).all() == ["WAITING"]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=6,
)


@examples(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(list(EventKind)),
    message=ODD
    | st.fixed_dictionaries(
        {"id": ODD, "type": st.sampled_from([*line_events.KINDS, "x"]) | ODD},
        optional={
            "text": ODD,
            "fileName": ODD,
            "fileSize": ODD,
            "keywords": ODD,
            "title": ODD,
            "contentProvider": ODD,
        },
    ),
    postback=ODD | st.fixed_dictionaries({"data": ODD}),
    unsend=ODD | st.fixed_dictionaries({"messageId": ODD}),
    token=ODD,
)
def test_no_event_breaks_the_worker(gym: Studio, now: datetime, **parts: Any) -> None:
    one = event(
        parts["kind"], now, message=parts["message"], postback=parts["postback"], unsend=parts["unsend"],
        replyToken=parts["token"],
    )  # fmt: skip
    bring(gym, now, one)
    left = db.session.scalars(select(LineEvent).where(LineEvent.state != EventState.DONE)).all()
    assert [json.loads(row.body or "null") for row in left] == []


def test_a_code_in_the_chat_is_not_kept_as_words(gym: Studio, now: datetime) -> None:
    who = create_person(name="山田 花子", by=SYSTEM, now=now)
    code = make_code(who.id, by=SYSTEM, now=now)
    bring(gym, now, said(f"連携コード {code.digits}", now))
    assert entries() == []
    assert account().person_id == who.id
    assert answers() == ["line_connected"]
