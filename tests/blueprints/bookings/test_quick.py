"""Quick booking: the palette finds the caller, the fragment is a form that books as the long one does."""

import re
from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.bookings.models import Booking
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.queries import plans
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import adjust
from backoffice.tickets.queries import lots_of
from tests.blueprints.bookings.front_desk import TOMORROW, guest, signed_in_trainer, visit
from tests.pages import PageClient
from tests.statements import statements


@pytest.fixture
def at_desk(gym: Studio, sign_in: object) -> PageClient:
    """The front desk's browser, at the page of the day."""
    client: PageClient = sign_in(Role.FRONT_DESK)  # type: ignore[operator]
    client.get("/today")
    return client


def inputs(html: str) -> dict[str, str]:
    """The fields a browser would send: hidden ones, the first chosen slot, selected options."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    found |= dict(re.findall(r'<input class="form-control"[^>]* name="(\w+)" value="([^"]*)"', html))
    found["pick"] = re.findall(r'name="pick" value="([^"]*)" checked', html)[0]
    for name, options in re.findall(r'<select[^>]* name="(\w+)">(.*?)</select>', html, re.S):
        found[name] = (
            re.findall(r'value="([^"]*)" selected', options) or re.findall(r'value="([^"]*)"', options)
        )[0]
    found["day"] = re.findall(r'type="date" name="day" value="([^"]*)"', html)[0]
    return found


def test_the_palette_finds_people_and_pages_in_both_languages(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    guest("山田 花子", now=now)
    found = at_desk.post("/palette", data={"q": "やまだ"}).get_data(as_text=True)
    assert "Nobody" not in found
    by_name = at_desk.post("/palette", data={"q": "山田"}).get_data(as_text=True)
    assert "山田 花子 様" in by_name
    for typed in ("カレンダ", "calend", "ｶﾚﾝﾀﾞｰ"):
        assert "/calendar" in at_desk.post("/palette", data={"q": typed}).get_data(as_text=True), typed


def test_the_palette_shows_only_what_may_be_opened(gym: Studio, sign_in: object) -> None:
    trainer = sign_in(Role.TRAINER)  # type: ignore[operator]
    trainer.get("/today")
    page = trainer.post("/palette", data={"q": ""}).get_data(as_text=True)
    assert "/calendar" in page
    assert "data-palette-book" not in page
    assert "/settings" not in page


def test_a_trainer_finds_their_own_guests_and_books_nobody(
    gym: Studio, sign_in: object, now: datetime
) -> None:
    own, other = guest("山田 花子", now=now), guest("山田 太郎", "090-2222-3333", now=now)
    visit(gym, own, "16:00", now=now)
    visit(gym, other, "16:00", now=now, with_="okada")
    client = signed_in_trainer(gym, sign_in)
    found = client.post("/palette", data={"q": "山田", "books": "1"}).get_data(as_text=True)
    assert f"/people/{own.id}" in found
    assert "山田 太郎" not in found
    assert "/bookings/quick" not in found


def test_a_known_caller_is_booked_at_the_first_time_offered(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    who = guest(now=now)
    options = at_desk.post("/palette", data={"q": "1234-5678", "books": "1"}).get_data(as_text=True)
    assert f'"first_person_id": "{who.id}"' in options
    form = at_desk.post("/bookings/quick", data={"first_person_id": who.id}).get_data(as_text=True)
    answer = at_desk.post("/bookings/new", data=inputs(form))
    assert answer.status_code == 303
    booking = db.session.scalars(select(Booking)).one()
    assert booking.starts_at == datetime.fromisoformat(inputs(form)["pick"].split("/")[0])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("さとう けん", "first_kana"),
        ("佐藤 健", "first_name"),
        ("090-1111-2222", "first_phone"),
        ("Sato", "first_name"),
    ],
)
def test_somebody_new_is_typed_once(at_desk: PageClient, gym: Studio, typed: str, field: str) -> None:
    form = at_desk.post("/bookings/quick", data={"typed": typed}).get_data(as_text=True)
    assert inputs(form)[field] == typed


def test_a_new_caller_becomes_one_person_with_one_booking(at_desk: PageClient, gym: Studio) -> None:
    form = at_desk.post("/bookings/quick", data={"typed": "さとう けん"}).get_data(as_text=True)
    sent = inputs(form) | {"first_phone": "090-1111-2222"}
    for _ in range(2):
        assert at_desk.post("/bookings/new", data=sent).status_code == 303
    assert db.session.scalars(select(Person.kana)).all() == ["さとう けん"]
    assert len(db.session.scalars(select(Booking)).all()) == 1


def test_another_trainer_service_or_day_keeps_the_caller(
    at_desk: PageClient, gym: Studio, now: datetime
) -> None:
    who = guest(now=now)
    first = inputs(at_desk.post("/bookings/quick", data={"first_person_id": who.id}).get_data(as_text=True))
    changed = {**first, "day": "2026-12-01"}
    form = at_desk.post("/bookings/quick", data=changed).get_data(as_text=True)
    assert inputs(form)["first_person_id"] == str(who.id)
    assert inputs(form)["pick"] > "2026-12-01"


@pytest.mark.parametrize("asked", ["x", "99999999999999999999", "12345"])
def test_nobody_by_that_number(at_desk: PageClient, gym: Studio, asked: str) -> None:
    assert at_desk.post("/bookings/quick", data={"first_person_id": asked}).status_code == 404


def asked_for(at_desk: PageClient, gym: Studio, who: Person, slug: str = "session") -> str:
    """The form for somebody who calls about a service."""
    sent = {"first_person_id": who.id, "service_id": service_by_slug(gym.id, slug).id}
    return at_desk.post("/bookings/quick?lang=ja", data=sent).get_data(as_text=True)


def test_what_a_member_has_left_is_there_before_they_are_booked(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    who = guest(now=now)
    sale, today = f"/people/{who.id}/tickets/sale", local_date(now, gym.zone)
    assert "残り回数なし" not in asked_for(at_desk, gym, who), "nobody has sold them anything yet"
    with transaction():
        pack = next(plan for plan in plans(gym.id) if not plan.is_monthly)
        join(who, Joining(pack.id, today, None), studio_id=gym.id, lead=None, by=by, now=now)
    form = asked_for(at_desk, gym, who)
    assert "残り16回" in form
    assert "最短の有効期限 2027年5月23日" in form
    assert sale not in form
    assert "残り" not in asked_for(at_desk, gym, who, "counselling"), "nobody needs a ticket for it"
    with transaction():
        adjust(lots_of(who.id)[0].grant.id, -16, note="試験", by=by, now=now)
    form = asked_for(at_desk, gym, who)
    assert "残り回数なし" in form
    assert "この予約に使える回数がありません" in form
    assert f'href="{sale}"' in form
    assert at_desk.get(sale).status_code == 200


def test_the_form_costs_the_same_however_much_somebody_came(
    at_desk: PageClient, gym: Studio, now: datetime
) -> None:
    often, never = guest(now=now), guest("別人 太郎", "080-9999-0000", now=now)
    for clock in ("10:15", "12:00", "16:00"):
        visit(gym, often, clock, now=now, day=TOMORROW, slug="session")
    session_id, counts = service_by_slug(gym.id, "session").id, []
    for who in (never, often, never):
        with statements() as sent:
            at_desk.post("/bookings/quick", data={"first_person_id": who.id, "service_id": session_id})
        counts.append(len(sent))
    assert counts[1] == counts[2] <= 12


def test_tickets_stay_within_the_limit(gym: Studio, at_desk: PageClient, by: Actor, now: datetime) -> None:
    who, today = guest(now=now), local_date(now, gym.zone)
    with transaction():
        join(who, Joining(plans(gym.id)[0].id, today, None), studio_id=gym.id, lead=None, by=by, now=now)
    asked_for(at_desk, gym, who)
    with statements() as sent:
        assert "残り4回" in asked_for(at_desk, gym, who)
    assert len(sent) <= 13


def test_who_is_meant_exactly_comes_first(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    for n, name in enumerate(("山田 花子美", "大山田 花子", "山田 花")):
        guest(name, f"090-1234-567{n}", now=now)
    exact = guest("山田 花子", "080-1234-5678", now=now)
    for typed in ("山田 花子", "山田花子", "080-1234-5678", "08012345678"):
        found = at_desk.post("/palette", data={"q": typed, "books": "1"}).get_data(as_text=True)
        assert re.findall(r'"first_person_id": "([0-9]+)"', found)[0] == str(exact.id), typed
