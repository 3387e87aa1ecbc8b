"""Sending times to choose from, and the page on which one is chosen."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.availability import free_slots
from backoffice.bookings.models import Booking
from backoffice.choices.actions import settle_choices
from backoffice.choices.models import Choice
from backoffice.choices.queries import choice_path, times_of
from backoffice.choices.sending import send_times
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.blueprints.bookings.front_desk import TOMORROW, guest, visit
from tests.pages import PageClient
from tests.statements import statements


@pytest.fixture
def at_desk(gym: Studio, sign_in: object) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)  # type: ignore[operator, no-any-return]


@pytest.fixture
def hanako(gym: Studio, now: datetime) -> Person:
    """Somebody with a mail address."""
    return guest(mail="hanako@test.example", now=now)


def fields(page: str) -> dict[str, object]:
    """What the form sends as it was opened."""
    picks = re.findall(r'name="pick" value="([^"]+)" checked', page)
    token = page.split('name="form_token"')[1].split('value="')[1].split('"')[0]
    service = re.search(r'<option selected value="(\d+)"', page)
    assert service is not None
    return {"pick": picks, "form_token": token, "service_id": service[1], "day": "2026-11-24", "do": "send"}


def open_form(at_desk: PageClient, address: str) -> dict[str, object]:
    return fields(at_desk.get(address).get_data(as_text=True))


def choices() -> list[Choice]:
    return list(
        db.session.scalars(select(Choice).order_by(Choice.id).execution_options(populate_existing=True))
    )


def sent(gym: Studio, who: Person, now: datetime) -> Choice:
    """Two times that wait for an answer."""

    service = service_by_slug(gym.id, "session")
    day = TOMORROW + timedelta(days=1)
    slots = free_slots(gym, service, day, day, now=now, person_ids=[who.id])
    with transaction():
        return send_times(gym, service, who, [slots[0], slots[-1]], by=SYSTEM, now=now)


def test_three_suggested_times_are_sent_once(at_desk: PageClient, hanako: Person) -> None:
    address = f"/choices/new?person_id={hanako.id}"
    form = open_form(at_desk, address)
    assert len(form["pick"]) == 3  # type: ignore[arg-type]
    for _ in range(2):
        answer = at_desk.post(address, data=dict(form))
        assert (answer.status_code, answer.location) == (303, f"/people/{hanako.id}")
    (choice,) = choices()
    assert len(times_of(choice.id)) == 3
    page = at_desk.get(f"/people/{hanako.id}").get_data(as_text=True)
    assert f"/choices/{choice.id}/withdrawal" in page
    assert at_desk.post(f"/choices/{choice.id}/withdrawal", data={}).status_code == 303
    assert f"/choices/{choice.id}/" not in at_desk.get(f"/people/{hanako.id}").get_data(as_text=True)


def test_it_leads_back_to_where_it_was_opened_from(at_desk: PageClient, hanako: Person) -> None:
    for target, reached in (("/inbox/1", "/inbox/1"), ("https://evil.example/", f"/people/{hanako.id}")):
        address = f"/choices/new?person_id={hanako.id}&next={target}"
        assert at_desk.post(address, data=open_form(at_desk, address)).location == reached


def test_ticked_times_stay_while_another_day_is_looked_at(at_desk: PageClient, hanako: Person) -> None:
    address = f"/choices/new?person_id={hanako.id}"
    form = open_form(at_desk, address)
    picks = form["pick"]
    page = at_desk.post(address, data={**form, "do": "day", "day": "2026-12-03"}).get_data(as_text=True)
    assert re.findall(r'name="pick" value="([^"]+)" checked', page) == picks
    others = re.findall(
        r'name="pick" value="(2026-12-03[^"]+)"(?! checked)', page.replace("+00:00", "+00:00")
    )
    assert others, "every free time of that day can be ticked"
    assert choices() == [], "looking changes nothing"


def test_a_time_that_was_taken_meanwhile_is_said_and_nothing_is_held(
    at_desk: PageClient, gym: Studio, hanako: Person, now: datetime
) -> None:
    address = f"/choices/new?person_id={hanako.id}"
    form = open_form(at_desk, address)
    other = guest("別の人", "090-1111-2222", now=now)
    at_desk.post(f"/choices/new?person_id={other.id}", data={**form, "form_token": "x" * 20})
    answer = at_desk.post(address, data=dict(form))
    assert answer.status_code == 409
    assert [one.person_id for one in choices()] == [other.id]
    assert "checked" in answer.get_data(as_text=True)


@pytest.mark.parametrize("picks", [[], ["x"], ["2026-11-26T02:00:00+00:00/999999/"]])
def test_nothing_useful_ticked_is_refused(at_desk: PageClient, hanako: Person, picks: list[str]) -> None:
    address = f"/choices/new?person_id={hanako.id}"
    answer = at_desk.post(address, data={**open_form(at_desk, address), "pick": picks})
    assert answer.status_code == 422
    assert choices() == []


@pytest.mark.parametrize(
    "asked", ["", "person_id=0", "person_id=x", "booking_id=99999", "person_id=99999999999999999999"]
)
def test_nobody_by_that_number(at_desk: PageClient, asked: str) -> None:
    assert at_desk.get(f"/choices/new?{asked}").status_code == 404


def test_a_booking_is_moved_by_its_guest(
    at_desk: PageClient, client: PageClient, gym: Studio, hanako: Person, now: datetime
) -> None:
    booking = visit(gym, hanako, "18:00", now=now, day=TOMORROW, slug="session")
    before = booking.starts_at
    address = f"/choices/new?booking_id={booking.id}"
    assert f'href="{address}"' in at_desk.get(f"/bookings/{booking.id}").get_data(as_text=True)
    assert at_desk.post(address, data=open_form(at_desk, address)).location == f"/bookings/{booking.id}"
    assert "候補の時間" in at_desk.get(f"/bookings/{booking.id}").get_data(as_text=True)
    (choice,) = choices()
    path = choice_path(choice.id, 2)
    client.get(path)
    assert client.post(path, data={"answer": "2"}).status_code == 303
    db.session.refresh(booking)
    assert booking.starts_at == times_of(choice.id)[1].hold.starts_at != before


def test_a_get_changes_nothing_and_a_tap_books(
    gym: Studio, client: PageClient, hanako: Person, now: datetime
) -> None:
    choice = sent(gym, hanako, now)
    path = choice_path(choice.id, 2)
    for _ in range(2):
        page = client.get(path).get_data(as_text=True)
        assert db.session.scalars(select(Booking.state)).all() == ["HELD", "HELD"]
    assert page.index('value="2"') < page.index('value="1"'), "the one of the link stands in front"
    assert client.post(path, data={"answer": "1"}).location == path
    assert sorted(db.session.scalars(select(Booking.state))) == ["BOOKED", "CANCELLED"]
    page = client.get(path).get_data(as_text=True)
    assert "ご予約をお取りしています" in page
    assert "/manage/" in page
    assert client.post(path, data={"answer": "1"}).status_code == 303, "twice is once"
    late = client.post(path, data={"answer": "2"})
    assert late.status_code == 409
    assert "すでにお時間をお選びいただいています" in late.get_data(as_text=True)


@pytest.mark.parametrize("said", ["", "9", "x", "²", "0"])
def test_odd_answers_book_nothing(
    gym: Studio, client: PageClient, hanako: Person, now: datetime, said: str
) -> None:
    path = choice_path(sent(gym, hanako, now).id)
    client.get(path)
    assert client.post(path, data={"answer": said}).status_code in (303, 410)
    assert db.session.scalars(select(Booking.state)).all() == ["HELD", "HELD"]


def test_none_suits(gym: Studio, client: PageClient, hanako: Person, now: datetime) -> None:
    path = choice_path(sent(gym, hanako, now).id)
    client.get(path)
    assert client.post(path, data={"answer": "none"}).status_code == 303
    assert "スタッフからご連絡" in client.get(path).get_data(as_text=True)
    assert client.post(path, data={"answer": "1"}).status_code == 410


def test_a_late_answer_is_told_kindly(gym: Studio, client: PageClient, hanako: Person, now: datetime) -> None:
    choice = sent(gym, hanako, now)
    path = choice_path(choice.id)
    client.get(path)
    with transaction():
        settle_choices(now=choice.expires_at)
    answer = client.post(path, data={"answer": "1"})
    assert answer.status_code == 410
    assert 'href="/book' in answer.get_data(as_text=True)


def test_a_forged_link_shows_the_kind_page(gym: Studio, client: PageClient) -> None:
    assert client.get("/choose/abc").status_code == 404


def test_the_form_costs_the_same_however_many_times_are_free(
    gym: Studio, at_desk: PageClient, hanako: Person, now: datetime
) -> None:
    counts = []
    for number, clock in enumerate(("11:00", "16:00", "18:00")):
        visit(
            gym,
            guest(f"客{number}", f"090-0000-000{number}", now=now),
            clock,
            now=now,
            day=TOMORROW,
        )
        with statements() as seen:
            at_desk.get(f"/choices/new?person_id={hanako.id}")
        counts.append(len(seen))
    assert counts[1] == counts[2]


def test_open_choices_cost_one_statement_on_a_persons_page(
    gym: Studio, at_desk: PageClient, hanako: Person, now: datetime
) -> None:
    counts = []
    for _ in range(3):
        sent(gym, hanako, now)
        with statements() as seen:
            at_desk.get(f"/people/{hanako.id}")
        counts.append(len(seen))
    assert counts[1] == counts[2]
