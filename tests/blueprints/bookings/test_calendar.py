"""The calendar and its data: light, constant in statements, in the studio's time."""

from datetime import date, datetime, time, timedelta

import pytest

from backoffice.bookings import schedule
from backoffice.bookings.attendance import attend
from backoffice.bookings.calendar_feed import gaps
from backoffice.bookings.queries import guests_of
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local
from backoffice.core.db import transaction
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import (
    TODAY,
    TOMORROW,
    guest,
    signed_in_trainer,
    trainer,
    visit,
)
from tests.pages import PageClient
from tests.statements import statements


@pytest.fixture
def at_desk(sign_in: object) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)  # type: ignore[operator, no-any-return]


def events(client: PageClient, day: date = TODAY, until: date | None = None) -> list[dict[str, object]]:
    """The data of the calendar."""
    last = until or day + timedelta(days=1)
    answer = client.get("/calendar/events", query_string={"from": day.isoformat(), "to": last.isoformat()})
    assert answer.status_code == 200
    return answer.get_json()  # type: ignore[no-any-return]


def test_a_booking_stands_at_its_wall_clock_time(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    booking = visit(gym, guest(now=now), "16:00", now=now, and_=guest("佐藤 健", "090-2222-3333", now=now))
    shown = [one for one in events(at_desk) if not one.get("is_block")]
    assert len(shown) == 1
    assert shown[0] | {"what": "", "state_word": ""} == {
        "id": booking.id, "trainer_id": booking.trainer_id, "room_id": booking.room_id,
            "start": "2026-11-24T16:00:00+09:00",
        "end": "2026-11-24T17:00:00+09:00", "title": "山田 花子・佐藤 健", "kind": "TRIAL", "state": "BOOKED",
        "state_word": "",
        "what": "", "mark": "", "url": f"/bookings/{booking.id}", "version": 1, "is_movable": True,
    }  # fmt: skip
    page = at_desk.get("/calendar").get_data(as_text=True)
    assert "山田 花子・佐藤 健" in page, "the list without a script"


@pytest.mark.parametrize(("clock", "day"), [("00:30", 25), ("23:00", 24)])
def test_midnight_belongs_to_the_studios_day(
    gym: Studio, sign_in: object, now: datetime, by: Actor, clock: str, day: int
) -> None:
    who = trainer(gym)
    begin = at_local(date(2026, 11, day), time.fromisoformat(clock), gym.zone)
    with transaction():
        schedule.add_block(
            studio_id=gym.id, trainer_id=who.id, starts_at=begin, ends_at=begin + timedelta(minutes=30), reason="清掃",
            by=by, now=now,
        )  # fmt: skip
    at_desk = sign_in(Role.FRONT_DESK)  # type: ignore[operator]
    titles = {one["title"] for one in events(at_desk, date(2026, 11, day))}
    assert "清掃" in titles
    other = date(2026, 11, 49 - day)
    assert "清掃" not in {one["title"] for one in events(at_desk, other)}


def test_breaks_time_off_and_closing_days_cannot_be_booked(
    gym: Studio, at_desk: PageClient, now: datetime, by: Actor
) -> None:
    mori = trainer(gym)
    with transaction():
        schedule.add_time_off(
            mori,
            at_local(TODAY, time(17), gym.zone),
            at_local(TODAY, time(18), gym.zone),
            reason="私用",
            by=by,
            now=now,
        )
        schedule.add_special_day(gym.id, TOMORROW, name_ja="臨時休業", by=by, now=now)
    spans = {
        (str(one["start"])[11:16], str(one["end"])[11:16], one["title"])
        for one in events(at_desk)
        if one["trainer_id"] == mori.id
    }
    assert spans == {
        ("00:00", "10:00", ""),
        ("14:00", "15:00", ""),
        ("17:00", "18:00", "私用"),
        ("20:00", "00:00", ""),
    }
    closed = [one for one in events(at_desk, TOMORROW) if one.get("trainer_id") == mori.id]
    assert [(one["start"], one["end"]) for one in closed] == [
        ("2026-11-25T00:00:00+09:00", "2026-11-26T00:00:00+09:00")
    ]


def test_gaps_of_two_shifts_on_one_day() -> None:
    assert gaps((time(9), time(21)), [(15 * 60, 22 * 60), (8 * 60, 12 * 60)]) == [
        (0, 9 * 60),
        (12 * 60, 15 * 60),
        (21 * 60, 24 * 60),
    ]
    assert gaps(None, [(9 * 60, 12 * 60)]) == [(0, 24 * 60)]


def test_unchanged_data_is_304(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    address = "/calendar/events?from=2026-11-24&to=2026-11-25"
    first = at_desk.get(address)
    assert at_desk.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    visit(gym, guest(now=now), "16:00", now=now)
    assert at_desk.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_at_most_six_statements_however_full_the_day(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    visit(gym, guest(now=now), "15:00", now=now, slug="session")
    events(at_desk)
    with statements() as few:
        events(at_desk)
    for number, clock in enumerate(("15:00", "16:15", "17:30", "18:45")):
        visit(
            gym,
            guest(f"客{number}", f"090-0000-000{number}", now=now),
            clock,
            now=now,
            slug="session",
            with_="okada",
        )
    with statements() as many:
        assert len([one for one in events(at_desk) if not one.get("is_block")]) == 5
    assert len(many) == len(few) <= 6


def test_closing_days_and_holidays_are_named(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    with transaction():
        schedule.add_special_day(gym.id, TOMORROW, name_ja="研修", by=by, now=now)
    address = "/calendar/events?from=2026-11-23&to=2026-11-30"
    notes = [(one["start"], one["title"]) for one in at_desk.get(address).get_json() if one.get("is_note")]
    assert notes == [("2026-11-23", "勤労感謝の日"), ("2026-11-25", "研修 休業")]


def test_a_trainer_reads_who_comes_to_them_and_only_when_a_colleague_is_busy(
    gym: Studio, sign_in: object, now: datetime
) -> None:
    mine = visit(gym, guest("山田 花子", now=now), "16:00", now=now)
    visit(gym, guest("佐藤 健", "090-2222-3333", now=now), "17:00", now=now, with_="okada")
    found = {
        one["start"]: (one["title"], one["url"])
        for one in events(signed_in_trainer(gym, sign_in))
        if one.get("id")
    }
    assert list(found.values()) == [("山田 花子", f"/bookings/{mine.id}"), ("予約済み", None)]


def test_what_is_over_is_not_moved(gym: Studio, at_desk: PageClient, now: datetime, by: Actor) -> None:
    booking = visit(gym, guest(now=now), "16:00", now=now)
    with transaction():
        attend(guests_of(booking.id)[0], by=by, now=now + timedelta(hours=5))
    assert [one["is_movable"] for one in events(at_desk) if one.get("id")] == [False]
