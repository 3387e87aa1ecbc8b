"""The manager chooses what goes by LINE and sees what the month has left."""

import re
from datetime import datetime, timedelta

import pytest

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.messaging.models import Channel, ChannelState, Kind, Message, MessageState
from backoffice.messaging.outbox import queue_message
from backoffice.messaging.road_choices import roads_of, set_roads
from backoffice.messaging.usage import month_of_line, store_usage
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.studio.test_settings import form_of
from tests.pages import PageClient

PAGE = "/settings/messages"
NEXT_WEEK = timedelta(days=8)  # in December


@pytest.fixture
def manager(sign_in: object) -> PageClient:
    """The manager's browser."""
    return sign_in(Role.MANAGER)  # type: ignore[operator, no-any-return]


def plan(
    gym: Studio, name: str, *, now: datetime, later: timedelta = timedelta(0), line: bool = True
) -> Message:
    """A reminder to somebody who has LINE, or has not."""
    person = create_person(name=name, mails=[f"m{abs(hash(name))}@example.jp"], by=SYSTEM, now=now)
    person.line_user_id = f"U{name}" if line else None
    message_id = queue_message(
        Kind.REMINDER_DAY_BEFORE,
        studio_id=gym.id, dedupe_key=name, send_at=now + timedelta(hours=1) + later,
        expires_at=now + timedelta(days=40), now=now, language="ja", person_id=person.id,
    )  # fmt: skip
    db.session.commit()
    return db.session.get_one(Message, message_id)


def test_what_is_ticked_goes_by_line(manager: PageClient, gym: Studio) -> None:
    form = form_of(manager, PAGE) | {"line_reminder_day_before": "y", "line_welcome": "y"}
    assert manager.post(PAGE, data=form).status_code == 303
    roads = roads_of(gym.id)
    assert {kind for kind, road in roads.items() if road is Channel.LINE} == {
        Kind.REMINDER_DAY_BEFORE,
        Kind.WELCOME,
    }
    assert form_of(manager, PAGE)["line_welcome"]
    assert "line_booking_confirmed" not in form_of(manager, PAGE)


def test_of_two_managers_the_second_sees_what_the_first_chose(manager: PageClient, gym: Studio) -> None:
    old = form_of(manager, PAGE)
    manager.post(PAGE, data=old | {"line_welcome": "y"})
    answer = manager.post(PAGE, data=old | {"line_series_dates": "y"})
    assert answer.status_code == 422
    assert roads_of(gym.id)[Kind.SERIES_DATES] is Channel.MAIL


def test_a_secret_kind_cannot_be_chosen(gym: Studio, now: datetime) -> None:
    assert Kind.PASSWORD_RESET not in roads_of(gym.id)
    with pytest.raises(Invalid):
        set_roads(gym.id, {Kind.PASSWORD_RESET: Channel.LINE}, version=None, by=SYSTEM, now=now)


def test_the_desk_does_not_choose(sign_in: object, gym: Studio) -> None:
    desk = sign_in(Role.FRONT_DESK)  # type: ignore[operator]
    assert desk.get(PAGE).status_code == 403


def test_the_forecast_counts_whom_line_reaches_by_the_months_of_japan(gym: Studio, now: datetime) -> None:
    plan(gym, "a", now=now)
    plan(gym, "b", now=now, line=False)
    plan(gym, "c", now=now, later=NEXT_WEEK)
    blocked = plan(gym, "d", now=now)
    db.session.get_one(Person, blocked.person_id).line_blocked_at = now
    db.session.commit()
    count = month_of_line(gym.id, roads_of(gym.id), now=now).counts[Kind.REMINDER_DAY_BEFORE]
    assert (count.this_month, count.all_this_month) == (1, 3)
    assert (count.next_month, count.all_next_month) == (1, 1)


def test_the_month_says_how_many_would_be_too_many(gym: Studio, now: datetime) -> None:
    for name in "abc":
        plan(gym, name, now=now)
    set_roads(gym.id, {Kind.REMINDER_DAY_BEFORE: Channel.LINE}, version=None, by=SYSTEM, now=now)
    store_usage(200, 198, now=now)
    month = month_of_line(gym.id, roads_of(gym.id), now=now)
    assert (month.planned, month.left) == (3, -1)
    store_usage(None, 198, now=now)
    assert month_of_line(gym.id, roads_of(gym.id), now=now).left is None


def test_what_was_sent_in_thirty_days_says_what_a_kind_will_cost(gym: Studio, now: datetime) -> None:
    for name, line, ago in (("a", True, 3), ("b", False, 3), ("c", True, 40)):
        message = plan(gym, name, now=now, line=line)
        message.state, message.send_at = MessageState.SENT, now - timedelta(days=ago)
    db.session.commit()
    count = month_of_line(gym.id, roads_of(gym.id), now=now).counts[Kind.REMINDER_DAY_BEFORE]
    assert (count.sent, count.all_sent, count.all_this_month) == (1, 2, 0)


def test_room_again_means_line_again(gym: Studio, now: datetime) -> None:
    db.session.add(ChannelState(channel="line", failures=0, reason="", used_up_until=now + timedelta(days=7)))
    db.session.commit()
    store_usage(200, 200, now=now)
    assert _line().used_up_until is not None
    store_usage(300, 200, now=now)
    assert _line().used_up_until is None


def _line() -> ChannelState:
    return db.session.get_one(ChannelState, "line", populate_existing=True)


def test_the_page_says_what_does_not_work(manager: PageClient, gym: Studio, now: datetime) -> None:
    db.session.add(
        ChannelState(
            channel="mail", failures=6, reason="The mail server could not be reached.", resting_until=now
        )
    )
    store_usage(200, 199, now=now)
    db.session.commit()
    plan(gym, "a", now=now)
    plan(gym, "b", now=now)
    set_roads(gym.id, {Kind.REMINDER_DAY_BEFORE: Channel.LINE}, version=None, by=SYSTEM, now=now)
    db.session.commit()
    text = re.sub(r"<[^>]+>|\s+", " ", manager.get(PAGE + "?lang=en").get_data(as_text=True))
    assert "The mail server could not be reached." in text
    assert "1 message is too many" in text
    assert "LINE is not set up" in text


def test_today_says_at_once_when_mail_does_not_work(sign_in: object, gym: Studio, now: datetime) -> None:
    desk = sign_in(Role.FRONT_DESK)  # type: ignore[operator]
    assert "mail server" not in desk.get("/today?lang=en").get_data(as_text=True)
    lost = "The mail server could not be reached."
    db.session.add(ChannelState(channel="mail", failures=6, reason=lost, resting_until=now))
    db.session.add(ChannelState(channel="line", failures=0, reason="", used_up_until=now + timedelta(days=6)))
    db.session.commit()
    text = desk.get("/today?lang=en").get_data(as_text=True)
    assert lost in text
    assert "The messages of this month are used up." in text


def test_today_tells_of_messages_that_are_five_minutes_late(
    sign_in: object, gym: Studio, now: datetime
) -> None:
    desk = sign_in(Role.FRONT_DESK)  # type: ignore[operator]
    message = plan(gym, "a", now=now)
    for minutes, is_told in ((4, False), (6, True)):
        message.created_at = message.next_try_at = now - timedelta(minutes=minutes)
        db.session.commit()
        text = desk.get("/today?lang=en").get_data(as_text=True)
        assert ("should have gone out by now" in text) is is_told
