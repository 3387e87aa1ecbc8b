"""A guest who comes hours before their time: not waved through, but the booking is moved to now in one tap."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.models import Booking, BookingChannel, Participant
from backoffice.core.audit import AuditLine
from backoffice.core.db import db, transaction
from backoffice.messaging.models import Kind, Message
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient

from .front_desk import TOMORROW, guest, signed_in_trainer, visit

SignIn = Callable[..., PageClient]
BUTTON = {"ja": "ご来店済みのため今の時間に変更", "en": "The guest is here: move it to now"}
REFUSAL = {"ja": "16:00からできます（予約開始の1時間前）", "en": "16:00, an hour before it starts"}
WAY_OUT = {"ja": "ご来店済みですか", "en": "Here already?"}


@pytest.fixture
def person(now: datetime) -> Person:
    """Somebody with a mail address."""
    return guest(mail="hana@test.example", now=now)


@pytest.fixture
def booking(gym: Studio, person: Person, now: datetime) -> Booking:
    """Booked on the web for 17:00; it is noon, and a visit by the web needs notice."""
    made = visit(gym, person, "17:00", now=now)
    with transaction():
        made.channel = BookingChannel.WEB.value
    return made


def seat_of(booking: Booking) -> int:
    return db.session.scalars(select(Participant.id).where(Participant.booking_id == booking.id)).one()


def pressed(booking: Booking, **changes: object) -> dict[str, object]:
    """What the button sends."""
    return {
        "pick": "now", "is_here": "1", "trainer_id": booking.trainer_id, "day": "2026-11-24",
        "version": booking.version, **changes,
    }  # fmt: skip


def told(person: Person) -> int:
    """How many messages say to the guest that the booking was moved."""
    query = select(Message.id).where(Message.person_id == person.id, Message.kind == Kind.BOOKING_MOVED)
    return len(db.session.scalars(query).all())


def test_the_refusal_leads_the_desk_to_the_button(booking: Booking, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    for language, words in REFUSAL.items():
        desk.open("/today")
        desk.post(f"/participants/{seat_of(booking)}/attendance?lang={language}", data={})
        toast = desk.open(f"/today?lang={language}").text.split('data-toast="link"', 1)[1]
        for said in (words, WAY_OUT[language], f'href="/bookings/{booking.id}#early"'):
            assert said in toast
        page = desk.open(f"/bookings/{booking.id}?lang={language}").text
        early = page.split('id="early"', 1)[1].split("</div>", 1)[0]
        assert words in early
        assert BUTTON[language] in early


def test_one_tap_moves_it_to_now_and_the_visit_can_begin(
    booking: Booking, person: Person, sign_in: SignIn, now: datetime, at: Callable[[datetime], None]
) -> None:
    at(now + timedelta(minutes=8, seconds=20))
    desk = sign_in(Role.FRONT_DESK)
    desk.open(f"/bookings/{booking.id}")
    assert desk.post(f"/bookings/{booking.id}/time", data=pressed(booking)).status_code == 303
    db.session.refresh(booking)
    assert booking.starts_at == now + timedelta(minutes=5)
    assert told(person) == 0, "they stand at the desk"
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "booking.moved")).one()
    assert "starts_at" in line.after
    page = desk.open(f"/bookings/{booking.id}").text
    assert 'id="early"' not in page
    assert desk.post(f"/participants/{seat_of(booking)}/attendance", data={}).status_code == 303
    db.session.refresh(booking)
    assert booking.state == "ATTENDED"


def test_who_comes_a_day_early_too(gym: Studio, person: Person, sign_in: SignIn, now: datetime) -> None:
    tomorrow = visit(gym, person, "17:00", now=now, day=TOMORROW)
    desk = sign_in(Role.FRONT_DESK)
    desk.open(f"/bookings/{tomorrow.id}")
    assert desk.post(f"/bookings/{tomorrow.id}/time", data=pressed(tomorrow)).status_code == 303
    db.session.refresh(tomorrow)
    assert tomorrow.starts_at == now


@pytest.mark.parametrize("language", ["ja", "en"])
def test_when_the_trainer_is_busy_the_next_times_are_one_tap_and_need_no_notice(
    gym: Studio, booking: Booking, person: Person, sign_in: SignIn, now: datetime, language: str
) -> None:
    visit(gym, guest("鈴木 一", "080-1111-2222", now=now), "12:00", now=now)
    desk = sign_in(Role.FRONT_DESK)
    desk.open(f"/bookings/{booking.id}")
    refused = desk.post(f"/bookings/{booking.id}/time?lang={language}", data=pressed(booking))
    assert refused.status_code == 409
    clash = refused.text.split('class="clash"', 1)[1]
    assert {"ja": "鈴木 一", "en": "鈴木 一"}[language] in clash
    assert 'name="is_here"' in refused.text
    nearest = clash.split('name="nearest" value="', 1)[1].split('"', 1)[0]
    assert datetime.fromisoformat(nearest.split("/")[0]) < now + timedelta(hours=2)
    assert (
        desk.post(f"/bookings/{booking.id}/time", data=pressed(booking, pick="", nearest=nearest)).status_code
        == 303
    )
    assert told(person) == 0


def test_without_the_guest_at_the_desk_a_move_needs_notice_and_is_told(
    booking: Booking, person: Person, sign_in: SignIn
) -> None:
    """The control: the same time for somebody who calls."""
    desk = sign_in(Role.FRONT_DESK)
    desk.open(f"/bookings/{booking.id}")
    assert desk.post(f"/bookings/{booking.id}/time", data=pressed(booking, is_here="")).status_code == 422
    later = pressed(booking, pick="", is_here="", clock="18:00")
    assert desk.post(f"/bookings/{booking.id}/time", data=later).status_code == 303
    assert told(person) == 1


def test_a_trainer_reads_from_when_on_and_moves_nothing(
    gym: Studio, booking: Booking, sign_in: SignIn
) -> None:
    trainer = signed_in_trainer(gym, sign_in)
    for language, words in REFUSAL.items():
        page = trainer.open(f"/bookings/{booking.id}?lang={language}").text
        assert words in page
        assert BUTTON[language] not in page
        trainer.post(f"/participants/{seat_of(booking)}/attendance?lang={language}", data={})
        toast = trainer.open(f"/today?lang={language}").text.split('data-toast="error"', 1)[1]
        assert words in toast
        assert WAY_OUT[language] not in toast
    assert trainer.post(f"/bookings/{booking.id}/time", data=pressed(booking)).status_code == 403
