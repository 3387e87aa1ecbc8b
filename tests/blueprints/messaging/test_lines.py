"""What went and what is planned: the same list on the pages of a person, a booking and a lead."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.models import Booking
from backoffice.core.db import db
from backoffice.leads.models import Lead
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.models import Person
from backoffice.reports.message_lines import message_lines
from backoffice.staff.models import Role
from tests.backoffice.messaging.conftest import booking, guest, lead, queue
from tests.blueprints.messaging.test_messages import BOUNCED, deliver
from tests.pages import PageClient
from tests.statements import statements

__all__ = ["booking", "guest", "lead", "queue"]

SignIn = Callable[..., PageClient]
Queue = Callable[..., Message]


@pytest.fixture
def front(sign_in: SignIn) -> PageClient:
    """The front desk, signed in."""
    return sign_in(Role.FRONT_DESK)


@pytest.fixture(params=["person", "booking", "lead"])
def page(request: pytest.FixtureRequest, guest: Person, booking: Booking, lead: Lead) -> str:
    """The page of somebody or something with messages."""
    pages = {
        "person": f"/people/{guest.id}/messages",
        "booking": f"/bookings/{booking.id}",
        "lead": f"/leads/{lead.id}",
    }
    return pages[request.param]


def test_what_went_what_failed_and_what_is_planned(
    front: PageClient, page: str, queue: Queue, now: datetime
) -> None:
    failed = queue()
    deliver(now, BOUNCED)
    planned = queue(Kind.REMINDER_DAY_BEFORE, send_at=now + timedelta(hours=2))
    html = front.get(page).get_data(as_text=True)
    assert html.index(f'/messages/{planned.id}"') < html.index(f'/messages/{failed.id}"')
    assert "そのメールアドレスは存在しません。" in html
    for button in (
        f"{planned.id}/edit",
        f"{planned.id}/send-now",
        f"{planned.id}/cancel",
        f"{failed.id}/send-again",
    ):
        assert f"/messages/{button}" in html


def test_a_button_comes_back_to_the_page(front: PageClient, page: str, queue: Queue, now: datetime) -> None:
    message = queue(Kind.REMINDER_DAY_BEFORE, send_at=now + timedelta(hours=2))
    back = page.split("/")[1].replace("people", "person").rstrip("s")
    front.get(page)
    answer = front.post(
        f"/messages/{message.id}/cancel", data={"version": str(message.version), "back": back}
    )
    assert answer.location.endswith(page)
    assert db.session.scalar(select(Message.state).where(Message.id == message.id)) == MessageState.CANCELLED


def test_the_words_come_on_a_click(front: PageClient, queue: Queue, now: datetime) -> None:
    sent = queue()
    channel = deliver(now)
    planned = queue(Kind.REMINDER_DAY_BEFORE, send_at=now + timedelta(hours=2))
    fragment = {"HX-Request": "true"}
    assert channel.sent[0].subject in front.get(f"/messages/{sent.id}/text", headers=fragment).get_data(
        as_text=True
    )
    assert "山田 花子 様" in front.get(f"/messages/{planned.id}/text", headers=fragment).get_data(
        as_text=True
    )


def test_who_may_not_see_messages_gets_no_words(
    sign_in: SignIn, guest: Person, booking: Booking, queue: Queue
) -> None:
    message = queue()
    client = sign_in(Role.TRAINER)
    for address in (f"/bookings/{booking.id}", f"/leads/{booking.lead_id}", f"/people/{guest.id}/messages"):
        assert f"/messages/{message.id}" not in client.get(address).get_data(as_text=True)


def test_one_statement_however_many(queue: Queue, guest: Person, now: datetime) -> None:
    for number in range(12):
        queue(dedupe_key=f"many:{number}", send_at=now + timedelta(hours=number))
    with statements() as sent:
        lines = message_lines(person_id=guest.id)
    assert (len(sent), len(lines)) == (1, 12)
    assert [one.send_at for one in lines] == sorted(one.send_at for one in lines)


def test_the_road_it_would_take_today(queue: Queue, guest: Person, now: datetime) -> None:
    queue()
    assert [one.road for one in message_lines(person_id=guest.id)] == ["mail"]
    for one in guest.mails:
        db.session.delete(one)
    guest.line_user_id = "U1"
    db.session.commit()
    assert [one.road for one in message_lines(person_id=guest.id)] == ["line"]


def test_somebody_has_to_be_named() -> None:
    with pytest.raises(ValueError, match="whose"):
        message_lines()
