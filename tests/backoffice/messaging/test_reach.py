"""Before a bulk send: who is reached on LINE, who by mail, who falls back and why, and who not at all."""

from datetime import datetime, timedelta

import pytest

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.messaging.models import Channel, ChannelState, Kind, MessageRoad
from backoffice.messaging.reach import BLOCKED, MONTH_USED_UP, NO_LINE, Reach, Send, Way, reach_of
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from tests.statements import statements

BOTH = (Channel.MAIL, Channel.LINE)
KIND = Kind.MOVE_PROPOSED


def person(now: datetime, *, mail: bool = True, line: str | None = None, blocked: bool = False) -> Person:
    who = create_person(name=f"山田 {line or 'なし'}", mails=["h@x.jp"] if mail else [], by=SYSTEM, now=now)
    who.line_user_id, who.line_blocked_at = line, now if blocked else None
    db.session.commit()
    return who


def by_line(gym: Studio) -> None:
    db.session.add(MessageRoad(studio_id=gym.id, kind=KIND.value, channel=Channel.LINE))
    db.session.commit()


def ask(gym: Studio, people: list[Person], now: datetime, channels: tuple[Channel, ...] = BOTH) -> Reach:
    return reach_of(gym.id, [Send(one.id, KIND, now) for one in people], channels, now=now)


def ways(reach: Reach) -> list[tuple[Way, str]]:
    return [(one.way, one.reason) for one in reach.messages]


def test_everybody_in_one_of_four_ways(gym: Studio, now: datetime) -> None:
    by_line(gym)
    people = [
        person(now, line="U1"), person(now), person(now, line="U2", blocked=True), person(now, mail=False),
        person(now, mail=False, line="U3", blocked=True), person(now, mail=False, line="U4"),
    ]  # fmt: skip
    assert ways(ask(gym, people, now)) == [
        (Way.LINE, ""), (Way.FALLS_BACK, NO_LINE), (Way.FALLS_BACK, BLOCKED), (Way.NOT_AT_ALL, NO_LINE),
        (Way.NOT_AT_ALL, BLOCKED), (Way.LINE, ""),
    ]  # fmt: skip


def test_where_mail_was_chosen_nobody_falls_back(gym: Studio, now: datetime) -> None:
    people = [
        person(now, line="U1"),
        person(now),
        person(now, mail=False, line="U2"),
        person(now, mail=False),
    ]
    assert [way for way, _why in ways(ask(gym, people, now))] == [
        Way.MAIL,
        Way.MAIL,
        Way.LINE,
        Way.NOT_AT_ALL,
    ]


def test_the_month_goes_to_the_first_and_the_others_fall_back(gym: Studio, now: datetime) -> None:
    by_line(gym)
    db.session.add(ChannelState(channel=Channel.LINE, quota=200, used=198, read_at=now))
    people = [person(now, line=f"U{number}") for number in range(3)]
    reach = ask(gym, people, now)
    assert (reach.left, reach.count(Way.LINE)) == (2, 2)
    assert ways(reach)[-1] == (Way.FALLS_BACK, MONTH_USED_UP)
    later = [Send(one.id, KIND, now + timedelta(days=40)) for one in people]
    assert reach_of(gym.id, later, BOTH, now=now).count(Way.LINE) == 3, "another month has its own"


def test_a_month_that_is_used_up_holds_nothing(gym: Studio, now: datetime) -> None:
    by_line(gym)
    db.session.add(ChannelState(channel=Channel.LINE, used_up_until=now + timedelta(days=2)))
    assert ways(ask(gym, [person(now, line="U1")], now)) == [(Way.FALLS_BACK, MONTH_USED_UP)]


@pytest.mark.parametrize(
    ("channels", "way"), [((Channel.MAIL,), Way.MAIL), ((), Way.NOT_AT_ALL), ((Channel.LINE,), Way.LINE)]
)
def test_what_is_not_set_up_is_no_road(
    gym: Studio, channels: tuple[Channel, ...], way: Way, now: datetime
) -> None:
    assert ask(gym, [person(now, line="U1")], now, channels).messages[0].way is way


def test_four_statements_however_many(gym: Studio, now: datetime) -> None:
    people = [person(now) for _number in range(12)]
    with statements() as sent:
        reach = ask(gym, people, now)
    assert (len(sent), reach.count(Way.MAIL)) == (4, 12)


def test_a_person_is_named_once(gym: Studio, now: datetime) -> None:
    who = person(now)
    reach = ask(gym, [who, who], now)
    assert (reach.count(Way.MAIL), len(reach.people(Way.MAIL))) == (2, 1)
