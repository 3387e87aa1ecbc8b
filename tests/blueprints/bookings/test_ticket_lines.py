"""Tickets where a booking is made: left of each guest, plainly none for the day, and said again once it is booked."""

import re
from datetime import date, datetime, timedelta

import pytest

from backoffice.bookings.models import Booking
from backoffice.core.audit import Actor
from backoffice.core.clock import local
from backoffice.core.db import db, transaction
from backoffice.core.submissions import new_token
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plans
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import adjust
from backoffice.tickets.queries import lots_of
from tests.blueprints.bookings.front_desk import TODAY, TOMORROW, guest, trainer, visit
from tests.pages import PageClient
from tests.statements import statements

NONE_LEFT = "この予約に使える回数がありません"


@pytest.fixture
def at_desk(gym: Studio, sign_in: object) -> PageClient:
    """The front desk's browser."""
    client: PageClient = sign_in(Role.FRONT_DESK)  # type: ignore[operator]
    client.get("/today")
    return client


def member(
    gym: Studio, by: Actor, now: datetime, left: int, *, name: str = "山田 花子", phone: str = "090-1234-5678",
    monthly: bool = False,
) -> Person:  # fmt: skip
    """A client with so many tickets left."""
    person = guest(name, phone, now=now)
    with transaction():
        plan = next(one for one in plans(gym.id) if one.is_monthly is monthly)
        join(person, Joining(plan.id, TODAY, None), studio_id=gym.id, lead=None, by=by, now=now)
        lot = lots_of(person.id)[0]
        if left < lot.free:
            adjust(lot.grant.id, left - lot.free, note="試験", by=by, now=now)
    return person


def asked(
    gym: Studio, person: Person, *, which: str = "first", slug: str = "session", day: date = TOMORROW
) -> dict[str, object]:
    """The form for a person, who was chosen."""
    return {
        f"{which}_person_id": person.id, "service_id": service_by_slug(gym.id, slug).id,
        "trainer_id": trainer(gym).id, "day": day.isoformat(), "clock": "16:00", "channel": "PHONE",
    }  # fmt: skip


def line(at_desk: PageClient, which: str, values: dict[str, object]) -> str:
    return at_desk.post(f"/bookings/guests/{which}/tickets", data=values).get_data(as_text=True)


def test_each_guest_of_a_new_booking_shows_what_is_left(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    one, two = member(gym, by, now, 3), member(gym, by, now, 0, name="鈴木 一", phone="080-1111-2222")
    session = service_by_slug(gym.id, "session").id
    page = at_desk.open(f"/bookings/new?person={one.id}&service={session}").text
    assert "残り3回" in page
    assert NONE_LEFT not in page
    assert "残り3回" in line(at_desk, "first", asked(gym, one))
    second = line(at_desk, "second", asked(gym, two, which="second"))
    assert "残り回数なし" in second
    assert NONE_LEFT in second
    assert f"/people/{two.id}/tickets/sale" in second
    both = at_desk.post(
        "/bookings/new", data=asked(gym, one) | asked(gym, two, which="second") | {"show": "times"}
    ).get_data(as_text=True)
    assert "残り3回" in both
    assert NONE_LEFT in both


@pytest.mark.parametrize("slug", ["counselling", "trial"])
def test_a_service_without_tickets_and_who_is_no_member_show_none(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime, slug: str
) -> None:
    assert "残り" not in line(at_desk, "first", asked(gym, member(gym, by, now, 3), slug=slug))
    assert "残り" not in line(at_desk, "first", asked(gym, guest("客", "080-3333-4444", now=now)))
    assert "残り" not in line(at_desk, "first", {"first_person_id": "x" * 20})


def test_the_day_counts_and_so_does_a_chosen_time(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    one = member(gym, by, now, 2)
    last = lots_of(one.id)[0].expires_on
    assert last is not None
    assert NONE_LEFT not in line(at_desk, "first", asked(gym, one, day=last))
    late = line(at_desk, "first", asked(gym, one, day=last + timedelta(days=1)))
    assert NONE_LEFT in late
    assert "残り2回" in late
    picked = asked(gym, one) | {"clock": "", "pick": f"{last + timedelta(days=1)}T16:00:00+09:00/1/"}
    assert NONE_LEFT in line(at_desk, "first", picked)
    for odd in ("9999-12-31T23:00:00-09:00/1/", "0001-01-01T00:00:00+09:00/1/"):
        assert NONE_LEFT not in line(at_desk, "first", asked(gym, one) | {"clock": "", "pick": odd})


def test_a_month_to_come_is_no_alarm(gym: Studio, at_desk: PageClient, by: Actor, now: datetime) -> None:
    one = member(gym, by, now, 0, monthly=True)
    assert NONE_LEFT in line(at_desk, "first", asked(gym, one))
    december = line(at_desk, "first", asked(gym, one, day=date(2026, 12, 25)))
    assert NONE_LEFT not in december
    assert "12月24日" in december


def book(at_desk: PageClient, values: dict[str, object], **more: object) -> str:
    """The page after booking."""
    sent = at_desk.post("/bookings/new", data=values | {"form_token": new_token()} | more)
    assert sent.status_code == 303, sent.get_data(as_text=True)
    return at_desk.open(sent.location).text


def test_said_again_once_it_is_booked_with_the_way_to_sell(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    one, two = member(gym, by, now, 1), member(gym, by, now, 0, name="鈴木 一", phone="080-1111-2222")
    page = book(at_desk, asked(gym, one) | {"second_person_id": two.id})
    toast = re.findall(r'data-toast="link">.*?</div>', page, re.S)
    assert len(toast) == 1, "only of whom there is none"
    assert "鈴木 一 様には、この予約に使える回数がありません" in toast[0]
    assert f'href="/people/{two.id}/tickets/sale"' in toast[0]
    assert 'data-toast="link"' not in book(
        at_desk, asked(gym, two, day=TOMORROW + timedelta(days=7)), hold_hours="2"
    )
    assert 'data-toast="link"' in book(
        at_desk, asked(gym, one, day=TOMORROW + timedelta(days=7)) | {"clock": "18:00"}
    )


def test_a_walk_in_that_begins_now_is_told_of_as_well(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    one, two = member(gym, by, now, 0), member(gym, by, now, 1, name="鈴木 一", phone="080-1111-2222")
    begins = {"channel": "DESK", "clock": f"{local(now, gym.zone):%H:%M}"}
    page = book(at_desk, asked(gym, one, day=TODAY) | begins | {"second_person_id": two.id})
    assert db.session.query(Booking).one().starts_at == now
    assert re.findall(r"([^\s>]+ \S+) 様には、この予約に使える回数がありません", page) == ["山田 花子"]


def test_moving_beyond_the_last_day_is_said(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    one = member(gym, by, now, 1, monthly=True)
    last = lots_of(one.id)[0].expires_on
    assert last is not None
    with transaction():
        db.session.query(Membership).one().ends_on = last
    booking = visit(gym, one, "16:00", now=now, day=TOMORROW, slug="session")
    at_desk.open(f"/bookings/{booking.id}")
    moved = {"trainer_id": trainer(gym).id, "day": (last + timedelta(days=7)).isoformat(), "clock": "16:00"}
    sent = at_desk.post(f"/bookings/{booking.id}/time", data=moved)
    assert NONE_LEFT in at_desk.open(sent.location).text


def test_a_series_says_how_many_of_its_dates_have_none(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    one = member(gym, by, now, 3)
    at_desk.open(f"/series/new?person={one.id}")
    wish = {
        "form_token": new_token(), "service_id": service_by_slug(gym.id, "session").id, "trainer_id": trainer(gym).id,
        "first_day": TOMORROW.isoformat(), "clock": "18:00", "every_weeks": "1", "count": "5", "channel": "PHONE",
    }  # fmt: skip
    plan = at_desk.post(f"/series/new?person={one.id}", data=wish).get_data(as_text=True)
    assert "5件のうち2件に使える回数がありません" in plan
    assert plan.count("回数なし</span>") == 2
    days = {
        name: re.findall(r'value="([^"]*)" selected', options)[0]
        for name, options in re.findall(r'name="(day-[^"]*)">(.*?)</select>', plan, re.S)
    }
    sent = at_desk.post(f"/series/new?person={one.id}", data={**wish, **days, "book": "1"})
    assert "このうち2件の予約に使える回数がありません" in at_desk.open(sent.location).text


def test_a_series_without_tickets_asks_about_none(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    one = member(gym, by, now, 3)
    wish = {
        "form_token": new_token(), "service_id": service_by_slug(gym.id, "counselling").id,
        "trainer_id": trainer(gym).id, "first_day": TOMORROW.isoformat(), "clock": "18:00", "every_weeks": "1",
        "count": "5", "channel": "PHONE",
    }  # fmt: skip
    with statements() as sent:
        at_desk.post(f"/series/new?person={one.id}", data=wish)
    assert sent
    assert not [one for one in sent if "ticket_" in one]


def test_tickets_in_the_form_cost_the_same_for_one_guest_and_for_two(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    one, two = member(gym, by, now, 0), member(gym, by, now, 0, name="鈴木 一", phone="080-1111-2222")
    counts = []
    for more in ({}, {"second_person_id": two.id}):
        with statements() as sent:
            page = at_desk.post("/bookings/new", data=asked(gym, one) | more | {"show": "times"})
        assert page.get_data(as_text=True).count(NONE_LEFT) == 1 + len(more)
        counts.append(len([one for one in sent if "ticket_" in one]))
    assert counts == [3, 3]
