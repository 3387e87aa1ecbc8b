"""A trainer is ill: the desk sees whom it hits, sends times, settles by phone; the guest answers by link."""

import re
from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.bookings.models import Booking, BookingState
from backoffice.core.db import db
from backoffice.messaging.models import Kind, Message
from backoffice.replanning.models import Replan
from backoffice.replanning.queries import proposal_path
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import TOMORROW, guest, trainer, visit
from tests.pages import PageClient


@pytest.fixture
def at_desk(gym: Studio, sign_in: object) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)  # type: ignore[operator, no-any-return]


@pytest.fixture
def hit(gym: Studio, now: datetime) -> Booking:
    """Hanako trains tomorrow at eleven with Mori."""
    return visit(
        gym, guest(mail="hanako@test.example", now=now), "11:00", now=now, day=TOMORROW, slug="session"
    )


def report(gym: Studio, at_desk: PageClient) -> str:
    """Mori cannot come tomorrow; the address of the list."""
    page = at_desk.get("/absences/new").get_data(as_text=True)
    token = re.findall(r'name="form_token"[^>]*value="([^"]*)"', page)[0]
    sent = {"form_token": token, "trainer_id": trainer(gym).id, "day": TOMORROW.isoformat()}
    answers = [at_desk.post("/absences/new", data=dict(sent)) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    assert answers[0].location == answers[1].location
    return str(answers[0].location)


def picks(page: str) -> list[str]:
    """The proposals on the list, as their boxes send them."""
    return re.findall(r'name="pick" value="([^"]*)"', page)


def replan() -> Replan:
    return db.session.scalars(select(Replan).execution_options(populate_existing=True)).one()


def test_the_list_shows_phones_first_and_moves_nothing(
    gym: Studio, at_desk: PageClient, hit: Booking
) -> None:
    page = at_desk.get(report(gym, at_desk)).get_data(as_text=True)
    assert "山田 花子 様" in page
    assert "tel:+819012345678" in page
    assert "対応が必要な予約 1件" in page
    assert len(picks(page)) == 3
    db.session.refresh(hit)
    assert (hit.state, f"{hit.starts_at:%H}") == (BookingState.BOOKED, "02")


def test_sent_chosen_and_settled(gym: Studio, at_desk: PageClient, client: PageClient, hit: Booking) -> None:
    address = report(gym, at_desk)
    offered = picks(at_desk.get(address).get_data(as_text=True))
    sent = at_desk.post(f"/absences/bookings/{replan().id}", data={"do": "send", "pick": offered[1:]})
    assert sent.status_code == 303
    assert [one.kind for one in db.session.scalars(select(Message).where(Message.kind == Kind.MOVE_PROPOSED))]
    assert "お返事待ち" in at_desk.get(address).get_data(as_text=True)
    link = proposal_path(replan())
    before = hit.starts_at
    for _ in range(2):
        page = client.get(link).get_data(as_text=True)
        assert page.count('name="answer"') == 3
        db.session.refresh(hit)
        assert hit.starts_at == before, "a GET moves nothing"
    answer = client.post(link, data={"answer": "0"})
    assert answer.status_code == 303
    assert answer.location.startswith("/manage/")
    db.session.refresh(hit)
    assert hit.starts_at == datetime.fromisoformat(offered[1].split("/")[0])
    assert "対応が必要な予約 0件" in at_desk.get(address).get_data(as_text=True)
    assert client.post(link, data={"answer": "1"}).status_code in {404, 410}


def test_none_suits(gym: Studio, at_desk: PageClient, client: PageClient, hit: Booking) -> None:
    address = report(gym, at_desk)
    offered = picks(at_desk.get(address).get_data(as_text=True))
    at_desk.post(f"/absences/bookings/{replan().id}", data={"do": "send", "pick": offered})
    link = proposal_path(replan())
    client.get(link)
    assert client.post(link, data={"answer": "none"}).status_code == 303
    assert "お電話いたします" in client.get(link).get_data(as_text=True)
    assert "要電話" in at_desk.get(address).get_data(as_text=True)


@pytest.mark.parametrize(
    ("do", "state"), [("agreed", BookingState.BOOKED), ("cancel", BookingState.CANCELLED_BY_GYM)]
)
def test_settled_at_the_desk(gym: Studio, at_desk: PageClient, hit: Booking, do: str, state: str) -> None:
    address = report(gym, at_desk)
    offered = picks(at_desk.get(address).get_data(as_text=True))
    at_desk.post(f"/absences/bookings/{replan().id}", data={"do": do, "pick": offered})
    db.session.refresh(hit)
    assert hit.state == state
    again = at_desk.post(f"/absences/bookings/{replan().id}", data={"do": do, "pick": offered})
    assert again.status_code == 303
    assert "対応が必要な予約 0件" in at_desk.get(address).get_data(as_text=True)


def test_nothing_ticked_sends_nothing(gym: Studio, at_desk: PageClient, hit: Booking) -> None:
    report(gym, at_desk)
    at_desk.post(f"/absences/bookings/{replan().id}", data={"do": "send"})
    assert replan().sent_at is None


def test_a_forged_link_shows_the_kind_page(gym: Studio, client: PageClient) -> None:
    assert client.get("/proposal/abc").status_code == 404


def test_before_anything_is_sent_it_says_how_it_would_arrive(
    gym: Studio, at_desk: PageClient, hit: Booking, with_channels: None
) -> None:
    html = at_desk.get(report(gym, at_desk)).get_data(as_text=True)
    assert "ご提案の届き方" in html
    assert "メール 1" in html
