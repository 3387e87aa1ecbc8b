"""The waiting list at the desk, and the page on which an offer is answered."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.models import Booking
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.waiting.actions import add_wait
from backoffice.waiting.models import Offer, Wait
from backoffice.waiting.offering import sweep
from backoffice.waiting.queries import offer_path
from tests.blueprints.bookings.front_desk import TOMORROW, guest, trainer
from tests.pages import PageClient
from tests.statements import statements


@pytest.fixture
def at_desk(gym: Studio, sign_in: object) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)  # type: ignore[operator, no-any-return]


def waits_for(gym: Studio, who: Person, hour: int, now: datetime) -> Wait:
    """Somebody who would come tomorrow at this hour."""
    with transaction():
        return add_wait(
            gym, who, service_by_slug(gym.id, "session").id, first_day=TOMORROW, last_day=TOMORROW,
            from_clock=time(hour), until_clock=time(hour), trainer_id=trainer(gym).id, by=SYSTEM, now=now,
        )  # fmt: skip


def offered(gym: Studio, now: datetime) -> str:
    """Let the sweep make an offer; the path of its page."""
    with transaction():
        assert sweep(gym, now=now) == 1
    return offer_path(db.session.scalars(select(Offer.id).order_by(Offer.id.desc())).first() or 0)


def test_the_desk_puts_somebody_on_the_list_once_and_takes_them_off(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    who = guest(now=now)
    address = f"/waiting/new?person={who.id}"
    page = at_desk.get(address).get_data(as_text=True)
    assert "山田 花子 様" in page
    sent = {
        "form_token": page.split('name="form_token"')[1].split('value="')[1].split('"')[0],
        "service_id": service_by_slug(gym.id, "session").id, "first_day": "2026-11-25", "last_day": "2026-12-05",
        "from_clock": "18:00", "until_clock": "20:00",
    }  # fmt: skip
    for _ in range(2):
        assert at_desk.post(address, data=dict(sent)).status_code == 303
    wait = db.session.scalars(select(Wait)).one()
    page = at_desk.get("/waiting").get_data(as_text=True)
    assert "18:00–20:00" in page
    at_desk.post(f"/waiting/{wait.id}/end", data={})
    assert "お待ちの方はいません" in at_desk.get("/waiting").get_data(as_text=True)


def test_a_backwards_wish_stays_in_the_form(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    address = f"/waiting/new?person={guest(now=now).id}"
    at_desk.get(address)
    sent = {
        "service_id": service_by_slug(gym.id, "session").id,
        "first_day": "2026-12-05",
        "last_day": "2026-12-01",
    }
    answer = at_desk.post(address, data={**sent, "form_token": "t"})
    assert answer.status_code == 422
    assert "2026-12-05" in answer.get_data(as_text=True)
    assert db.session.scalars(select(Wait)).all() == []


@pytest.mark.parametrize("asked", ["", "0", "x", "99999"])
def test_nobody_by_that_number(at_desk: PageClient, asked: str) -> None:
    assert at_desk.get(f"/waiting/new?person={asked}").status_code == 404


def test_a_get_answers_nothing_and_a_yes_leads_to_the_booking(
    gym: Studio, client: PageClient, now: datetime
) -> None:
    waits_for(gym, guest(mail="hanako@test.example", now=now), 11, now)
    path = offered(gym, now)
    for _ in range(2):
        page = client.get(path).get_data(as_text=True)
        assert "14:00まで" in page
        assert db.session.scalars(select(Booking.state)).all() == ["HELD"]
    answer = client.post(path, data={"answer": "yes"})
    assert answer.status_code == 303
    assert answer.location.startswith("/manage/")
    assert db.session.scalars(select(Booking.state)).all() == ["BOOKED"]
    assert client.post(path, data={"answer": "yes"}).status_code == 303, "twice is once"


@pytest.mark.parametrize(("answer", "state"), [("no", "WAITING"), ("stop", "ENDED")])
def test_no_and_stop(gym: Studio, client: PageClient, now: datetime, answer: str, state: str) -> None:
    wait = waits_for(gym, guest(mail="hanako@test.example", now=now), 11, now)
    path = offered(gym, now)
    client.get(path)
    assert client.post(path, data={"answer": answer}).status_code == 303
    db.session.refresh(wait)
    assert wait.state == state
    assert "CANCELLED" in db.session.scalars(select(Booking.state)).all()
    late = client.post(path, data={"answer": "yes"})
    assert late.status_code == 410


def test_a_late_yes_is_told_kindly(gym: Studio, client: PageClient, now: datetime) -> None:
    waits_for(gym, guest(mail="hanako@test.example", now=now), 11, now)
    path = offered(gym, now)
    client.get(path)
    with transaction():
        sweep(gym, now=now + timedelta(hours=3))
    answer = client.post(path, data={"answer": "yes"})
    assert answer.status_code == 410
    assert "次にお待ちの方" in answer.get_data(as_text=True)


def test_a_forged_link_shows_the_kind_page(gym: Studio, client: PageClient) -> None:
    assert client.get("/offer/abc").status_code == 404


def test_the_list_costs_the_same_for_one_and_for_many(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    counts = []
    for number in range(3):
        waits_for(gym, guest(f"客{number}", f"090-0000-000{number}", now=now), 11 + number, now)
        with statements() as sent:
            at_desk.get("/waiting")
        counts.append(len(sent))
    assert counts[1] == counts[2]
