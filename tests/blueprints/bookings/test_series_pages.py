"""A series at the desk: shown before it is booked, once however often it is sent, changed from a date on."""

import re
from datetime import date, datetime

import pytest
from sqlalchemy import select

from backoffice.bookings.models import Booking, Series
from backoffice.core.clock import local
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.blueprints.bookings.front_desk import TOMORROW, guest, trainer, visit
from tests.pages import PageClient


@pytest.fixture
def at_desk(gym: Studio, sign_in: object) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)  # type: ignore[operator, no-any-return]


@pytest.fixture
def who(now: datetime) -> Person:
    """Somebody the gym knows."""
    return guest(now=now)


def wished(gym: Studio, at_desk: PageClient, who: Person) -> dict[str, object]:
    """Four weeks from tomorrow, at six, with Mori."""
    page = at_desk.get(f"/series/new?person={who.id}").get_data(as_text=True)
    token = re.findall(r'name="form_token"[^>]*value="([^"]*)"', page)[0]
    return {
        "form_token": token, "service_id": service_by_slug(gym.id, "session").id, "trainer_id": trainer(gym).id,
        "first_day": TOMORROW.isoformat(), "clock": "18:00", "every_weeks": "1", "count": "4", "channel": "PHONE",
    }  # fmt: skip


def choices(page: str) -> dict[str, str]:
    """The day fields of the plan, as a browser would send them."""
    return {
        name: re.findall(r'value="([^"]*)" selected', options)[0]
        for name, options in re.findall(r'name="(day-[^"]*)">(.*?)</select>', page, re.S)
    }


def test_from_the_wish_to_the_bookings_and_on(
    gym: Studio, at_desk: PageClient, who: Person, now: datetime
) -> None:
    visit(gym, guest("先約", "080-0000-1111", now=now), "18:00", now=now, day=TOMORROW, slug="session")
    wish, address = wished(gym, at_desk, who), f"/series/new?person={who.id}"
    page = at_desk.post(address, data=dict(wish)).get_data(as_text=True)
    assert "先約" in page
    assert db.session.scalars(select(Series)).all() == []
    sent = {**wish, **choices(page), "book": "1"}
    assert choices(page)["day-2026-11-25"] == "skip"
    for _ in range(2):
        answer = at_desk.post(address, data=dict(sent))
        assert answer.status_code == 303
    series = db.session.scalars(select(Series)).one()
    assert answer.location == f"/series/{series.id}"
    booked = db.session.scalars(select(Booking).where(Booking.series_id == series.id)).all()
    assert len(booked) == 3
    page = at_desk.get(answer.location).get_data(as_text=True)
    assert page.count("予約済み") == 3
    slot = re.findall(r'name="pick"><option value="([^"]*)"', page)[0]
    at_desk.post(f"/series/{series.id}/dates", data={"day": TOMORROW.isoformat(), "pick": slot})
    assert at_desk.get(answer.location).get_data(as_text=True).count("予約済み") == 4
    change = {
        "from_day": "2026-12-09", "weekday": "4", "clock": "11:00", "trainer_id": trainer(gym, "okada").id
    }  # fmt: skip
    assert at_desk.post(f"/series/{series.id}/time", data=change).status_code == 303
    starts = sorted(db.session.scalars(select(Booking.starts_at).where(Booking.series_id == series.id)))
    assert [f"{local(at, gym.zone):%d %H:%M}" for at in starts][2:] == ["11 11:00", "18 11:00"]
    at_desk.post(f"/series/{series.id}/cut", data={"from_day": "2026-12-16"})
    assert db.session.scalars(
        select(Booking.state).where(Booking.series_day >= date(2026, 12, 16))
    ).all() == ["CANCELLED"]


@pytest.mark.parametrize(
    "wrong",
    [{"count": "1"}, {"count": "99"}, {"clock": "x"}, {"first_day": "2026-11-01"}, {"every_weeks": "7"}],
)
def test_a_wrong_wish_is_told_at_its_field(
    gym: Studio, at_desk: PageClient, who: Person, wrong: dict[str, str]
) -> None:
    answer = at_desk.post(
        f"/series/new?person={who.id}", data={**wished(gym, at_desk, who), **wrong, "book": "1"}
    )
    assert answer.status_code == 422
    assert db.session.scalars(select(Series)).all() == []


def test_nothing_chosen_books_nothing(gym: Studio, at_desk: PageClient, who: Person) -> None:
    answer = at_desk.post(f"/series/new?person={who.id}", data={**wished(gym, at_desk, who), "book": "1"})
    assert answer.status_code == 422
    assert db.session.scalars(select(Series)).all() == []
