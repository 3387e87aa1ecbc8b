"""A freeze and a last day where a booking is made: said before, on every way, stopping nothing; and again after."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.bookings.models import Booking
from backoffice.bookings.queries import guests_of
from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.core.submissions import new_token
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason, Membership
from backoffice.memberships.queries import plans
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.blueprints.bookings.front_desk import TODAY, TOMORROW, guest, signed_in_trainer, trainer, visit
from tests.pages import PageClient
from tests.statements import statements

FIRST, LAST, LEFT_ON = date(2026, 12, 1), date(2026, 12, 10), date(2026, 12, 22)
RESTS = "12月1日(火)〜12月10日(木)は休会です"
AFTER = "退会日（12月22日(火)）より後です"
IN_FREEZE, AFTER_LAST = ">休会中<", ">退会後<"
TAG = "休会 12月1日(火)〜12月10日(木)"


@pytest.fixture
def at_desk(gym: Studio, sign_in: Callable[..., PageClient]) -> PageClient:
    """The front desk's browser."""
    client = sign_in(Role.FRONT_DESK)
    client.get("/today")
    return client


@pytest.fixture
def resting(gym: Studio, by: Actor, now: datetime) -> Person:
    """A member who rests in December and leaves after it."""
    return member(gym, by, now)


def member(
    gym: Studio, by: Actor, now: datetime, *, name: str = "山田 花子", phone: str = "090-1234-5678",
    rests: bool = True,
) -> Person:  # fmt: skip
    person = guest(name, phone, now=now)
    with transaction():
        plan = next(one for one in plans(gym.id) if not one.is_monthly)
        joining = Joining(plan.id, TODAY, trainer(gym).id)
        join(person, joining, studio_id=gym.id, lead=None, by=by, now=now)
        if rests:
            client = db.session.scalars(select(Client).where(Client.person_id == person.id)).one()
            agreed = db.session.scalars(select(Membership).where(Membership.client_id == client.id)).one()
            freeze(agreed.id, FreezeTerms(FIRST, LAST, 0), studio=gym, waiver="試験", by=by, now=now)
            terms = LeavingTerms(LEFT_ON, LeavingReason.TIME)
            leave(client.id, terms, studio=gym, waiver="試験", by=by, now=now)
    return person


def asked(gym: Studio, person: Person, day: date, *, slug: str = "session") -> dict[str, Any]:
    """The form of a new booking."""
    return {
        "first_person_id": person.id, "service_id": service_by_slug(gym.id, slug).id,
        "trainer_id": trainer(gym).id, "day": day.isoformat(), "clock": "16:00", "channel": "PHONE",
    }  # fmt: skip


def warned(page: str) -> list[str]:
    """The toasts that name somebody who rests or leaves."""
    return [
        one
        for one in re.findall(r'data-toast="\w+">.*?</div>', page, re.S)
        if "は休会です" in one or AFTER in one
    ]


def test_a_new_booking_says_it_for_the_day_in_the_form(
    gym: Studio, at_desk: PageClient, resting: Person
) -> None:
    def said(day: date, **more: Any) -> str:
        values = asked(gym, resting, day, **more)
        return at_desk.post("/bookings/guests/first/tickets", data=values).get_data(as_text=True)

    for day in (FIRST, LAST):
        assert RESTS in said(day)
        assert AFTER not in said(day)
    for day in (FIRST - timedelta(days=1), LAST + timedelta(days=1), LEFT_ON):
        assert RESTS not in said(day)
        assert AFTER not in said(day)
    assert AFTER in said(LEFT_ON + timedelta(days=1))
    assert RESTS in said(FIRST, slug="care"), "also of a service that uses no tickets"
    page = at_desk.open(f"/bookings/new?person={resting.id}&day={FIRST.isoformat()}").text
    assert RESTS in page


def test_of_a_pair_it_is_said_beside_the_one_who_rests(
    gym: Studio, at_desk: PageClient, resting: Person, by: Actor, now: datetime
) -> None:
    other = member(gym, by, now, name="鈴木 一", phone="080-1111-2222", rests=False)
    values = asked(gym, resting, FIRST) | {"second_person_id": other.id, "show": "times"}
    counts = []
    for sent in (values, {key: value for key, value in values.items() if key != "second_person_id"}):
        with statements() as asked_for:
            page = at_desk.post("/bookings/new", data=sent).get_data(as_text=True)
        assert page.count(RESTS) == 1
        counts.append(len([one for one in asked_for if "freezes" in one and "left_on" in one]))
    assert counts == [1, 1]


def test_quick_booking_marks_the_times_and_names_the_days(
    gym: Studio, at_desk: PageClient, resting: Person
) -> None:
    def said(day: date) -> str:
        values = {"first_person_id": resting.id, "day": day.isoformat()}
        return at_desk.post("/bookings/quick", data=values).get_data(as_text=True)

    inside = said(FIRST)
    assert RESTS in inside
    assert IN_FREEZE in inside
    after = said(LEFT_ON + timedelta(days=3))
    assert AFTER in after
    assert AFTER_LAST in after
    assert RESTS not in after


def test_it_is_booked_all_the_same_and_said_again_with_the_way_to_decide(
    gym: Studio, at_desk: PageClient, resting: Person
) -> None:
    at_desk.open("/bookings/new")
    sent = at_desk.post("/bookings/new", data=asked(gym, resting, FIRST) | {"form_token": new_token()})
    assert sent.status_code == 303
    (toast,) = warned(at_desk.open(sent.location).text)
    assert f"山田 花子 様：{RESTS}" in toast
    assert f'href="/people/{resting.id}/membership#undecided"' in toast
    assert db.session.query(Booking).count() == 1
    sent = at_desk.post("/bookings/new", data=asked(gym, resting, TOMORROW) | {"form_token": new_token()})
    assert warned(at_desk.open(sent.location).text) == []


def test_moving_says_it_for_the_days_offered_and_after(
    gym: Studio, at_desk: PageClient, resting: Person, now: datetime
) -> None:
    booking = visit(gym, resting, "16:00", now=now, day=TOMORROW, slug="session")
    page = at_desk.open(f"/bookings/{booking.id}").text
    assert TAG in page
    assert RESTS not in page
    service_id = service_by_slug(gym.id, "session").id
    slots = f"/bookings/slots?service_id={service_id}&instead_of={booking.id}&day="
    assert RESTS in at_desk.get(slots + FIRST.isoformat()).get_data(as_text=True)
    assert RESTS not in at_desk.get(slots + TOMORROW.isoformat()).get_data(as_text=True)
    moved = {"trainer_id": trainer(gym).id, "day": FIRST.isoformat(), "clock": "16:00"}
    sent = at_desk.post(f"/bookings/{booking.id}/time", data=moved)
    assert len(warned(at_desk.open(sent.location).text)) == 1


def test_a_drag_into_the_freeze_says_it_in_its_answer(
    gym: Studio, at_desk: PageClient, resting: Person, now: datetime
) -> None:
    booking = visit(gym, resting, "16:00", now=now, day=TOMORROW, slug="session")
    assert TAG in at_desk.get(f"/bookings/{booking.id}/edit").get_data(as_text=True)
    dragged = {"starts_at": f"{FIRST.isoformat()}T16:00:00+09:00", "trainer_id": trainer(gym).id}
    sent = at_desk.post(f"/bookings/{booking.id}/time", data=dragged, headers={"Accept": "application/json"})
    assert RESTS in sent.get_json()["text"]


def test_a_series_marks_its_dates_and_says_it_after(
    gym: Studio, at_desk: PageClient, resting: Person
) -> None:
    at_desk.open(f"/series/new?person={resting.id}")
    wish = {
        "form_token": new_token(), "service_id": service_by_slug(gym.id, "session").id, "trainer_id": trainer(gym).id,
        "first_day": TOMORROW.isoformat(), "clock": "18:00", "every_weeks": "1", "count": "5", "channel": "PHONE",
    }  # fmt: skip
    plan = at_desk.post(f"/series/new?person={resting.id}", data=wish).get_data(as_text=True)
    assert RESTS in plan
    assert AFTER in plan
    assert (plan.count(IN_FREEZE), plan.count(AFTER_LAST)) == (2, 1)
    days = {
        name: re.findall(r'value="([^"]*)" selected', chosen)[0]
        for name, chosen in re.findall(r'name="(day-[^"]*)">(.*?)</select>', plan, re.S)
    }
    sent = at_desk.post(f"/series/new?person={resting.id}", data={**wish, **days, "book": "1"})
    (toast,) = warned(at_desk.open(sent.location).text)
    assert RESTS in toast
    assert AFTER in toast


def test_times_to_choose_from_are_marked(gym: Studio, at_desk: PageClient, resting: Person) -> None:
    address = f"/choices/new?person_id={resting.id}"
    at_desk.open(address)
    asked_for = {"do": "day", "day": FIRST.isoformat(), "service_id": service_by_slug(gym.id, "session").id}
    page = at_desk.post(address, data=asked_for).get_data(as_text=True)
    assert RESTS in page
    assert IN_FREEZE in page


def test_the_waiting_list_shows_who_rests(gym: Studio, at_desk: PageClient, resting: Person) -> None:
    address = f"/waiting/new?person={resting.id}"
    assert TAG in at_desk.open(address).text
    wish = {
        "form_token": new_token(), "service_id": service_by_slug(gym.id, "session").id,
        "first_day": TOMORROW.isoformat(), "last_day": LAST.isoformat(),
    }  # fmt: skip
    assert at_desk.post(address, data=wish).status_code == 303
    page = at_desk.open("/waiting").text
    assert TAG in page
    assert "退会予定日：12月22日(火)" in page


def test_the_day_and_the_week_show_freeze_and_last_day(
    gym: Studio, at_desk: PageClient, sign_in: Any, resting: Person, now: datetime
) -> None:
    visit(gym, resting, "16:00", now=now, day=TODAY, slug="session")
    trainer_client = signed_in_trainer(gym, sign_in)
    booking = db.session.query(Booking).one()
    card = f"/participants/{guests_of(booking.id)[0].id}/card"
    for address in ("/today", "/my/day-and-week", f"/people/{resting.id}/record", card):
        page = trainer_client.open(address).text
        assert TAG in page, address
        assert "退会予定日：12月22日(火)" in page, address


def test_the_desk_sees_the_new_freeze_without_loading_the_day_again(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    person = member(gym, by, now, rests=False)
    visit(gym, person, "16:00", now=now, day=TODAY, slug="session")
    tag = at_desk.get("/today/rows").headers["ETag"]
    assert at_desk.get("/today/rows", headers={"If-None-Match": tag}).status_code == 304
    with transaction():
        agreed = db.session.query(Membership).one()
        freeze(agreed.id, FreezeTerms(FIRST, LAST, 0), studio=gym, waiver="試験", by=by, now=now)
    fresh = at_desk.get("/today/rows", headers={"If-None-Match": tag})
    assert TAG in fresh.get_data(as_text=True)
