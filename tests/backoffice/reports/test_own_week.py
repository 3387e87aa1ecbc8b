"""A trainer's week: who comes, who has to be asked back, whose birthday it is; always four statements."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from backoffice.bookings.actions import cancel
from backoffice.bookings.attendance import attend, no_show
from backoffice.bookings.queries import guests_of
from backoffice.care.models import Outcome, Topic
from backoffice.care.notes import close_note, write_note
from backoffice.clients.actions import register
from backoffice.clients.models import Client
from backoffice.clients.trainers import name_substitute
from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.reports.own_week import Week, birthday_within, own_week
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import TODAY, guest, trainer, visit
from tests.statements import statements

LONG_AGO = date(2026, 9, 1)


@pytest.fixture
def known(by: Actor, now: datetime) -> dict[str, Any]:
    """Who does it and when."""
    return {"by": by, "now": now}


def member(
    gym: Studio, name: str, known: dict[str, Any], *, of: str = "mori", since: date = LONG_AGO
) -> Person:
    made = guest(name, "", now=known["now"])
    register(made.id, joined_on=since, main_trainer_id=trainer(gym, of).id, **known)
    return made


def came(gym: Studio, who: Person, days_ago: int, now: datetime, clock: str = "18:00") -> Any:
    day = TODAY - timedelta(days=days_ago)
    return visit(gym, who, clock, now=now - timedelta(days=days_ago + 1), day=day, slug="session")


def names(rows: Iterable[Any]) -> list[str]:
    return [one.shown_name for one in rows]


def week_of(gym: Studio, now: datetime, first: date = TODAY) -> Week:
    return own_week(gym, trainer(gym).id, first, now=now)


def test_seven_days_of_the_own_sessions_without_those_called_off(
    gym: Studio, known: dict[str, Any], now: datetime
) -> None:
    own, other = guest("自分 花子", now=now), guest("他の 花子", "090-1111-1111", now=now)
    visit(gym, own, "18:00", now=now, slug="session")
    visit(gym, own, "10:00", now=now, day=TODAY + timedelta(days=6), slug="session")
    visit(gym, own, "10:00", now=now, day=TODAY + timedelta(days=7), slug="session")
    visit(gym, other, "18:00", now=now, with_="okada")
    gone = visit(gym, other, "16:00", now=now, slug="session")
    cancel(gone, by_gym=False, **known)
    week = week_of(gym, now)
    assert [(day.day, names(rows)) for day, rows in week.days] == [
        (24, ["自分 花子"]), (25, []), (26, []), (27, []), (28, []), (29, []), (30, ["自分 花子"]),
    ]  # fmt: skip


def test_sessions_nobody_has_marked_wait_for_14_days(
    gym: Studio, known: dict[str, Any], now: datetime
) -> None:
    who = guest("記録待ち 花子", now=now)
    for days_ago in (1, 13, 15):
        came(gym, who, days_ago, now)
    attend(guests_of(came(gym, who, 2, now).id)[0], **known)
    cancel(came(gym, who, 3, now), by_gym=True, **known)
    visit(gym, who, "18:00", now=now, slug="session")
    week = week_of(gym, now)
    assert [TODAY - one.starts_at.date() for one in week.unmarked] == [timedelta(days=13), timedelta(days=1)]
    assert [len(rows) for _day, rows in week.days] == [1, 0, 0, 0, 0, 0, 0]
    assert len(week_of(gym, now, TODAY - timedelta(days=2)).unmarked) == 2, "whatever week is looked at"


def test_asked_back_are_own_members_without_a_booking_or_quiet_for_14_days(
    gym: Studio, known: dict[str, Any], now: datetime
) -> None:
    ahead = TODAY + timedelta(days=3)
    here = member(gym, "来ている 人", known)
    came(gym, here, 3, now)
    visit(gym, here, "10:00", now=now, day=ahead, slug="session")
    free = member(gym, "予約のない 人", known)
    came(gym, free, 13, now)
    quiet = member(gym, "ご無沙汰の 人", known)
    came(gym, quiet, 14, now, "16:00")
    visit(gym, quiet, "12:00", now=now, day=ahead, slug="session")
    missed = member(gym, "来なかった 人", known)
    no_show(guests_of(came(gym, missed, 5, now).id)[0], **known)
    visit(gym, missed, "16:00", now=now, day=ahead, slug="session")
    member(gym, "入会したて", known, since=TODAY)
    member(gym, "去った 人", known, since=TODAY - timedelta(days=200))
    other = member(gym, "他の 担当", known, of="okada")
    name_substitute(gym.id, other.id, trainer(gym).id, **known)
    came(gym, other, 20, now, "12:00")
    week = week_of(gym, now)
    assert names(week.without_next) == ["入会したて", "予約のない 人"]
    assert names(week.quiet) == ["来なかった 人", "ご無沙汰の 人"]
    assert [week.is_quiet(one) for one in week.without_next] == [False, False]


def test_a_leaving_member_is_shown_with_the_last_day_until_it_is_over(
    gym: Studio, known: dict[str, Any], now: datetime
) -> None:
    leaving, gone = member(gym, "退会予定の 人", known), member(gym, "退会した 人", known)
    for who, day in ((leaving, TODAY), (gone, TODAY - timedelta(days=1))):
        client = db.session.scalars(select(Client).where(Client.person_id == who.id)).one()
        client.left_on = day
    db.session.flush()
    (row,) = week_of(gym, now).without_next
    assert (row.shown_name, row.left_on) == ("退会予定の 人", TODAY)


def test_care_is_due_for_those_who_come_and_those_the_trainer_stands_for(
    gym: Studio, known: dict[str, Any], now: datetime
) -> None:
    coming, own, stood_in, stranger = (
        guest("来る 人", "", now=now), member(gym, "会員 人", known), guest("代行 人", "", now=now),
        member(gym, "無関係 人", known, of="okada"),
    )  # fmt: skip
    visit(gym, coming, "18:00", now=now, slug="session")
    name_substitute(gym.id, stood_in.id, trainer(gym).id, **known)
    for who, days in ((coming, 0), (coming, 3), (own, 6), (stood_in, 7), (stranger, 0)):
        write_note(gym, who.id, Topic.SLEEP, advice="早く寝る", due_on=TODAY + timedelta(days=days), **known)
    done = write_note(gym, own.id, Topic.DIET, advice="朝食", due_on=TODAY, **known)
    close_note(gym.id, own.id, done.id, Outcome.KEPT, version=1, **known)
    due = week_of(gym, now).care
    assert [(one.shown_name, one.due_on, one.notes) for one in due] == [
        ("来る 人", TODAY, 2), ("会員 人", TODAY + timedelta(days=6), 1)
    ]  # fmt: skip
    said = {"wording": "v1", "language": "ja", "source": "test", **known}
    record_consent(coming.id, Purpose.HEALTH, False, **said)
    assert [one.shown_name for one in week_of(gym, now).care] == ["会員 人"], "closed with the consent"


def test_birthdays_of_members_and_of_those_the_trainer_stands_in_for(
    gym: Studio, known: dict[str, Any], now: datetime
) -> None:
    own, stood_in, other = (
        member(gym, "会員 人", known), guest("代行 人", "", now=now), member(gym, "他 人", known, of="okada")
    )  # fmt: skip
    name_substitute(gym.id, stood_in.id, trainer(gym).id, **known)
    own.birth_date, stood_in.birth_date, other.birth_date = (
        date(1980, 11, 30),
        date(1990, 11, 24),
        date(1985, 11, 25),
    )
    assert [(day, one.shown_name) for day, one in week_of(gym, now).birthdays] == [
        (date(2026, 11, 24), "代行 人"), (date(2026, 11, 30), "会員 人")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("born", "first", "falls_on"),
    [
        (date(1980, 2, 29), date(2027, 2, 25), date(2027, 2, 28)),
        (date(1980, 2, 29), date(2028, 2, 25), date(2028, 2, 29)),
        (date(1980, 1, 2), date(2026, 12, 30), date(2027, 1, 2)),
        (date(1980, 1, 2), date(2026, 12, 26), None),
        (None, date(2026, 12, 26), None),
    ],
)
def test_leap_days_and_the_turn_of_the_year(born: date | None, first: date, falls_on: date | None) -> None:
    assert birthday_within(born, first, 7) == falls_on


@given(st.dates(date(1920, 1, 1), date(2010, 1, 1)), st.dates(date(2020, 1, 1), date(2060, 1, 1)))
def test_everybody_has_a_birthday_within_a_year(born: date, first: date) -> None:
    found = birthday_within(born, first, 366)
    assert found is not None
    assert found.month == born.month


def test_four_statements_however_many_guests(gym: Studio, known: dict[str, Any], now: datetime) -> None:
    for number in range(6):
        who = member(gym, f"会員 {number}", known)
        came(gym, who, number + 1, now)
    mori = trainer(gym).id
    with statements() as sent:
        own_week(gym, mori, TODAY, now=now)
    assert len(sent) == 4
