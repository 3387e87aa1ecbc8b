"""LINE is told once what staff have read, by the page that shows it; failures are tried again, then let go."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.inbox import actions
from backoffice.line.accounts import held_account
from backoffice.line.marking import LineMarker
from backoffice.line.read_marks import MOST_TRIES, tell_what_was_read
from backoffice.line.ties import tie
from backoffice.messaging.entries import ConversationEntry
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from tests.backoffice.inbox.conftest import HOOKS
from tests.backoffice.line.test_events import bring
from tests.far_ends.line_server import TOKEN, LineServer, line_server
from tests.line_chat import HANAKO, said, unsent


@dataclass
class Marker:
    """LINE, as far as marking goes; `answers` says whether the next calls are over."""

    answers: list[bool] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def mark(self, read_token: str) -> bool:
        self.told.append(read_token)
        return self.answers.pop(0) if self.answers else True


@pytest.fixture
def hanako(gym: Studio, now: datetime) -> Person:
    """Her account is known, and she wrote two things."""
    who = create_person(name="山田 花子", by=SYSTEM, now=now)
    tie(held_account(gym.id, HANAKO, now=now), who.id, now=now)
    db.session.commit()
    bring(gym, now, said("a", now), said("b", now), hooks=HOOKS)
    return who


def entries() -> list[ConversationEntry]:
    query = select(ConversationEntry).order_by(ConversationEntry.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def read(gym: Studio, person: Person, until: int, by: Actor, now: datetime) -> int:
    conversation = actions.begin(gym.id, person.id, now=now)
    count = actions.mark_read(gym.id, conversation.id, until=until, by=by, now=now)
    db.session.commit()
    return count


def test_nobody_has_read_so_nothing_is_told(gym: Studio, hanako: Person, now: datetime) -> None:
    marker = Marker()
    assert tell_what_was_read(marker, now) == 0
    assert marker.told == []


def test_what_stood_on_the_page_is_read_and_told_once(
    gym: Studio, hanako: Person, by: Actor, now: datetime
) -> None:
    first, second = entries()
    assert read(gym, hanako, first.id, by, now) == 1
    assert read(gym, hanako, first.id, by, now) == 0
    marker = Marker()
    assert (tell_what_was_read(marker, now), tell_what_was_read(marker, now)) == (1, 0)
    assert marker.told == ["read-me"]
    first, second = entries()
    assert (first.read_at, first.read_by, first.read_token) == (now, by.label, None)
    assert (second.read_at, second.read_token) == (None, "read-me"), "it came after what was seen"


def test_failures_are_tried_again_a_few_times_and_then_let_go(
    gym: Studio, hanako: Person, by: Actor, now: datetime
) -> None:
    read(gym, hanako, entries()[0].id, by, now)
    marker = Marker([False] * 20)
    for _again in range(2):
        tell_what_was_read(marker, now)
    assert len(marker.told) == 1, "it is put off before LINE is asked"
    for step in range(20):
        tell_what_was_read(marker, now + timedelta(hours=step))
    assert len(marker.told) == MOST_TRIES
    assert (entries()[0].read_token, entries()[0].read_try_at) == (None, None)


def test_what_was_taken_back_is_not_told(gym: Studio, hanako: Person, by: Actor, now: datetime) -> None:
    word = said("c", now)
    bring(gym, now, word, hooks=HOOKS)
    read(gym, hanako, entries()[-1].id, by, now)
    bring(gym, now, unsent(word, now), hooks=HOOKS)
    marker = Marker()
    assert tell_what_was_read(marker, now) == 2


def test_the_official_library_tells_line(tmp_path: Path) -> None:
    line = LineServer(tmp_path / "journal")
    with line_server(line) as url:
        assert LineMarker(url, TOKEN).mark("read-me")
        assert line.read_tokens == ["read-me"]
        line.marks = [(500, "Internal"), (429, "Too many"), (400, "Invalid token")]
        assert [LineMarker(url, TOKEN).mark("x") for _each in range(3)] == [False, False, True]
    assert not LineMarker(url, TOKEN, patience=timedelta(seconds=1)).mark("x"), "nobody answers"
